import type { Clock } from "../domain/clock.ts";
import { backoffDelayMs } from "../domain/backoff.ts";
import { MIN_PAUSE_MS } from "./breaker.ts";
import {
  chargeAsk,
  deliver,
  type CallNews,
  type ChargedClaim,
  type DeliveryDeps,
} from "./delivery.ts";
import { createDueClock } from "./due-clock.ts";
import { LOOK_AFTER_MS } from "./freshness.ts";
import type { LedgerClock } from "./ledger-clock.ts";
import { READ_BACK, type ReadBackTiming } from "./read-back/look-plan.ts";
import { FRESH_MS } from "./store/due-visitors.ts";
import type { Settlement, Store } from "./store/store.ts";
import type { TargetClient } from "./target/target-client.ts";
import { cardIds, type VisitorIds } from "./visitor-ids/visitor-ids.ts";
import { createWakeTimer, type WakeTimer } from "./wake-timer.ts";

export interface ForwarderOptions {
  readonly store: Store;
  readonly target: TargetClient;
  /** Who Target knows a visitor as; their card unless told otherwise. */
  readonly visitorIds?: VisitorIds;
  readonly clock: Clock;
  readonly ledger: LedgerClock;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  /** Calls allowed in any rolling 24 hours. */
  readonly allowed: number;
  /** Visitors worked on at once. */
  readonly concurrency?: number;
  readonly leaseMs?: number;
  readonly spacingMs?: number;
  readonly lookAfterMs?: number;
  /** Age up to which an update makes its visitor fresh (rule QT4), in milliseconds. */
  readonly freshMs?: number;
  readonly readBack?: ReadBackTiming;
  /** Longest time without asking the store, in milliseconds. */
  readonly idleMs?: number;
  /** How it is woken; by real time unless given. */
  readonly createTimer?: (wake: () => void) => WakeTimer;
  readonly log?: ForwarderLog;
}

/** Never given a visitor (rule PV2). */
export interface ForwarderLog {
  readonly warn: (details: object, message: string) => void;
}

/** What one pass came to. */
export interface Pass {
  /** Settlements by type; a claim that was lost to somebody else, or to an error, is in none. */
  readonly settled: Readonly<Record<Settlement["type"], number>>;
  readonly claimed: number;
  /** Ledger time at which more may be claimed, when the allowance or its pace held visitors back. */
  readonly freeAtLedgerMs?: number | undefined;
}

/**
 * Brings to Target what the store owes it: claim, look, send, settle.
 *
 * A claim that ends in an error, or with the process, is taken up again when its lease runs out; its
 * charge stays (rules FW1, QT2).
 */
export interface Forwarder {
  readonly start: () => void;
  /** Claims nothing more, and resolves when every call in flight has been settled. */
  readonly stop: () => Promise<void>;
  /** Something may have become due. */
  readonly notify: () => void;
  /** One claim of as many visitors as fit, worked to the end. For those who do not `start` it. */
  readonly runOnce: () => Promise<Pass>;
}

/** Ours: what the whole allowance takes where Target needs a second for the look and one for the call. */
const CONCURRENCY = 24;

/** Ours: far above the longest call and the spacing, far below what a shopper would notice. */
const LEASE_MS = 60_000;

/** Ours: Target applies in no promised order, so two quick calls may change places. */
const SPACING_MS = 10_000;

/** Ours: leases that ran out and other replicas' leavings are found this late at most. */
const IDLE_MS = 5_000;

