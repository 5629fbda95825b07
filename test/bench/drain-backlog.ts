import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Clock } from "../../src/domain/clock.ts";
import { createForwarder } from "../../src/proxy/forwarder.ts";
import { openLedgerClock } from "../../src/proxy/ledger-clock.ts";
import { createOverflowLane } from "../../src/proxy/overflow/overflow-lane.ts";
import { drainMs, overflowTiming } from "../../src/proxy/overflow/overflow-plan.ts";
import { createFetchBudget } from "../../src/proxy/read-back/fetch-budget.ts";
import { READ_BACK } from "../../src/proxy/read-back/look-plan.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import type { TargetClient } from "../../src/proxy/target/target-client.ts";
import type { TargetConnection, TargetRequest } from "../../src/proxy/target/target-connection.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { cardIds } from "../../src/proxy/visitor-ids/visitor-ids.ts";
import { KEYS } from "../support/keys.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { DAY } from "../support/store-builders.ts";

export interface DrainOptions {
  readonly store: Store;
  /** Calls in any rolling 24 hours. */
  readonly allowed: number;
  readonly progress: (line: string) => void;
}

/** Ours: as many calls under way as keep the store busy. */
const CALLS_AT_ONCE = 64;

/** As `BULK_OVERFLOW_AFTER_HOURS` is unless set. */
const OVERFLOW_AFTER_MS = DAY;

/** Source: updates "generally occur in under one hour". Ours: a file counts as sent when it is done. */
const BATCH_TAKES_MS = 3_600_000;

/**
 * Brings a backlog to a Target that answers at once, by single calls and, while those alone would take
 * longer than a day, by bulk files beside them. Its clock goes on when neither lane has anything to do.
 */
export async function drainBacklog({ store, allowed, progress }: DrainOptions) {
  const startMs = performance.now();
  const clock = aMovableClock(Date.now());
  const beginsMs = clock.wallMs();
  const ledger = await openLedgerClock({ store, clock });
  let calls = 0;
  let inBulk = 0;
  let lastSentMs = beginsMs;
  const note = (sent: number) => {
    lastSentMs = clock.wallMs();
    const before = calls + inBulk - sent;
    if (Math.floor(before / 250_000) < Math.floor((calls + inBulk) / 250_000)) {
      progress(`${calls} calls made, ${inBulk} rows in files`);
    }
  };
  const target = targetThatAnswersAtOnce(clock, () => {
    calls += 1;
    note(1);
  });
  const forwarder = createForwarder({
    store,
    target,
    clock,
    ledger,
    random: Math.random,
    allowed,
    concurrency: CALLS_AT_ONCE,
  });
  const files = openFiles({ store, target, clock, allowed }, (rows) => {
    inBulk += rows;
    note(rows);
  });
  for (let forwardAtMs = 0; ;) {
    await files.asleep();
    if (clock.monoMs() >= forwardAtMs) {
      const { claimed, freeAtLedgerMs } = await forwarder.runOnce();
      if (claimed === CALLS_AT_ONCE) continue;
      const mayBeDone = claimed === 0 && freeAtLedgerMs === undefined && !files.isAtWork();
      if (mayBeDone && (await isDone(store, clock))) break;
      forwardAtMs = clock.monoMs() + Math.max(1_000, (freeAtLedgerMs ?? 0) - ledger.nowMs());
    }
    clock.advance(Math.max(0, Math.min(forwardAtMs, files.wakesAtMs()) - clock.monoMs()));
    files.wakeIfDue();
  }
  files.close();
  const days = (lastSentMs - beginsMs) / DAY;
  return { tookMs: performance.now() - startMs, calls, inBulk, days };
}

async function isDone(store: Store, clock: Clock): Promise<boolean> {
  return (await store.figures(clock.wallMs(), clock.wallMs())).visitorsWaiting === 0;
}

type FilesOf = Pick<DrainOptions, "store" | "allowed"> & {
  readonly target: TargetClient;
  readonly clock: ReturnType<typeof aMovableClock>;
};

