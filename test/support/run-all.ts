import { spawn, type StdioOptions } from "node:child_process";
import { availableParallelism } from "node:os";
import path from "node:path";
import { ensureBrowser } from "./ensure-browser.ts";
import { checkSecurityReferences } from "./security-references.ts";
import { checkSizeBudget } from "./size-budget.ts";
import { checkSpecCoverage } from "./spec-coverage.ts";

// Everything `npm test` does, in order, cheapest first. `--quick` leaves out what needs a browser.
// The two test runs go side by side: a browser's tests wait for the product most of the time, and
// nothing of one run is seen by the other but the build.

const ROOT = path.resolve(import.meta.dirname, "../..");
const isQuick = process.argv.includes("--quick");

const VITEST = ["vitest", "run", "--config", "test/vitest.config.ts"];
const NODE_TESTS = [...VITEST, "--project", "node"];
const BROWSER_TESTS = [...VITEST, "--project", "browser"];

/** Ours: of the two that unit tests have alone, one core is the browser's. */
const WORKERS_BESIDE = Math.max(1, Math.min(2, availableParallelism() - 1));

await step("tools of the system", ensureBrowser);
await step("lint", () => run("oxlint", "--deny-warnings"));
await step("format", () => run("oxfmt", "--check"));
await step("rules quoted by tests", () => checkSpecCoverage(ROOT));
await step("tests named by SECURITY.md", () => checkSecurityReferences(ROOT));
await step("types", () => run("tsc", "-b"));
// Before the unit tests: those of them that start the product would each build what is stale.
await step("build", async () => {
  await run("vite", "build", "--logLevel", "warn");
  await run("vite", "build", "--logLevel", "warn", "--config", "vite.console.config.ts");
});
if (isQuick) {
  await step("unit tests", () => run(...NODE_TESTS));
} else {
  await step("size budget", () => checkSizeBudget(path.join(ROOT, "dist")));
  await step("browser tests, and unit tests beside them", async () => {
    const beside = toItsEnd(NODE_TESTS, "pipe", { NODE_TEST_WORKERS: String(WORKERS_BESIDE) });
    const browser = await toItsEnd(BROWSER_TESTS, "inherit");
    const node = await beside;
    process.stdout.write(`\n== unit tests\n${node.said}`);
    // Both are told: a run that failed is not begun again for the sake of the other's failures.
    const failures = [browser.failure, node.failure].filter((each) => each !== undefined);
    if (failures.length > 0) throw new Error(failures.join("\n"));
  });
}
console.log("\nEverything passed.");

async function step(name: string, act: () => string | void | Promise<string | void>) {
  const startMs = performance.now();
  console.log(`\n== ${name}`);
  try {
    const said = await act();
    if (said !== undefined) console.log(said);
  } catch (error) {
    console.error(
      `\nFailed at: ${name}\n${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(1);
  }
  console.log(`== ${name}: ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
}

async function run(...command: string[]): Promise<void> {
  const { failure } = await toItsEnd(command, "inherit");
  if (failure !== undefined) throw new Error(failure);
}

/**
 * Runs a tool of node_modules; npm has put them first on the path. What it says is shown, or with `pipe`
 * kept until it has ended.
 */
function toItsEnd(
  [tool, ...words]: readonly string[],
  output: "inherit" | "pipe",
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly said: string; readonly failure: string | undefined }> {
  const stdio: StdioOptions = ["ignore", output, output];
  const child = spawn(tool!, words, { cwd: ROOT, stdio, env: { ...process.env, ...more } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  return new Promise((ended) => {
    child.once("error", ({ message }) => ended({ said, failure: message }));
    child.once("close", (code, signal) =>
      ended({ said, failure: code === 0 ? undefined : `${tool} ended with ${code ?? signal}.` }),
    );
  });
}
