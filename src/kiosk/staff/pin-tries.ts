/** Wrong PINs in a row, and when the last one was, by the wall clock: no other outlives a restart. */
export interface Tries {
  readonly wrong: number;
  readonly lastMs: number;
}

export const NO_TRIES: Tries = { wrong: 0, lastMs: 0 };

/** Where they are kept. */
export const TRIES_KEY = "staff-tries";

/** Ours: so many may slip before anybody has to wait. */
export const FREE_TRIES = 5;

/** Ours: the first wait, which doubles with every wrong PIN up to the longest. */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 900_000;

/**
 * Ours: who comes back after a day begins anew. All of a million PINs take 28 years at a hundred a day, which
 * is what the longest wait leaves room for.
 */
const FORGET_MS = 86_400_000;

export function afterWrong({ wrong }: Tries, nowMs: number): Tries {
  return { wrong: wrong + 1, lastMs: nowMs };
}

/** How long until the next try, in milliseconds. Never longer than the whole wait, whatever the clock says. */
export function waitMs({ wrong, lastMs }: Tries, nowMs: number): number {
  if (wrong < FREE_TRIES) return 0;
  const wholeMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES));
  return Math.min(wholeMs, Math.max(0, lastMs + wholeMs - nowMs));
}

/**
 * What a new life makes of what an earlier one kept. Where the clock was set back meanwhile, the wait begins
 * anew by the clock as it is now.
 */
export function remembered(value: unknown, nowMs: number): Tries {
  const { wrong, lastMs } = (value ?? {}) as Partial<Tries>;
  // Only this app writes there.
  if (typeof wrong !== "number" || typeof lastMs !== "number") return NO_TRIES;
  if (nowMs - lastMs > FORGET_MS) return NO_TRIES;
  return { wrong, lastMs: Math.min(lastMs, nowMs) };
}
