import type { ReadBackState } from "../store/read-back-store.ts";

/** When Target's profiles are looked at, and for how long (rule UN1). Milliseconds, but for the share. */
export interface ReadBackTiming {
  /** From the acknowledgement to the first look: as long as Target usually takes to apply. */
  readonly afterMs: number;
  /** From seeing it applied to seeing that it stayed. */
  readonly againAfterMs: number;
  /** From missing a visitor to looking for them; the pauses grow from there to a day. */
  readonly searchAfterMs: number;
  /** Share of the calls for visitors known to be there that are read back, in [0, 1]. */
  readonly share: number;
  /** How long a profile lasts unvisited: seen longer ago than that counts as never. */
  readonly lifetimeMs: number;
  /** How long who is not there is looked for. */
  readonly termMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const READ_BACK: ReadBackTiming = {
  // Source: "Updates generally occur in under one hour, but might take as long as 24 hours".
  afterMs: HOUR_MS,
  // Ours: long enough for a session that was open during the call to have ended, after 30 minutes,
  // and to have been saved.
  againAfterMs: HOUR_MS,
  // Ours: a visitor new to the site becomes visible to the profile APIs half an hour after the session
  // at the earliest, an hour as seen in practice.
  searchAfterMs: HOUR_MS,
  // Ours: at a day's full allowance 5,000 looks, enough to see a tenth of a per cent go wrong.
  share: 0.005,
  // Source: a visitor profile "expires after 14 days of inactivity" by default.
  lifetimeMs: 14 * DAY_MS,
  // Ours: the same again; who has not come to the site by then is told apart as unknown.
  termMs: 14 * DAY_MS,
};

/**
 * Source: "might take as long as 24 hours to be reflected". Ours: an hour more, so that a slow look is
 * no verdict.
 */
export const APPLIED_WITHIN_MS = 25 * HOUR_MS;

/** Ours: in the end once a day, since a visit that begins a profile is no matter of minutes. */
const LONGEST_SEARCH_PAUSE_MS = DAY_MS;

/** Whether a call is read back: first contacts always, and all that were asked for; others by chance. */
export function isReadBack(
  { confirmedMs, isAsked }: ReadBackState,
  timing: ReadBackTiming,
  nowMs: number,
  random: number,
): boolean {
  if (isAsked || confirmedMs === 0) return true;
  return nowMs - confirmedMs > timing.lifetimeMs || random < timing.share;
}

/** How long to wait after the `tries`th look in vain for a visitor. */
export function searchPauseMs(tries: number, timing: ReadBackTiming): number {
  return Math.min(LONGEST_SEARCH_PAUSE_MS, timing.searchAfterMs * 2 ** Math.min(tries, 20));
}

/** Ours: so that a call that was lost is known a few hours after the day it had. */
const LONGEST_CHECK_PAUSE_MS = 8 * HOUR_MS;

/** How long to wait after the `tries`th look that did not show it yet. */
export function checkPauseMs(tries: number, { afterMs }: ReadBackTiming): number {
  return Math.max(afterMs, Math.min(LONGEST_CHECK_PAUSE_MS, afterMs * 2 ** Math.min(tries, 20)));
}
