import { indexAfter } from "./ascending.ts";

/** Source: "limited to performing 1 million updates in any rolling 24-hour period". */
export const DEFAULT_LIMIT = 1_000_000;

const WINDOW_MS = 86_400_000;

/** Counts calls by the moment they arrived, on Target's clock, whatever came of them. */
export interface Meter {
  readonly count: (atMs: number) => void;
  /** Calls that arrived in the 24 hours up to and with `atMs`. */
  readonly inWindow: (atMs: number) => number;
  /** Calls that arrived after `fromMs`, up to and with `toMs`, as far as the last 24 hours reach. */
  readonly between: (fromMs: number, toMs: number) => number;
  /** The moment from which one more call is within `limit` (1 or more), when none arrives meanwhile. */
  readonly freeAtMs: (limit: number, atMs: number) => number;
  /** The fullest 24 hours there ever were. */
  readonly maxInAnyWindow: () => number;
  readonly total: () => number;
  readonly clear: () => void;
}

/** What is remembered: how many calls had arrived, in all, by each moment at which one did. */
interface Arrivals {
  /** Moments, ascending, each once: two numbers per busy millisecond and not one per call. */
  readonly times: number[];
  readonly counts: number[];
  /** Calls before the first moment here. */
  readonly base: number;
}

/**
 * Exact while time runs forward. After it was set back, arrivals older than the 24 hours before the
 * newest are no longer known.
 */
export function createMeter(): Meter {
  let arrivals: Arrivals = { times: [], counts: [], base: 0 };
  /** Moments before this index are older than a window, kept until there are enough to drop. */
  let start = 0;
  let max = 0;
  let total = 0;

  const between = (fromMs: number, toMs: number) =>
    countBefore(arrivals, indexAfter(arrivals.times, toMs)) -
    countBefore(arrivals, indexAfter(arrivals.times, fromMs));

  return {
    count: (atMs) => {
      total += 1;
      const { times } = arrivals;
      const lastMs = times.at(-1);
      insert(arrivals, atMs);
      if (lastMs !== undefined && lastMs > atMs) {
        max = Math.max(max, fullest(arrivals));
        return;
      }
      while (times[start]! <= atMs - WINDOW_MS) start += 1;
      max = Math.max(max, arrivals.counts.at(-1)! - countBefore(arrivals, start));
      if (start <= 1_024 || start <= times.length / 2) return;
      arrivals = withoutFirst(arrivals, start);
      start = 0;
    },
    inWindow: (atMs) => between(atMs - WINDOW_MS, atMs),
    between,
    freeAtMs: (limit, atMs) => {
      // The call, counted from the first ever, that has to leave the window.
      const ordinal = countBefore(arrivals, indexAfter(arrivals.times, atMs)) - limit + 1;
      if (ordinal <= arrivals.base) return atMs;
      const index = indexAfter(arrivals.counts, ordinal - 1);
      return Math.max(atMs, arrivals.times[index]! + WINDOW_MS);
    },
    maxInAnyWindow: () => max,
    total: () => total,
    clear: () => {
      arrivals = { times: [], counts: [], base: 0 };
      start = 0;
      max = 0;
      total = 0;
    },
  };
}

function insert(arrivals: Arrivals, atMs: number): void {
  const { times, counts } = arrivals;
  let index = indexAfter(times, atMs);
  if (times[index - 1] === atMs) index -= 1;
  else {
    const before = countBefore(arrivals, index);
    times.splice(index, 0, atMs);
    counts.splice(index, 0, before);
  }
  // Only what arrives after the clock was set back has anything behind it.
  for (let later = index; later < counts.length; later += 1) counts[later]! += 1;
}

function withoutFirst(arrivals: Arrivals, index: number): Arrivals {
  return {
    times: arrivals.times.slice(index),
    counts: arrivals.counts.slice(index),
    base: countBefore(arrivals, index),
  };
}

function fullest(arrivals: Arrivals): number {
  const { times, counts } = arrivals;
  let from = 0;
  let most = 0;
  for (const [index, atMs] of times.entries()) {
    while (times[from]! <= atMs - WINDOW_MS) from += 1;
    most = Math.max(most, counts[index]! - countBefore(arrivals, from));
  }
  return most;
}

function countBefore({ counts, base }: Arrivals, index: number): number {
  return index === 0 ? base : counts[index - 1]!;
}
