import { defineConfig } from "vite";
import { CONTENT_SECURITY_POLICY } from "./src/contract/content-security-policy.ts";
import { serviceWorker } from "./src/sw/vite-plugin.ts";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Everything is precached: a list of what to load ahead would cost more than it saves.
    modulePreload: false,
    rolldownOptions: {
      // A schema nobody parses with need not be built.
      treeshake: { manualPureFunctions: ["z"] },
      // What several parts of the page share compresses best in one piece.
      output: {
        codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] },
      },
    },
  },
  plugins: [serviceWorker({ entry: "src/sw/main.ts", pageRevision: CONTENT_SECURITY_POLICY })],
});
