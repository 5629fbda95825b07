import { backoffDelayMs } from "../domain/backoff.ts";

/**
 * Whether Target is worth a call at all. Every call is charged, so a Target that is down must not be
 * tried once for each visitor that waits.
 *
 * - `closed`: calls as usual; `failures` in a row so far.
 * - `open`: nothing until `untilMonoMs`, then one call to try; its answer decides.
 */
export type Breaker =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly failures: number; readonly untilMonoMs: number };

export type BreakerEvent =
  | { readonly type: "delivered" }
  | { readonly type: "unavailable"; readonly retryAfterMs?: number | undefined }
  /** Visitors were refused although nobody is being delivered: that is Target's trouble. */
  | { readonly type: "refusing" };

/** Ours: with eight calls at once, one bad moment does not open it, a bad second does. */
export const FAILURES_TO_OPEN = 5;

export const CLOSED: Breaker = { state: "closed", failures: 0 };

/** @param random uniform draw in [0, 1) */
export function stepBreaker(
  breaker: Breaker,
  event: BreakerEvent,
  monoMs: number,
  random: number,
): Breaker {
  if (event.type === "delivered") return CLOSED;
  const failures = breaker.failures + 1;
  if (event.type === "unavailable" && failures < FAILURES_TO_OPEN) {
    return { state: "closed", failures };
  }
  // Calls that were on their way when it opened do not open it further.
  if (breaker.state === "open" && monoMs < breaker.untilMonoMs) return breaker;
  const askedMs = event.type === "unavailable" ? (event.retryAfterMs ?? 0) : 0;
  const attempt = Math.max(1, failures - FAILURES_TO_OPEN + 1);
  const untilMonoMs = monoMs + Math.max(MIN_PAUSE_MS, askedMs, backoffDelayMs(attempt, random));
  return { state: "open", failures: Math.max(failures, FAILURES_TO_OPEN), untilMonoMs };
}

/** Ours: full jitter may draw nothing, and a breaker that opens for nothing is none. */
export const MIN_PAUSE_MS = 500;

/** How many visitors may be tried now, of the `free` places. */
export function admitted(breaker: Breaker, monoMs: number, free: number, inFlight: number): number {
  if (breaker.state === "closed") return free;
  if (monoMs < breaker.untilMonoMs || inFlight > 0) return 0;
  return Math.min(1, free);
}
