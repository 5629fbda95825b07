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
  readonly store: Pick<ReadBackStore, "claimLooks" | "settleLook">;
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
  let isStopped = false;
  let running: Promise<unknown> = Promise.resolve();
  const timer = createWakeTimer(() => {
    if (isRunning) running = round();
  });

  /** Never rejects: what went wrong with one is logged, and its lease runs out. */
  const tryToLookAt = async (claim: LookClaim): Promise<void> => {
    try {
      await lookAt(claim);
    } catch (error) {
      failures += 1;
      warn(error, "A look could not be finished; it is taken up again");
    }
  };

  const warn = (error: unknown, message: string) => {
    log?.warn({ error: error instanceof Error ? error.name : "unknown" }, message);
  };

  const lookAt = async (claim: LookClaim): Promise<void> => {
    const mapped = await options.visitorIds.idFor(claim.visitor);
    if (mapped.type !== "mapped") {
      const pauseMs = mapped.type === "unmapped" ? UNMAPPED_MS : mapped.retryAfterMs;
      await store.settleLook(claim, { type: "later", dueMs: nowMs() + pauseMs });
      return;
    }
    const { look, dateMs } = await target.fetchProfile(mapped.visitor);
    failures = look.type === "unavailable" ? failures + 1 : 0;
    const pauseMs = EVERY_MS + backoffDelayMs(Math.max(1, failures), random());
    const atMs = nowMs();
    const moment = { nowMs: atMs, agreedMs: Math.min(atMs, dateMs ?? atMs) };
    const settlement = judgeLook(claim, look, moment, timing, pauseMs);
    counts[nameOf(settlement)] += 1;
    const isSettled = await store.settleLook(claim, settlement);
    if (isSettled && owes(settlement)) options.onOwed();
  };

  /** Gives how many were made, and whether more of the kind may be due. */
  const lookAtSome = async (kind: LookKind): Promise<readonly [made: number, isMore: boolean]> => {
    const limit = budgets[kind].take(AT_ONCE, clock.monoMs());
    if (limit === 0) return [0, false];
    const claims = await store.claimLooks({ kind, nowMs: nowMs(), leaseMs: LEASE_MS, limit });
    await Promise.all(claims.map(tryToLookAt));
    // Only those made now: a kind of which none is due says nothing about Target.
    if (claims.length > 0 && failures >= AT_ONCE) {
      restUntilMonoMs = clock.monoMs() + EVERY_MS + backoffDelayMs(failures, random());
    }
    return [claims.length, claims.length === limit];
  };

  /** In turns: a Target slower than the budget fills would else keep one kind waiting for ever. */
  const runOnce = async () => {
    let total = 0;
    const kinds = new Set<LookKind>(["check", "search"]);
    while (kinds.size > 0) {
      for (const kind of kinds) {
        if (isStopped || clock.monoMs() < restUntilMonoMs) return total;
        const [made, isMore] = await lookAtSome(kind);
        total += made;
        if (!isMore) kinds.delete(kind);
      }
    }
    return total;
  };

  const round = async () => {
    try {
      await runOnce();
    } catch (error) {
      warn(error, "Profiles could not be looked at; tried again later");
    } finally {
      if (isRunning) timer.wakeIn(EVERY_MS);
    }
  };

  return {
    start: () => {
      isRunning = true;
      isStopped = false;
      timer.wakeIn(0);
    },
    stop: async () => {
      isRunning = false;
      isStopped = true;
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