/** The lane of bulk files as the proxy has it, asleep whenever it waits for its clock. */
function openFiles({ store, target, clock, allowed }: FilesOf, onRows: (rows: number) => void) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-files-"));
  const leaving = new AbortController();
  const sleeper = createSleeper(clock);
  const timing = overflowTiming(OVERFLOW_AFTER_MS, READ_BACK);
  const lane = createOverflowLane({
    store,
    target,
    visitorIds: cardIds,
    bulk: {
      connection: bulkThatTakesAll(clock),
      connectTo: () => {
        throw new Error("no other host is to be asked");
      },
      vault: createVault(KEYS),
      folder,
      pace: { turn: async () => {}, holdBack: () => {} },
      sleep: sleeper.sleep,
    },
    names: ["lastStore", "lastKiosk", "visitReason", "lastScanDay"],
    // As `BULK_OVERFLOW_FETCHES` is unless set: half of what single calls may be, at any scale.
    fetches: createFetchBudget(allowed / 2, clock.monoMs()),
    drainMs: async () => drainMs((await store.figures(clock.wallMs(), 0)).visitorsWaiting, allowed),
    clock,
    timing,
    onOwed: () => {},
  });
  // Not who was called for between the writing of a file and its leaving.
  const taken = () => lane.figures().rows["complete"] ?? 0;
  let isAtWork = false;
  const rounds = async () => {
    while (!leaving.signal.aborted) {
      const before = taken();
      isAtWork = true;
      await lane.runOnce();
      isAtWork = false;
      if (taken() > before) onRows(taken() - before);
      await sleeper.sleep(timing.everyMs);
    }
  };
  const running = rounds();
  return {
    asleep: () => Promise.race([sleeper.asleep(), running]),
    isAtWork: () => isAtWork,
    wakesAtMs: sleeper.wakesAtMs,
    wakeIfDue: sleeper.wakeIfDue,
    close: () => {
      leaving.abort();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of one who sleeps, and is waited for until they sleep again. */
function createSleeper(clock: Clock) {
  let asleep = Promise.withResolvers<void>();
  let wake: (() => void) | undefined;
  let wakesAtMs = Infinity;
  return {
    sleep: (forMs: number) =>
      new Promise<void>((resolve) => {
        if (wake !== undefined) throw new Error("Two sleep at once.");
        wake = resolve;
        wakesAtMs = clock.monoMs() + forMs;
        asleep.resolve();
      }),
    asleep: () => asleep.promise,
    wakesAtMs: () => wakesAtMs,
    wakeIfDue: () => {
      if (clock.monoMs() < wakesAtMs) return;
      const resolve = wake;
      wake = undefined;
      wakesAtMs = Infinity;
      asleep = Promise.withResolvers();
      resolve?.();
    },
  };
}

/** Target's bulk API, which takes every file, and has taken all of it an hour later. */
function bulkThatTakesAll(clock: Clock): TargetConnection {
  const origin = "http://127.0.0.1:1";
  const batches = new Map<string, { readonly rows: number; readonly doneMs: number }>();
  const answer = (inner: string) => ({
    status: 200,
    headers: {},
    body: `<response>${inner}</response>`,
    dateMs: clock.wallMs(),
  });
  return {
    origin,
    client: "demo",
    timeoutMs: 10_000,
    request: async ({ method, path, body }: TargetRequest) => {
      if (method === "POST") {
        const id = `demo-${batches.size + 1}`;
        batches.set(id, { rows: await rowsIn(body), doneMs: clock.wallMs() + BATCH_TAKES_MS });
        const status = `${origin}/m2/demo/profile/batchStatus?batchId=${id}`;
        return answer(`<success>true</success><batchStatus>${status}</batchStatus>`);
      }
      const id = new URL(path, origin).searchParams.get("batchId") ?? "";
      const { rows, doneMs } = batches.get(id)!;
      const word = clock.wallMs() < doneMs ? "incomplete" : "complete";
      return answer(
        `<batchId>${id}</batchId><status>${word}</status><batchSize>${rows}</batchSize>` +
          `<consumedCount>${rows}</consumedCount><successfulUpdates>${rows}</successfulUpdates>` +
          "<profilesNotFound>0</profilesNotFound><failedUpdates>0</failedUpdates>",
      );
    },
    close: async () => {},
  };
}

async function rowsIn(body: TargetRequest["body"]): Promise<number> {
  if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) {
    throw new Error("A file is sent as it is read.");
  }
  let rows = 0;
  // The line that names the columns has no line end before it, and the last one none behind it.
  for await (const chunk of body) {
    for (const byte of Buffer.from(chunk)) if (byte === 0x0a) rows += 1;
  }
  return rows;
}

function targetThatAnswersAtOnce({ wallMs }: Clock, onCall: () => void): TargetClient {
  const dateMs = () => Math.floor(wallMs() / 1_000) * 1_000;
  return {
    timeoutMs: 10_000,
    planCalls: (_visitor, attributes) => ({ calls: [attributes] }),
    update: async () => {
      onCall();
      return { outcome: { type: "delivered" }, neverLeft: false, dateMs: dateMs() };
    },
    fetchProfile: async () => ({
      look: { type: "found", attributes: new Map() },
      dateMs: dateMs(),
    }),
    timeMs: async () => dateMs(),
    close: async () => undefined,
  };
}
