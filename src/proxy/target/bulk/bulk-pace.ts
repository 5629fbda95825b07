import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../../domain/clock.ts";

/** Waits; rejects with the signal's reason when it is aborted before. */
export type Sleep = (delayMs: number, signal?: AbortSignal) => Promise<void>;

/** In real time. */
export const sleepFor: Sleep = async (delayMs, signal) => {
  await delay(delayMs, undefined, signal === undefined ? {} : { signal });
};

/**
 * Calls allowed in any minute.
 *
 * Source: 50 a minute for the Admin, Reporting and bulk APIs of one account together; whether looks at
 * a status count is not said. Ours: 40, so that somebody may work in Target meanwhile.
 */
export const BULK_CALLS_PER_MINUTE = 40;

/** One account's bulk calls, of all runs and batches together, at an even pace. */
export interface BulkPace {
  /** Resolves when one call may leave. */
  readonly turn: (signal?: AbortSignal) => Promise<void>;
  /** Nobody's turn comes for this long: Target said that there were too many. */
  readonly holdBack: (delayMs: number) => void;
}

/**
 * Even rather than in bursts, and the first call a whole gap after the start: so a process that was
 * just restarted cannot add its minute to that of the one before. Counted by the monotonic clock.
 */
export function createBulkPace(
  clock: Pick<Clock, "monoMs">,
  sleep: Sleep,
  perMinute = BULK_CALLS_PER_MINUTE,
): BulkPace {
  const gapMs = 60_000 / perMinute;
  let nextMonoMs = clock.monoMs() + gapMs;
  let lastInLine: Promise<void> = Promise.resolve();

  const wait = async (signal?: AbortSignal) => {
    for (;;) {
      signal?.throwIfAborted();
      // Looked at again after each sleep: it may have been held back meanwhile.
      const delayMs = nextMonoMs - clock.monoMs();
      if (delayMs <= 0) break;
      await sleep(delayMs, signal);
    }
    nextMonoMs = clock.monoMs() + gapMs;
  };

  return {
    turn: (signal) => {
      const mine = lastInLine.then(() => wait(signal));
      // Whoever gave up its turn is not in the way of the next.
      lastInLine = mine.catch(() => {});
      return mine;
    },
    holdBack: (delayMs) => {
      nextMonoMs = Math.max(nextMonoMs, clock.monoMs() + delayMs);
    },
  };
}
