import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Bench } from "./bench.ts";
import { backlogBench } from "./backlog.bench.ts";
import { bulkBench } from "./bulk.bench.ts";
import { bulkWriterBench } from "./bulk-writer.bench.ts";
import { captureBench } from "./capture.bench.ts";
import { drainBench } from "./drain.bench.ts";
import { ingestBench } from "./ingest.bench.ts";
import { lighthouseBench } from "./lighthouse.bench.ts";
import { outboxBench } from "./outbox.bench.ts";
import { reconnectBench } from "./reconnect.bench.ts";
import { storeBench } from "./store.bench.ts";
import { startBench } from "./start.bench.ts";
import { trustBench } from "./trust.bench.ts";
import { updatesBench } from "./updates.bench.ts";
import { tableOf } from "./table.ts";

// `npm run bench`, `npm run bench -- capture drain`, `npm run bench -- --scale 0.1 drain`,
// `npm run bench -- --postgres reconnect`. Prints one table per bench. A goal that is missed is printed, not an error: a figure is not a test.

const BENCHES: readonly Bench[] = [
  captureBench,
  outboxBench,
  drainBench,
  startBench,
  storeBench,
  ingestBench,
  reconnectBench,
  backlogBench,
  trustBench,
  updatesBench,
  bulkBench,
  bulkWriterBench,
  // Last: where what it fetches is out of reach, everything else has been measured.
  lighthouseBench,
];

const { names, scale, postgres } = argumentsOf(process.argv.slice(2));
const load = loadavg()[0]!;
console.log(
  `Node ${process.versions.node}, load before the run ${load.toFixed(1)}, scale ${scale}`,
);
if (load > 1) console.log("The machine is busy with something else: figures will be worse.");

for (const bench of BENCHES) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  const startMs = performance.now();
  const say = (line: string) => console.log(`  ${bench.name}: ${line}`);
  const rows = await bench.run({ scale, postgres, say });
  console.log(tableOf(bench, rows, (performance.now() - startMs) / 1_000));
}

interface Arguments {
  readonly names: readonly string[];
  readonly scale: number;
  readonly postgres: boolean;
}

function argumentsOf(given: readonly string[]): Arguments {
  const { values, positionals: names } = parseArgs({
    args: [...given],
    options: { scale: { type: "string", default: "1" }, postgres: { type: "boolean" } },
    allowPositionals: true,
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) throw new Error("--scale takes a number above 0 and up to 1.");
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    const known = BENCHES.map((bench) => bench.name).join(", ");
    throw new Error(`No such bench: ${unknown.join(", ")}. There are ${known}.`);
  }
  return { names, scale, postgres: values.postgres ?? false };
}
