// How the calls of a rolling window are spread over it (rule QT3). Pure arithmetic over what the ledger
// of calls says; times are in milliseconds, ahead of now, unless a name says otherwise.

/** Calls of the window that stop counting together. */
export interface Release {
  /** From now; above 0. */
  readonly inMs: number;
  readonly calls: number;
}

/** What may be called, now and later. */
export interface Outlook {
  /** Calls that may be made now. */
  readonly left: number;
  /** What becomes free of the calls that count now; soonest first. */
  readonly releases: readonly Release[];
  /** How long a call made now will count. */
  readonly windowMs: number;
}

/**
 * The highest pace, in calls per millisecond, that could be kept for the whole window without ever
 * waiting for a call to become free.
 *
 * What is left is spread over the time until more becomes free, and that again over the time until the
 * next, as far as the window reaches: the slope of a string pulled tight below what may have been called
 * by each moment. So the pace never falls while it is kept, and is the whole allowance over the window
 * once the window's calls lie evenly in it: after an outage at once, after a burst, or a restore that
 * charged all that may have been called, as soon as those calls are free again.
 */
export function evenRate({ left, releases, windowMs }: Outlook): number {
  let callable = Math.max(0, left);
  let rate = Infinity;
  for (const { inMs, calls } of releases) {
    if (inMs >= windowMs) break;
    rate = Math.min(rate, callable / inMs);
    callable += calls;
  }
  return Math.min(rate, callable / windowMs);
}

/** When calls may go, in microseconds: at a million a day the 86 ms between two would be rounded away. */
export interface Pace {
  /** The next slot; `-Infinity` where none was ever taken. */
  readonly slotUs: number;
  /** Between two slots. */
  readonly intervalUs: number;
}

/**
 * Ours: how far the slots may lie behind or ahead. Whoever asked late makes up for it at once, and
 * fresh scans beyond the pace make the backlog wait, both for no longer than this: what is beyond, the
 * rate itself sees in the ledger.
 */
const LEEWAY_US = 10_000_000;

/** Ours: few enough at once to be no burst, so that a small allowance does not space single scans by hours. */
const LEEWAY_SLOTS = 12;

/** Time between two slots at this rate, of calls per millisecond; rate above 0. */
export function intervalUsOf(rate: number): number {
  return Math.max(1, Math.round(1_000 / rate));
}

/** Calls that the pace lets go now. */
export function slotsDue(pace: Pace, nowUs: number): number {
  const slotUs = withinLeeway(pace, nowUs);
  return slotUs > nowUs ? 0 : Math.floor((nowUs - slotUs) / pace.intervalUs) + 1;
}

/** The next slot after `calls` more went now, whether they waited for theirs or not. */
export function slotAfter(pace: Pace, nowUs: number, calls: number): number {
  const slotUs = withinLeeway(pace, nowUs) + calls * pace.intervalUs;
  return Math.min(slotUs, nowUs + leewayUs(pace));
}

function withinLeeway(pace: Pace, nowUs: number): number {
  const leeway = leewayUs(pace);
  return Math.min(Math.max(pace.slotUs, nowUs - leeway), nowUs + leeway);
}

function leewayUs({ intervalUs }: Pace): number {
  return Math.max(LEEWAY_US, (LEEWAY_SLOTS - 1) * intervalUs);
}
