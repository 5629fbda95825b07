import type { Clock } from "../domain/clock.ts";
import type { Store } from "./store/store.ts";

/**
 * The time by which the allowance is reckoned (rule QT1).
 *
 * It runs with the monotonic clock and never back. Ahead of that it jumps only to where both the
 * wall clock and Target's own clock already are, since either alone may be wrong, and a ledger that
 * runs ahead forgets calls too early.
 */
export interface LedgerClock {
  /** Milliseconds since 1970, as far as the ledger believes. */
  readonly nowMs: () => number;
  /** Takes note of Target's time, as an answer just told it. */
  readonly observe: (targetMs: number) => void;
  /**
   * How far Target's clock is ahead of the ledger, in milliseconds. A call is charged that much
   * later, at the moment it really is made, so that a jump that comes later frees nothing early.
   */
  readonly behindMs: () => number;
  /**
   * Whether Target must be asked for its time before anything more is charged: nothing is known of
   * it yet, or this machine slept, or its clock was set.
   */
  readonly needsTargetTime: () => boolean;
}

/** Where the ledger stands, and what is known of the other clocks. Pure data, stepped below. */
export interface LedgerState {
  /** Ledger time at `monoMs`. */
  readonly ledgerMs: number;
  readonly monoMs: number;
  /** No call was ever charged: the ledger may begin anywhere. */
  readonly isFresh: boolean;
  readonly observed?: Observation;
}

interface Observation {
  readonly targetMs: number;
  readonly wallMs: number;
  readonly monoMs: number;
}

/** Ours: clocks that are kept in step by NTP drift far less between two answers. */
const STEP_MS = 5_000;

/** `Date` has whole seconds: Target may be this much later than it says. */
const DATE_PRECISION_MS = 1_000;

export function ledgerTimeMs(state: LedgerState, monoMs: number): number {
  return state.ledgerMs + Math.max(0, monoMs - state.monoMs);
}

/** The ledger after Target told its time. */
export function observeTarget(state: LedgerState, seen: Observation): LedgerState {
  const runMs = ledgerTimeMs(state, seen.monoMs);
  const agreedMs = Math.min(seen.wallMs, seen.targetMs);
  return {
    ledgerMs: state.isFresh ? seen.targetMs : Math.max(runMs, agreedMs),
    monoMs: seen.monoMs,
    isFresh: false,
    observed: seen,
  };
}

export function behindTargetMs(state: LedgerState, monoMs: number): number {
  if (state.observed === undefined) return 0;
  const targetMs = state.observed.targetMs + (monoMs - state.observed.monoMs) + DATE_PRECISION_MS;
  return Math.max(0, targetMs - ledgerTimeMs(state, monoMs));
}

/** Whether the wall clock has gone its own way since Target last told its time, or it never did. */
export function hasLostTarget(state: LedgerState, wallMs: number, monoMs: number): boolean {
  if (state.observed === undefined) return true;
  const wallRanMs = wallMs - state.observed.wallMs;
  return Math.abs(wallRanMs - (monoMs - state.observed.monoMs)) > STEP_MS;
}

/** Takes the ledger up where it was left; a new one begins where Target says. */
export async function openLedgerClock(deps: {
  readonly store: Pick<Store, "ledgerTimeMs">;
  readonly clock: Clock;
}): Promise<LedgerClock> {
  const { store, clock } = deps;
  const leftAtMs = await store.ledgerTimeMs();
  let state: LedgerState = {
    ledgerMs: leftAtMs ?? clock.wallMs(),
    monoMs: clock.monoMs(),
    isFresh: leftAtMs === undefined,
  };
  return {
    nowMs: () => Math.floor(ledgerTimeMs(state, clock.monoMs())),
    observe: (targetMs) => {
      state = observeTarget(state, { targetMs, wallMs: clock.wallMs(), monoMs: clock.monoMs() });
    },
    behindMs: () => Math.ceil(behindTargetMs(state, clock.monoMs())),
    needsTargetTime: () => hasLostTarget(state, clock.wallMs(), clock.monoMs()),
  };
}
