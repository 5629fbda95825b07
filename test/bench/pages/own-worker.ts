import { createDatabase } from "../../../src/outbox/connection.ts";
import { createFlush } from "../../../src/outbox/flush.ts";
import { createIdbOutbox } from "../../../src/outbox/idb-outbox.ts";
import { createIdbOwed } from "../../../src/outbox/idb-owed.ts";
import { createIngestClient } from "../../../src/outbox/ingest-client.ts";
import { createKeptStore } from "../../../src/outbox/kept-store.ts";
import { webLock } from "../../../src/outbox/lock.ts";
import { createPause } from "../../../src/outbox/pause.ts";
import type { FlushReport } from "../../../src/contract/worker-message.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { fillOutbox } from "./own-queue.ts";
import { DEVICE, SEGMENT } from "./sample-entry.ts";

/** Our side of the drain bench, put together as the product's worker does it. */

const clock: Clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const database = createDatabase();
const newId = () => crypto.randomUUID();
const outbox = createIdbOutbox({ database, newId });
const flush = createFlush({
  outbox: createIdbOwed({ database, newId }),
  client: createIngestClient({
    fetch: (url, init) => fetch(url, init),
    clock,
    newNonce: newId,
  }),
  lock: webLock(navigator.locks),
  pause: createPause({ kept: createKeptStore(database), clock, random: Math.random }),
  clock,
  random: Math.random,
});

const ownWorker = {
  fill: fillOutbox,
  depth: () => outbox.depth(),

  /** Milliseconds until everything was receipted and removed. */
  async drain(): Promise<{ readonly ms: number; readonly report: FlushReport }> {
    const startMs = performance.now();
    const report = await flush({
      device: DEVICE,
      reading: () => ({ segment: SEGMENT, wallMs: clock.wallMs(), monoMs: clock.monoMs() }),
      force: true,
    });
    return { ms: performance.now() - startMs, report };
  },
};

declare global {
  var ownWorker: OwnWorker;
}
type OwnWorker = typeof ownWorker;
globalThis.ownWorker = ownWorker;
