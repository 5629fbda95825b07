import { spawnSync } from "node:child_process";
import path from "node:path";

// `npm run fuzz [runs] [seed]`: the fuzzing of the test command with more examples, by a seed that
// is printed and can be given again.

const [runs = "20000", seed = String(Math.floor(Math.random() * 2 ** 31))] = process.argv.slice(2);

console.log(`Fuzzing with seed ${seed}, ${runs} examples per parser.`);
console.log(`Again: npm run fuzz -- ${runs} ${seed}`);
const { status } = spawnSync(
  "vitest",
  [
    "run",
    "--config",
    "test/vitest.config.ts",
    "--project",
    "node",
    "--testTimeout",
    "1200000",
    "test/fuzz",
  ],
  {
    cwd: path.resolve(import.meta.dirname, "../.."),
    stdio: "inherit",
    env: { ...process.env, FUZZ_RUNS: runs, FUZZ_SEED: seed },
  },
);
process.exitCode = status ?? 1;
