import { loadavg } from "node:os";
import type { Bench } from "./bench.ts";
import { bulkBench } from "./bulk.bench.ts";
import { captureBench } from "./capture.bench.ts";
import { drainBench } from "./drain.bench.ts";
import { ingestBench } from "./ingest.bench.ts";
import { outboxBench } from "./outbox.bench.ts";
import { storeBench } from "./store.bench.ts";
import { startBench } from "./start.bench.ts";
import { trustBench } from "./trust.bench.ts";
import { tableOf } from "./table.ts";

// `npm run bench`, `npm run bench -- capture drain`, `npm run bench -- --scale 0.1 drain`. Prints one
// table per bench. A goal that is missed is printed, not an error: a figure is not a test.

const BENCHES: readonly Bench[] = [
  captureBench,
  outboxBench,
  drainBench,
  startBench,
  storeBench,
  ingestBench,
  trustBench,
  bulkBench,
];

const { names, scale } = argumentsOf(process.argv.slice(2));
const load = loadavg()[0]!;
console.log(
  `Node ${process.versions.node}, load before the run ${load.toFixed(1)}, scale ${scale}`,
);
if (load > 1) console.log("The machine is busy with something else: figures will be worse.");

for (const bench of BENCHES) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  const startMs = performance.now();
  const say = (line: string) => console.log(`  ${bench.name}: ${line}`);
  const rows = await bench.run({ scale, say });
  console.log(tableOf(bench, rows, (performance.now() - startMs) / 1_000));
}

function argumentsOf(given: readonly string[]): { names: readonly string[]; scale: number } {
  const flag = given.indexOf("--scale");
  const scale = flag === -1 ? 1 : Number(given[flag + 1]);
  if (!(scale > 0 && scale <= 1)) throw new Error("--scale takes a number above 0 and up to 1.");
  const names = given.filter((_, index) => flag === -1 || (index !== flag && index !== flag + 1));
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    const known = BENCHES.map((bench) => bench.name).join(", ");
    throw new Error(`No such bench: ${unknown.join(", ")}. There are ${known}.`);
  }
  return { names, scale };
}
