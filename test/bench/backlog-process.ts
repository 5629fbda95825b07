import { openStore } from "../../src/proxy/store/open-store.ts";
import type { IngestBatch, Store } from "../../src/proxy/store/store.ts";
import { memberCard } from "../support/cards.ts";
import { KEYS } from "../support/keys.ts";
import { aBatch, aDevice, aHeader, anId, anUpdateBody, DAY } from "../support/store-builders.ts";
import { drainBacklog } from "./drain-backlog.ts";
import { processMemory } from "./process-memory.ts";

// A chain's backlog in a process of its own: what it costs is its own. Takes updates in as fast as the
// store does, then drains them on a clock of its own. Tells what either came to.

export interface BacklogAsk {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly updates: number;
  readonly visitors: number;
  /** Calls in any rolling 24 hours. */
  readonly allowed: number;
}

export type BacklogNews =
  | { readonly type: "progress"; readonly line: string }
  | {
      readonly type: "taken-in";
      readonly tookMs: number;
      readonly idleKb: number;
      readonly peakKb: number;
      readonly waiting: number;
    }
  | {
      readonly type: "drained";
      readonly tookMs: number;
      readonly calls: number;
      /** Visitors whom a bulk file told instead. */
      readonly inBulk: number;
      readonly days: number;
    };

/** Ours: kiosks of a chain, and what each sends at once. */
const KIOSKS = 1_200;
const BATCH = 100;
const LANES = 8;

/** A stride that meets every visitor before it meets one again: prime, and no divisor of their number. */
const STRIDE = 7_919;

const tell = (news: BacklogNews) => void process.send!(news);

process.on("message", (ask: BacklogAsk) => {
  run(ask).catch((error: unknown) => {
    throw error;
  });
});

async function run(ask: BacklogAsk): Promise<void> {
  const fail = (trouble: unknown) => {
    throw trouble instanceof Error ? trouble : new Error(String(trouble));
  };
  const store = await openStore(ask, { keys: KEYS, onFatal: fail, warn: fail });
  tell(await takeIn(store, ask));
  tell({ type: "drained", ...(await drainBacklog({ ...ask, store, progress })) });
  await store.close();
  process.disconnect!();
}

async function takeIn(store: Store, ask: BacklogAsk) {
  const idleKb = processMemory("self").nowKb;
  const startMs = performance.now();
  const batches = Math.ceil(ask.updates / BATCH);
  let next = 0;
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (next < batches) {
        const batch = next;
        next += 1;
        const result = await store.ingest(batchOf(batch, ask));
        if (result.type !== "stored") throw new Error(`A batch was ${result.type}.`);
        if ((batch + 1) % 5_000 === 0) progress(`${(batch + 1) * BATCH} updates taken in`);
      }
    }),
  );
  const tookMs = performance.now() - startMs;
  const { visitorsWaiting: waiting } = await store.figures(Date.now(), Date.now());
  return {
    type: "taken-in",
    tookMs,
    idleKb,
    peakKb: processMemory("self").peakKb,
    waiting,
  } as const;
}

function batchOf(batch: number, { updates, visitors }: BacklogAsk): IngestBatch {
  const kiosk = batch % KIOSKS;
  const device = aDevice(kiosk);
  const firstSeq = Math.floor(batch / KIOSKS) * BATCH;
  const nowMs = Date.now();
  const count = Math.min(BATCH, updates - batch * BATCH);
  const captured = Array.from({ length: count }, (_, index) => {
    const seq = firstSeq + index + 1;
    // Twenty seconds apart: a store's day, for days.
    const atMs = nowMs - 10 * DAY + seq * 20_000;
    const number = batch * BATCH + index;
    const at = { seq, epoch: anId(0xe_0000 + kiosk), id: anId(0xb_0000_0000 + number), device };
    const times = { segment: `${SEGMENT}.0`, atMs, monoMs: atMs - nowMs + UP_MS };
    const card = memberCard((number * STRIDE) % visitors);
    return {
      header: aHeader({ ...at, ...times }),
      update: anUpdateBody({ ...at, card, attributes: attributesOf(kiosk, seq) }),
    };
  });
  const clock = { segment: `${SEGMENT}.0`, wallMs: nowMs, monoMs: UP_MS };
  return aBatch(captured, { device, receiptMs: nowMs, clock });
}

/** The kiosks have been up for as long. */
const UP_MS = 30 * DAY;
const SEGMENT = "0000beef";

function attributesOf(kiosk: number, seq: number): Readonly<Record<string, string>> {
  return {
    lastStore: `store-${Math.floor(kiosk / 4)}`,
    lastKiosk: `kiosk-${kiosk % 4}`,
    visitReason: seq % 3 === 0 ? "gift" : "self",
    lastScanDay: String(20_000 + (seq % 10)),
  };
}

function progress(line: string): void {
  tell({ type: "progress", line });
}
