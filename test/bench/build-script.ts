import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";

/**
 * Builds scripts of `pages/` as the product's own are built, each into one self-contained classic
 * file, and gives the folder they lie in.
 */
export async function buildScripts(
  names: readonly string[],
): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "tarjeta-bench-"));
  for (const name of names) {
    await build({
      configFile: false,
      logLevel: "warn",
      define: { "process.env.NODE_ENV": '"production"' },
      build: {
        outDir: folder,
        emptyOutDir: false,
        rolldownOptions: {
          input: path.join(import.meta.dirname, "pages", `${name}.ts`),
          output: { format: "iife", entryFileNames: `${name}.js`, codeSplitting: false },
        },
      },
    });
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
