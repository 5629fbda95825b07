import { backoffDelayMs } from "../domain/backoff.ts";

/**
 * Whether Target is worth a call at all, for all replicas together. Every call is charged, so a Target
 * that is down must not be tried once for each visitor that waits, nor once by each replica.
 *
 * - `closed`: calls as usual; `failures` in a row so far.
 * - `open`: nothing until `untilMs`, then one call to try; its answer decides.
 *
 * Times are ledger time, which all replicas share and no clock step sets forward.
 */
export type Breaker =
  | { readonly state: "closed"; readonly failures: number }
  | {
      readonly state: "open";
      readonly failures: number;
      readonly untilMs: number;
      /** The call that tries, while it may be on its way. */
      readonly probe?: Probe | undefined;
    };

/** The one call that is let through. Whoever makes it may die with it, so it ends by itself. */
export interface Probe {
  /** Rises with every probe, so that a late answer is not taken for the answer to the next one. */
  readonly number: number;
  /** From then on another may be made. */
  readonly untilMs: number;
}

export type BreakerEvent =
  | { readonly type: "delivered" }
  | { readonly type: "unavailable"; readonly retryAfterMs?: number | undefined }
  /** Visitors were refused although nobody is being delivered: that is Target's trouble. */
  | { readonly type: "refusing" }
  /** The call ended without a word of Target, or was never made. */
  | { readonly type: "silent" };

/** Ours: with eight calls at once, one bad moment does not open it, a bad second does. */
export const FAILURES_TO_OPEN = 5;

export const CLOSED: Breaker = { state: "closed", failures: 0 };

export interface BreakerStep {
  readonly event: BreakerEvent;
  /** The probe whose call says it, where it was one. */
  readonly probe?: number | undefined;
  readonly nowMs: number;
  /** Uniform draw in [0, 1). */
  readonly random: number;
}

export function stepBreaker(
  breaker: Breaker,
  { event, probe, nowMs, random }: BreakerStep,
): Breaker {
  if (event.type === "delivered") return CLOSED;
  const ended = withoutProbe(breaker, probe);
  if (event.type === "silent") return ended;
  const failures = ended.failures + 1;
  if (event.type === "unavailable" && failures < FAILURES_TO_OPEN) {
    return { state: "closed", failures };
  }
  // Calls that were on their way when it opened do not open it further.
  if (ended.state === "open" && nowMs < ended.untilMs) return ended;
  const askedMs = event.type === "unavailable" ? (event.retryAfterMs ?? 0) : 0;
  const attempt = Math.max(1, failures - FAILURES_TO_OPEN + 1);
  const untilMs = nowMs + Math.max(MIN_PAUSE_MS, askedMs, backoffDelayMs(attempt, random));
  return {
    state: "open",
    failures: Math.max(failures, FAILURES_TO_OPEN),
    untilMs,
    ...(ended.state === "open" && ended.probe !== undefined ? { probe: ended.probe } : {}),
  };
}

/** Ours: full jitter may draw nothing, and a breaker that opens for nothing is none. */
export const MIN_PAUSE_MS = 500;

function withoutProbe(breaker: Breaker, probe: number | undefined): Breaker {
  if (breaker.state === "closed" || probe === undefined || breaker.probe?.number !== probe) {
    return breaker;
  }
  const { state, failures, untilMs } = breaker;
  return { state, failures, untilMs };
}

/** How many visitors may be tried now, of the `free` places; an open breaker admits a probe at most. */
export function admitted(breaker: Breaker, nowMs: number, free: number): number {
  if (breaker.state === "closed") return free;
  const { untilMs, probe } = breaker;
  return nowMs < untilMs || (probe !== undefined && nowMs < probe.untilMs) ? 0 : Math.min(1, free);
}
