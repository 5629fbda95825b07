import { defineConfig, type Plugin } from "vite";
import { CONTENT_SECURITY_POLICY } from "./src/contract/content-security-policy.ts";
import { serviceWorker } from "./src/sw/vite-plugin.ts";

/** Every function of zod's that the contract builds schemas with. */
const SCHEMA_MAKERS = (
  "array boolean catchall discriminatedUnion enum extend int literal number object optional readonly " +
  "record strictObject string tuple unknown gte lte maxLength minLength refine regex"
).split(" ");

/** What the first load needs in any case; what only later parts share stays with them. */
const SHARED =
  /node_modules|preload-helper|keypad-number|domain|outbox(?!.(?:signed|idb-owed|receipted|runs|held|sealed-to))|icons|button|ribbon|label|headline|words(?:-first)?\.ts|drawings.cards|tick|contract.(?:primitives|entry|kiosk-incident|witness)/;

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Everything is precached: a list of what to load ahead would cost more than it saves.
    modulePreload: false,
    rolldownOptions: {
      // A schema nobody parses with need not be built. Named in full: a bare "z" is also what a
      // minified library may call any function of its own, and its calls would go.
      treeshake: { manualPureFunctions: SCHEMA_MAKERS.map((name) => `z.${name}`) },
      // What several parts of the page share compresses best in one piece.
      output: {
        codeSplitting: { groups: [{ name: "shared", minShareCount: 2, test: SHARED }] },
      },
    },
  },
  plugins: [
    plainImports(),
    serviceWorker({ entry: "src/sw/main.ts", pageRevision: CONTENT_SECURITY_POLICY }),
  ],
});

/** Nothing is preloaded, so an `import()` may be just that, without Vite's helper around it. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    apply: "build",
    enforce: "pre",
    load: (id) =>
      id.endsWith("vite/preload-helper.js")
        ? "export const __vitePreload = (load) => load();"
        : undefined,
  };
}
