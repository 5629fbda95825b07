import { backoffDelayMs } from "../../domain/backoff.ts";
import type { Clock } from "../../domain/clock.ts";
import { createDueClock } from "../due-clock.ts";
import type {
  LookClaim,
  LookKind,
  LookSettlement,
  ReadBackStore,
} from "../store/read-back-store.ts";
import type { TargetClient } from "../target/target-client.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import { createWakeTimer } from "../wake-timer.ts";
import { createFetchBudget } from "./fetch-budget.ts";
import { judgeLook } from "./judge-look.ts";
import type { ReadBackTiming } from "./look-plan.ts";

export interface ReadBackOptions {
  readonly store: ReadBackStore;
  readonly target: Pick<TargetClient, "fetchProfile">;
  readonly visitorIds: VisitorIds;
  readonly clock: Clock;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  readonly timing: ReadBackTiming;
  /** Profiles fetched in a day at most, a fifth of them for visitors who are looked for. */
  readonly dailyFetches: number;
  /** Something is owed that was not before. */
  readonly onOwed: () => void;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

/** What looks came to since the start, by name. */
export type LookFigures = Readonly<Record<LookName, number>>;

type LookName =
  | "applied"
  | "not-yet"
  | "not-applied"
  | "reverted"
  | "absent"
  | "found"
  | "unknown"
  | "unavailable";

/**
 * Looks whether Target did what it acknowledged, and whether those it does not know are there by now
 * (rule UN1). Never charged to the allowance of updates; a crash repeats a look and loses none.
 */
export interface ReadBack {
  readonly start: () => void;
  /** Resolves when the looks under way have ended. */
  readonly stop: () => Promise<void>;
  /** One round: as many due looks as the budget has. Gives how many were made. */
  readonly runOnce: () => Promise<number>;
  readonly figures: () => LookFigures;
}

/** Ours: a look lasts no longer than the client's time limit; a crash repeats it after this. */
const LEASE_MS = 120_000;

/** Ours: profiles fetched at once; the forwarder shares the same eight connections. */
const AT_ONCE = 4;

/** Ours: how often due looks are asked for, and how long a Target that does not answer is left alone. */
const EVERY_MS = 5_000;

/** Ours: a card nobody has an id for yet is asked for again as often as for its update. */
const UNMAPPED_MS = 15 * 60_000;

const SEARCH_SHARE = 0.2;

export function createReadBack(options: ReadBackOptions): ReadBack {
  const { store, target, clock, random, timing, log } = options;
  const nowMs = createDueClock(clock);
  const budgets = {
    check: createFetchBudget(options.dailyFetches * (1 - SEARCH_SHARE), clock.monoMs()),
    search: createFetchBudget(options.dailyFetches * SEARCH_SHARE, clock.monoMs()),
  };
  const counts = newFigures();
  let failures = 0;
  let restUntilMonoMs = -Infinity;
  let isRunning = false;
  let running: Promise<unknown> = Promise.resolve();
  const timer = createWakeTimer(() => {
    if (isRunning) running = round();
  });

  const lookAt = async (claim: LookClaim): Promise<void> => {
    const mapped = await options.visitorIds.idFor(claim.visitor);
    if (mapped.type !== "mapped") {
      const pauseMs = mapped.type === "unmapped" ? UNMAPPED_MS : mapped.retryAfterMs;
      await store.settleLook(claim, { type: "later", dueMs: nowMs() + pauseMs });
      return;
    }
    const { look } = await target.fetchProfile(mapped.visitor);
    failures = look.type === "unavailable" ? failures + 1 : 0;
    const pauseMs = EVERY_MS + backoffDelayMs(claim.tries + 1, random());
    const settlement = judgeLook(claim, look, nowMs(), timing, pauseMs);
    counts[nameOf(settlement)] += 1;
    const isSettled = await store.settleLook(claim, settlement);
    if (isSettled && owes(settlement)) options.onOwed();
  };

  const lookAtAll = async (kind: LookKind): Promise<number> => {
    let made = 0;
    while (clock.monoMs() >= restUntilMonoMs) {
      const limit = budgets[kind].take(AT_ONCE, clock.monoMs());
      if (limit === 0) break;
      const claims = await store.claimLooks({ kind, nowMs: nowMs(), leaseMs: LEASE_MS, limit });
      await Promise.all(claims.map(lookAt));
      made += claims.length;
      if (failures >= AT_ONCE) {
        restUntilMonoMs = clock.monoMs() + EVERY_MS + backoffDelayMs(failures, random());
      }
      if (claims.length < limit) break;
    }
    return made;
  };

  const runOnce = async () => (await lookAtAll("check")) + (await lookAtAll("search"));

  const round = async () => {
    try {
      await runOnce();
    } catch (error) {
      const name = error instanceof Error ? error.name : "unknown";
      log?.warn({ error: name }, "Profiles could not be looked at; tried again later");
    } finally {
      if (isRunning) timer.wakeIn(EVERY_MS);
    }
  };

  return {
    start: () => {
      isRunning = true;
      timer.wakeIn(0);
    },
    stop: async () => {
      isRunning = false;
      timer.cancel();
      await running;
      timer.cancel();
    },
    runOnce,
    figures: () => ({ ...counts }),
  };
}

/** Whether something goes to Target now that did not before. */
function owes(settlement: LookSettlement): boolean {
  return (
    settlement.type === "found" || (settlement.type === "seen" && settlement.resend.length > 0)
  );
}

function newFigures(): Record<LookName, number> {
  return {
    applied: 0,
    "not-yet": 0,
    "not-applied": 0,
    reverted: 0,
    absent: 0,
    found: 0,
    unknown: 0,
    unavailable: 0,
  };
}

function nameOf(settlement: LookSettlement): LookName {
  switch (settlement.type) {
    case "seen": {
      const { expected, resend, givenUp } = settlement;
      if (resend.some(({ reason }) => reason === "reverted")) return "reverted";
      if (resend.length > 0 || givenUp.length > 0) return "not-applied";
      return expected.some(({ phase }) => phase === "sent") ? "not-yet" : "applied";
    }
    case "later":
      return "unavailable";
    case "absent":
    case "found":
    case "unknown":
      return settlement.type;
  }
}
