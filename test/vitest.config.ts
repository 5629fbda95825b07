import path from "node:path";
import { defineConfig } from "vitest/config";

// Inherited by the workers, and by the processes they start (see `support/node-env.ts`).
process.env["NODE_COMPILE_CACHE"] ??= path.resolve(
  import.meta.dirname,
  "../node_modules/.cache/node",
);

/** Two projects: what needs only Node, and what drives a real Chromium; two files of each at a time. */
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
          exclude: ["test/**/*.browser.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/**/*.browser.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 180_000,
          // Most of their time they wait: for a worker's next try, a hold's end, a proxy's start.
          maxWorkers: 2,
          // Real kills, real sockets and somebody else's load: a second miss is a failure. The first
          // is printed, and is to be looked into.
          retry: 1,
        },
      },
    ],
  },
});
