import path from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { KEYS } from "../support/keys.ts";
import { startPostgres } from "../support/postgres.ts";
import { startSystem } from "../support/system.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { BATCH_ENTRIES, createIngestLoad } from "./ingest-load.ts";
import { percentile } from "./percentile.ts";
import { processMemory } from "./process-memory.ts";

/** Ours: connections that always have a batch under way, and those that wait for their turn at 80 %. */
const LANES = 8;
const CONNECTIONS = 32;

const WARM_UP_MS = 2_000;
const MEASURED_MS = 15_000;
const LOAD = 0.8;

/**
 * The same trip over the wire: HTTP, parsing, validation and the store in a process of its own. The
 * load is made on the same machine, and takes its share of it.
 */
export const ingestBench: Bench = {
  name: "ingest",
  title: `batches of ${BATCH_ENTRIES} over HTTP into the running proxy`,
  run: async (options) => [
    ...(await benchIngest({ name: "SQLite", env: {}, maxAckMs: 100 }, options)),
    ...(await onPostgres((env) => benchIngest({ name: "PostgreSQL", env }, options))),
  ],
};

interface Engine {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the design says of it; nothing where it says nothing. */
  readonly maxAckMs?: number;
}

async function onPostgres<T>(
  use: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const server = await startPostgres();
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-"));
  const keysFile = path.join(folder, "keys.json");
  writeKeysFile(keysFile, KEYS);
  try {
    return await use({ DATABASE_URL: await server.newDatabase(), KEYS_FILE: keysFile });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchIngest(
  { name, env, maxAckMs }: Engine,
  options: BenchOptions,
): Promise<readonly Row[]> {
  // One call a day: nothing is forwarded while taking in is measured.
  const system = await startSystem({ env: { TARGET_DAILY_CALLS: "1", ...env } });
  const load = await createIngestLoad(system, CONNECTIONS);
  try {
    const idleKb = processMemory(system.pid()).nowKb;
    const measuredMs = scaled(MEASURED_MS, options, 2_000);
    await load.saturate(LANES, WARM_UP_MS);
    const perSecond = await load.saturate(LANES, measuredMs);
    options.say(`${name}: ${Math.round(perSecond)} updates/s with ${LANES} connections busy`);
    const times = await load.pace(perSecond * LOAD, measuredMs);
    return [
      { what: `${name}: durable updates over HTTP`, unit: "/s", ours: perSecond },
      { what: `${name}: ack at 80 % of that, p50`, unit: "ms", ours: percentile(times, 0.5) },
      {
        what: `${name}: ack at 80 % of that, p99`,
        unit: "ms",
        ours: percentile(times, 0.99),
        ...(maxAckMs === undefined ? {} : { goal: { type: "at-most", value: maxAckMs } }),
      },
      {
        what: `${name}: memory of the proxy at most`,
        unit: "kB",
        ours: processMemory(system.pid()).peakKb,
        beside: { name: "before", value: idleKb },
      },
    ];
  } finally {
    await load.close();
    await system.stop();
  }
}