export function createForwarder(options: ForwarderOptions): Forwarder {
  const { store, target, clock, ledger, random, allowed, log } = options;
  const { concurrency = CONCURRENCY, idleMs = IDLE_MS, freshMs = FRESH_MS } = options;
  const deps: DeliveryDeps = {
    store,
    target,
    visitorIds: options.visitorIds ?? cardIds,
    clock,
    ledger,
    random,
    dueNowMs: createDueClock(clock),
    timing: {
      leaseMs: options.leaseMs ?? LEASE_MS,
      spacingMs: options.spacingMs ?? SPACING_MS,
      lookAfterMs: options.lookAfterMs ?? LOOK_AFTER_MS,
    },
    readBack: options.readBack ?? READ_BACK,
  };
  const { createTimer = createWakeTimer } = options;
  const timer = createTimer(() => void pump());
  /** Apart, since it is set anew by every look: the looks would else breed each other. */
  const idleTimer = createTimer(() => void pump());
  const inFlight = new Set<Promise<unknown>>();
  let timeAttempts = 0;
  let askTimeAtMonoMs = -Infinity;
  let isRunning = false;
  let pumping: Promise<void> | undefined;
  let isNotified = false;
  /** The last look ended for want of places, and not of visitors whose turn it is. */
  let isFull = false;

  /**
   * Tells all replicas what a call says about Target as a whole, before its claim is settled. Whether a
   * refusal is to be believed: not where nobody could be asked. Never rejects, so that what Target
   * acknowledged is recorded all the same.
   */
  const tell = async ({ claim, probe }: ChargedClaim, news: CallNews): Promise<boolean> => {
    if (news.type === "silent" && probe === undefined) return false;
    const heard = { ...news, visitorKey: claim.visitorKey, probe };
    try {
      const told = { ...heard, ledgerMs: ledger.nowMs(), draw: random() };
      return (await store.noteTarget(told)).isOwnFault;
    } catch (error) {
      log?.warn(named(error), "How a call ended could not be told to the other proxies");
      return false;
    }
  };

  /** Asks Target for its time where the ledger needs it; nothing is charged before (rule QT1). */
  const isLedgerReady = async (): Promise<boolean> => {
    if (!ledger.needsTargetTime()) return true;
    if (clock.monoMs() < askTimeAtMonoMs) return false;
    const targetMs = await target.timeMs();
    if (targetMs === undefined) {
      timeAttempts += 1;
      askTimeAtMonoMs = clock.monoMs() + MIN_PAUSE_MS + backoffDelayMs(timeAttempts, random());
      log?.warn({ attempts: timeAttempts }, "Target does not tell its time; nothing is sent");
      return false;
    }
    timeAttempts = 0;
    ledger.observe(targetMs);
    return true;
  };

  const claimUpTo = async (free: number) => {
    const chargedMonoMs = clock.monoMs();
    const { leaseMs } = deps.timing;
    const charge = chargeAsk(ledger, leaseMs, allowed);
    // Target's clock beside ours: one that was set back would make a day's backlog fresh.
    const freshFromMs = Math.max(clock.wallMs(), ledger.nowMs() + ledger.behindMs()) - freshMs;
    const ask = { ...charge, nowMs: deps.dueNowMs(), leaseMs, limit: free, freshFromMs };
    const { claims, probe, ...until } = await store.claim(ask);
    const charged = claims.map((claim): ChargedClaim => ({ claim, charge, chargedMonoMs, probe }));
    return { charged, ...until };
  };

  /** Works one claim to its end. Never rejects: what went wrong is logged, and the lease runs out. */
  const work = async (charged: ChargedClaim): Promise<Settlement | undefined> => {
    try {
      const delivery = await deliver(deps, charged);
      const isBelieved = await tell(charged, delivery?.news ?? { type: "silent" });
      if (delivery === undefined) return undefined;
      const { otherwise } = delivery;
      const settlement = isBelieved ? delivery.settlement : (otherwise ?? delivery.settlement);
      const isSettled = await store.settle(charged.claim, settlement);
      const dueAtMs = nextDueAtMs(settlement);
      if (dueAtMs !== undefined) timer.wakeIn(dueAtMs - deps.dueNowMs());
      return isSettled ? settlement : undefined;
    } catch (error) {
      log?.warn(named(error), "A claim could not be finished; it is taken up again");
      timer.wakeIn(deps.timing.leaseMs);
      return undefined;
    }
  };

  /** Fills the free places until nothing more is due; then sees to it that it is woken. */
  const fill = async (): Promise<void> => {
    for (;;) {
      if (!isRunning) return;
      isNotified = false;
      const free = concurrency - inFlight.size;
      isFull = free === 0;
      if (isFull) return idle();
      if (!(await isLedgerReady())) return timer.wakeIn(askTimeAtMonoMs - clock.monoMs());
      if (!isRunning) return;
      const { charged, freeAtLedgerMs, heldUntilLedgerMs } = await claimUpTo(free);
      for (const each of charged) launch(each);
      if (charged.length < free && !isNotified) {
        for (const atLedgerMs of [freeAtLedgerMs, heldUntilLedgerMs]) {
          if (atLedgerMs !== undefined) timer.wakeIn(atLedgerMs - ledger.nowMs());
        }
        return idle();
      }
    }
  };

  const idle = () => {
    idleTimer.cancel();
    idleTimer.wakeIn(idleMs);
  };

  const cancelTimers = () => {
    timer.cancel();
    idleTimer.cancel();
  };

  const launch = (charged: ChargedClaim) => {
    const working = work(charged).then(() => {
      inFlight.delete(working);
      // What a probe found decides whether others may go.
      if (isFull || charged.probe !== undefined) void pump();
    });
    inFlight.add(working);
  };

  /** Runs `fill` once at a time; a call meanwhile makes it look again. Never rejects. */
  const pump = (): Promise<void> => {
    isNotified = true;
    if (!isRunning) return Promise.resolve();
    pumping ??= fill()
      .catch((error: unknown) => {
        log?.warn(named(error), "The store did not give out work; asking again");
        timer.wakeIn(idleMs);
      })
      .finally(() => {
        pumping = undefined;
        // Whoever called while the last look was ending was not heard by it.
        if (isNotified) void pump();
      });
    return pumping;
  };

  return {
    start: () => {
      isRunning = true;
      void pump();
    },
    stop: async () => {
      isRunning = false;
      cancelTimers();
      await pumping;
      await Promise.all(inFlight);
      cancelTimers();
    },
    notify: () => void pump(),
    runOnce: async () => {
      if (!(await isLedgerReady())) return passFrom([], 0, undefined);
      const { charged, freeAtLedgerMs } = await claimUpTo(concurrency);
      const settlements = await Promise.all(charged.map(work));
      cancelTimers();
      return passFrom(settlements, charged.length, freeAtLedgerMs);
    },
  };
}

function nextDueAtMs(settlement: Settlement): number | undefined {
  switch (settlement.type) {
    case "delivered":
      return settlement.nextDueAtMs;
    case "unavailable":
      return settlement.dueAtMs;
    case "nothing-to-send":
    case "absent":
    case "refused":
      return undefined;
  }
}

function passFrom(
  settlements: readonly (Settlement | undefined)[],
  claimed: number,
  freeAtLedgerMs: number | undefined,
): Pass {
  const settled = {
    delivered: 0,
    "nothing-to-send": 0,
    absent: 0,
    unavailable: 0,
    refused: 0,
  };
  for (const settlement of settlements) if (settlement !== undefined) settled[settlement.type] += 1;
  return { settled, claimed, freeAtLedgerMs };
}

/** An error as it may be logged. */
function named(error: unknown): object {
  return error instanceof Error
    ? { error: error.name, message: error.message }
    : { error: String(error) };
}
