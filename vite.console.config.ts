import path from "node:path";
import { defineConfig } from "vite";
import { precompressed } from "./src/proxy/precompressed.ts";

// The console is a page of its own, for the admin listener: nothing of it is in the kiosk's build,
// and nothing of it is precached.

const ROOT = import.meta.dirname;

export default defineConfig({
  root: path.join(ROOT, "src/console"),
  publicDir: false,
  plugins: [precompressed()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: path.join(ROOT, "dist-console"),
    emptyOutDir: true,
    // One script and one style sheet: there is nothing to load ahead, and no file may be a data: address.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
