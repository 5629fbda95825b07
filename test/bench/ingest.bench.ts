import { startSystem } from "../support/system.ts";
import { scaled, type Bench } from "./bench.ts";
import { BATCH_ENTRIES, createIngestLoad } from "./ingest-load.ts";
import { percentile } from "./percentile.ts";

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
  async run(options) {
    // One call a day: nothing is forwarded while taking in is measured.
    const system = await startSystem({ env: { TARGET_DAILY_CALLS: "1" } });
    const load = await createIngestLoad(system, CONNECTIONS);
    try {
      const measuredMs = scaled(MEASURED_MS, options, 2_000);
      await load.saturate(LANES, WARM_UP_MS);
      const perSecond = await load.saturate(LANES, measuredMs);
      options.say(`${Math.round(perSecond)} updates/s with ${LANES} connections busy`);
      const times = await load.pace(perSecond * LOAD, measuredMs);
      return [
        { what: "durable updates over HTTP", unit: "/s", ours: perSecond },
        { what: "ack at 80 % of that, p50", unit: "ms", ours: percentile(times, 0.5) },
        {
          what: "ack at 80 % of that, p99",
          unit: "ms",
          ours: percentile(times, 0.99),
          goal: { type: "at-most", value: 100 },
        },
      ];
    } finally {
      await load.close();
      await system.stop();
    }
  },
};
