import { createMeter } from "../../src/emulator/meter.ts";
import { createForwarder, type Forwarder } from "../../src/proxy/forwarder.ts";
import { openLedgerClock, type LedgerClock } from "../../src/proxy/ledger-clock.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import type { TargetClient } from "../../src/proxy/target/target-client.ts";
import { aBatch, anUpdate, NOW } from "../support/store-builders.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIMEOUT_MS = 10_000;

export interface SimulationOptions {
  readonly seed: number;
  readonly steps: number;
  readonly allowed: number;
  readonly store: Store;
  /** Clock steps, sleeping machines, crashes, slow calls and lost answers; a calm world without. */
  readonly isRough: boolean;
  /** Backups taken at times, and one of them put back after some of the crashes. */
  readonly backups?: {
    readonly take: () => Promise<void>;
    readonly putBack: () => Promise<Store>;
  };
  /** Another ledger, to show that the simulation can tell a good one from a bad one. */
  readonly openLedger?: (deps: { store: Store; clock: Clocks }) => Promise<LedgerClock>;
}

export interface SimulationReport {
  /** Most calls that reached Target in any 24 hours of true time. */
  readonly maxInAnyWindow: number;
  readonly total: number;
  readonly days: number;
  readonly restarts: number;
  readonly restores: number;
}

type Clocks = ReturnType<typeof createClocks>;

/**
 * Days at a proxy that always has more to send than it may, by seed: true time runs, the wall clock
 * is set to and fro, the machine sleeps, the process dies and comes back, calls arrive late and
 * answers are lost. Target counts in true time.
 */
export async function simulateAllowance(options: SimulationOptions): Promise<SimulationReport> {
  const random = seeded(options.seed);
  const clocks = createClocks();
  const meter = createMeter();
  const target = aSlowTarget(
    clocks,
    meter.count,
    seeded(options.seed + 1_000_000),
    options.isRough,
  );
  let isDying = false;
  let current = options.store;
  let restarts = 0;
  let restores = 0;
  const boot = async (): Promise<Forwarder> => {
    const { settle } = current;
    const store: Store = {
      ...current,
      settle: async (...args) => {
        if (isDying) throw new Error("killed between answer and record");
        return settle(...args);
      },
    };
    const openLedger = options.openLedger ?? openLedgerClock;
    const ledger = await openLedger({ store, clock: clocks });
    const { allowed } = options;
    // Answers come back in no fixed order; a constant keeps a seed's story the same every time.
    return createForwarder({
      store,
      target,
      clock: clocks,
      ledger,
      random: () => 0.5,
      allowed,
    });
  };

  if (options.isRough && random() < 0.5) clocks.stepWall((random() - 0.5) * 4 * DAY);
  let forwarder = await boot();
  for (let step = 0; step < options.steps; step += 1) {
    await scanEverybody(current, clocks, step, options.allowed);
    for (let pass = 0; pass < 8; pass += 1) {
      await forwarder.runOnce();
      clocks.pass(random() * 2 * TIMEOUT_MS);
    }
    clocks.pass(random() * 4 * HOUR);
    if (!options.isRough) continue;
    if (options.backups !== undefined && random() < 0.2) await options.backups.take();
    const chance = random();
    if (chance < 0.1) clocks.stepWall((random() - 0.5) * 2 * DAY);
    else if (chance < 0.15) clocks.setWallRight();
    else if (chance < 0.2) clocks.sleep(random() * DAY);
    else if (chance < 0.4) {
      isDying = true;
      await forwarder.runOnce();
      isDying = false;
      restarts += 1;
      clocks.restart(random() * (random() < 0.3 ? DAY : MINUTE));
      if (random() < 0.3) clocks.stepWall((random() - 0.5) * 2 * DAY);
      if (options.backups !== undefined && random() < 0.5) {
        current = await options.backups.putBack();
        restores += 1;
      }
      forwarder = await boot();
    }
  }
  return {
    maxInAnyWindow: meter.maxInAnyWindow(),
    total: meter.total(),
    days: (clocks.trueMs() - NOW) / DAY,
    restarts,
    restores,
  };
}

/** True time, and the two clocks of a machine that does not know it. */
function createClocks() {
  let trueMs = NOW;
  let wallOffsetMs = 0;
  let monoOffsetMs = NOW;
  return {
    trueMs: () => trueMs,
    wallMs: () => Math.floor(trueMs + wallOffsetMs),
    monoMs: () => trueMs - monoOffsetMs,
    pass: (byMs: number) => {
      trueMs += byMs;
    },
    stepWall: (byMs: number) => {
      wallOffsetMs += byMs;
    },
    setWallRight: () => {
      wallOffsetMs = 0;
    },
    /** The monotonic clock stands still while a machine sleeps. */
    sleep: (forMs: number) => {
      trueMs += forMs;
      monoOffsetMs += forMs;
    },
    restart: (downMs: number) => {
      trueMs += downMs;
      monoOffsetMs = trueMs;
    },
  };
}

/** Takes every call; some arrive only as long after they left as a call may last, some unanswered. */
function aSlowTarget(
  clocks: Clocks,
  arrive: (atMs: number) => void,
  random: () => number,
  isRough: boolean,
): TargetClient {
  const dateMs = () => Math.floor(clocks.trueMs() / 1_000) * 1_000;
  const isMute = () => isRough && random() < 0.1;
  return {
    timeoutMs: TIMEOUT_MS,
    planCalls: (_visitor, attributes) => ({ calls: [attributes] }),
    update: async () => {
      arrive(clocks.trueMs() + (isRough && random() < 0.2 ? random() * TIMEOUT_MS : 0));
      return isMute()
        ? { outcome: { type: "unavailable", reason: "timeout" }, neverLeft: false }
        : { outcome: { type: "delivered" }, neverLeft: false, dateMs: dateMs() };
    },
    fetchProfile: async () => ({ look: { type: "unknown" }, dateMs: dateMs() }),
    timeMs: async () => (isMute() ? undefined : dateMs()),
    close: async () => undefined,
  };
}

/** One scan of each of more cards than a day's allowance, in one batch, by a kiosk with the same clock. */
async function scanEverybody(store: Store, clocks: Clocks, step: number, allowed: number) {
  const receiptMs = clocks.wallMs();
  const segment = `${step.toString(16).padStart(8, "0")}.0`;
  const updates = Array.from({ length: allowed + 5 }, (_, card) =>
    anUpdate({
      card: `card-${card}`,
      attributes: { n: String(step) },
      seq: step * 1_000 + card + 1,
      segment,
      wallMs: receiptMs - 10,
      monoMs: 990,
    }),
  );
  const clock = { segment, wallMs: receiptMs, monoMs: 1_000 };
  await store.ingest(aBatch(updates, { receiptMs, clock }));
}

/** Source: mulberry32, a public-domain generator of 32 bits. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
