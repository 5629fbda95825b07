import { defineConfig } from "vite";
import { CONTENT_SECURITY_POLICY } from "./src/contract/content-security-policy.ts";
import { serviceWorker } from "./src/sw/vite-plugin.ts";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // A schema nobody parses with need not be built.
  build: { rolldownOptions: { treeshake: { manualPureFunctions: ["z"] } } },
  plugins: [serviceWorker({ entry: "src/sw/main.ts", pageRevision: CONTENT_SECURITY_POLICY })],
});
