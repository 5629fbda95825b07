import type { Clock } from "../../../src/domain/clock.ts";
import { createForwarder, type Forwarder } from "../../../src/proxy/forwarder.ts";
import { openLedgerClock, type LedgerClock } from "../../../src/proxy/ledger-clock.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import type { TargetClient } from "../../../src/proxy/target/target-client.ts";
import type { WakeTimer } from "../../../src/proxy/wake-timer.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** One proxy's forwarder on a machine of its own, whose clock may be wrong and whose power may fail. */
export interface Replica {
  readonly boot: () => Promise<void>;
  /** Nothing of it goes on but the calls that have left. */
  readonly kill: () => void;
  readonly isUp: () => boolean;
  readonly notify: () => void;
  /** Sets the wall clock so far ahead of true time. */
  readonly setWallAhead: (byMs: number) => void;
}

export interface ReplicaOptions {
  readonly time: VirtualTime;
  readonly store: Store;
  readonly target: TargetClient;
  readonly random: () => number;
  readonly allowed: number;
  /** Another ledger than the product's, for a control. */
  readonly openLedger?: (deps: { store: Store; clock: Clock }) => Promise<LedgerClock>;
}

/** Ours: fewer idle looks than the product's, which would fill a month of virtual time. */
const IDLE_MS = 60_000;

export function createReplica(options: ReplicaOptions): Replica {
  const { time, target, random, allowed, openLedger = openLedgerClock } = options;
  let aheadMs = 0;
  let bootedAtMs = time.nowMs();
  let life: { forwarder?: Forwarder; isOver: boolean } = { isOver: true };
  const clock: Clock = {
    wallMs: () => Math.floor(time.nowMs() + aheadMs),
    monoMs: () => time.nowMs() - bootedAtMs,
  };

  return {
    boot: async () => {
      const own: typeof life = { isOver: false };
      life = own;
      bootedAtMs = time.nowMs();
      const isOver = () => own.isOver;
      const store = mortal(options.store, isOver);
      own.forwarder = createForwarder({
        store,
        target,
        clock,
        ledger: await openLedger({ store, clock }),
        random,
        allowed,
        idleMs: IDLE_MS,
        createTimer: (wake) => virtualTimer(time, wake, isOver),
      });
      own.forwarder.start();
    },
    kill: () => {
      life.isOver = true;
    },
    isUp: () => !life.isOver,
    notify: () => {
      if (!life.isOver) life.forwarder?.notify();
    },
    setWallAhead: (byMs) => {
      aheadMs = byMs;
    },
  };
}

/** The store as a process reaches it until it dies. */
function mortal(store: Store, isOver: () => boolean): Store {
  const alive = async () => {
    if (isOver()) throw new Error("this process is dead");
  };
  return {
    ...store,
    ledgerTimeMs: () => alive().then(() => store.ledgerTimeMs()),
    claim: (ask) => alive().then(() => store.claim(ask)),
    chargeAnother: (ask) => alive().then(() => store.chargeAnother(ask)),
    recordSending: (claim, names) => alive().then(() => store.recordSending(claim, names)),
    settle: (claim, settlement) => alive().then(() => store.settle(claim, settlement)),
  };
}

/** Ours: the ticks of the product's own timer. */
const TICK_MS = 100;

function virtualTimer(time: VirtualTime, wake: () => void, isOver: () => boolean): WakeTimer {
  let ticks = new Set<number>();
  return {
    wakeIn: (delayMs) => {
      const tick = Math.ceil((time.nowMs() + Math.max(0, delayMs)) / TICK_MS);
      const mine = ticks;
      if (mine.has(tick)) return;
      mine.add(tick);
      time.at(tick * TICK_MS, () => {
        // Not when it was cancelled meanwhile.
        if (!isOver() && ticks === mine && mine.delete(tick)) wake();
      });
    },
    cancel: () => {
      ticks = new Set();
    },
  };
}
