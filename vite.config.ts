import { defineConfig, type Plugin } from "vite";
import {
  CAMERA_WORKER_POLICY,
  CONTENT_SECURITY_POLICY,
} from "./src/contract/content-security-policy.ts";
import { precompressed } from "./src/proxy/precompressed.ts";
import { serviceWorker } from "./src/sw/vite-plugin.ts";

/** What the first load needs in any case; what only later parts share stays with them. */
const SHARED =
  /node_modules(?!.uqr)|preload-helper|scanner.(?:wedge|us-layout|aim)|kiosk.storage-watch|fingerprint|domain(?!.opening-hours)|outbox(?!.(?:signed|idb-owed|receipted|runs|sealed-to|idb-holds|export))|kiosk.(?:visit-first|capture|holds)\.ts|icons\.|button|ribbon|label|headline|words(?:-first)?\.ts|drawings.cards|tick|contract.(?:primitives|entry|kiosk-incident|witness)/;

/**
 * What later parts share with each other, in one file: each file more is a line more in the worker's list. None
 * of it may be needed by the first load, which would then load all of it.
 */
const PARTS =
  /base64-url|contract.help-call|set-up-language|card-memory|plurals|uqr|qr-code|kiosk.(?:countdown|sounds|wedge-ways)\.ts|staff.(?:ages|pin-tries|staff-screen)|scanner.(?:symbology|grant-reader)|contract.(?:check-card|setup-code)|kiosk.saving|outbox-export|idb-owed|receipted|runs\.ts|opening-hours|other-cards|signed-fetch|signing-key|thanks-rules|contract.problem/;

/** What zod is called in the sources of ours that the build sees. No library has a function of that name. */
const SCHEMAS = "tarjetaSchemas";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Everything is precached: a list of what to load ahead would cost more than it saves. Only what the page
    // imports first is named in it, so that it need not wait for the script that says so.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, dependencies, { hostType }) =>
        hostType === "html" ? dependencies : [],
    },
    rolldownOptions: {
      // A schema nobody parses with need not be built, nor what it is chained to.
      treeshake: { manualPureFunctions: [SCHEMAS] },
      // What several parts of the page share compresses best in one piece.
      output: {
        codeSplitting: {
          groups: [
            { name: "shared", minShareCount: 2, test: SHARED },
            { name: "parts", minShareCount: 2, test: PARTS },
          ],
        },
      },
    },
  },
  worker: { format: "es", plugins: () => [namedByPolicy()] },
  plugins: [
    plainImports(),
    namedSchemas(),
    serviceWorker({ entry: "src/sw/main.ts", pageRevision: CONTENT_SECURITY_POLICY }),
    precompressed(),
  ],
});

/** Cached answers keep their headers: a changed policy of the camera's worker makes it another file. */
function namedByPolicy(): Plugin {
  return { name: "named-by-policy", augmentChunkHash: () => CAMERA_WORKER_POLICY };
}

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

/**
 * Calls zod by a name of its own in the build: "z", as it is called in the sources, is also what a
 * minified library may call any function of its own, whose calls would go with the unused schemas.
 */
function namedSchemas(): Plugin {
  return {
    name: "named-schemas",
    apply: "build",
    enforce: "pre",
    transform: (code) =>
      code.includes('import * as z from "zod/mini"')
        ? { code: code.replaceAll(/\bz(?=\s*\.| from "zod)/g, SCHEMAS), map: null }
        : undefined,
  };
}
