import { spawnSync } from "node:child_process";
import path from "node:path";
import { ensureBrowser } from "./ensure-browser.ts";
import { checkSecurityReferences } from "./security-references.ts";
import { checkSizeBudget } from "./size-budget.ts";
import { checkSpecCoverage } from "./spec-coverage.ts";

// Everything `npm test` does, in order, cheapest first. `--quick` leaves out what needs a browser.

const ROOT = path.resolve(import.meta.dirname, "../..");
const isQuick = process.argv.includes("--quick");

const VITEST = ["vitest", "run", "--config", "test/vitest.config.ts"];

step("tools of the system", ensureBrowser);
step("lint", () => run("oxlint", "--deny-warnings"));
step("format", () => run("oxfmt", "--check"));
step("rules quoted by tests", () => checkSpecCoverage(ROOT));
step("tests named by SECURITY.md", () => checkSecurityReferences(ROOT));
step("types", () => run("tsc", "-b"));
// Before the unit tests: those of them that start the product would each build what is stale.
step("build", () => {
  run("vite", "build", "--logLevel", "warn");
  run("vite", "build", "--logLevel", "warn", "--config", "vite.console.config.ts");
});
step("unit tests", () => run(...VITEST, "--project", "node"));
if (!isQuick) {
  step("size budget", () => checkSizeBudget(path.join(ROOT, "dist")));
  step("browser tests", () => run(...VITEST, "--project", "browser"));
}
console.log("\nEverything passed.");

function step(name: string, act: () => string | void): void {
  const startMs = performance.now();
  console.log(`\n== ${name}`);
  try {
    const said = act();
    if (said !== undefined) console.log(said);
  } catch (error) {
    console.error(
      `\nFailed at: ${name}\n${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(1);
  }
  console.log(`== ${name}: ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
}

/** Runs a tool of node_modules; npm has put them first on the path. */
function run(...[tool, ...words]: string[]): void {
  const { status, signal, error } = spawnSync(tool!, words, { cwd: ROOT, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${tool} ended with ${status ?? signal}.`);
}
