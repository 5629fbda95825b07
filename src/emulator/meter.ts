/** Source: "limited to performing 1 million updates in any rolling 24-hour period". */
export const DEFAULT_LIMIT = 1_000_000;

const WINDOW_MS = 86_400_000;

/** Counts update calls by the moment they arrived, on Target's clock, whatever came of them. */
export interface Meter {
  readonly count: (atMs: number) => void;
  /** Calls that arrived in the 24 hours up to and with `atMs`. */
  readonly inWindow: (atMs: number) => number;
  /** The fullest 24 hours there ever were. */
  readonly maxInAnyWindow: () => number;
  readonly total: () => number;
}

/**
 * Exact while time runs forward. After it was set back, arrivals older than the 24 hours before the
 * newest are no longer known.
 */
export function createMeter(): Meter {
  let arrivals: number[] = [];
  /** Arrivals before this index are older than a window, kept until there are enough to drop. */
  let start = 0;
  let max = 0;
  let total = 0;

  const inWindow = (atMs: number) =>
    indexAfter(arrivals, atMs) - indexAfter(arrivals, atMs - WINDOW_MS);

  return {
    count: (atMs) => {
      total += 1;
      const last = arrivals.at(-1);
      if (last === undefined || last <= atMs) arrivals.push(atMs);
      else arrivals.splice(indexAfter(arrivals, atMs), 0, atMs);
      max = Math.max(max, inWindow(atMs));
      if (last !== undefined && last > atMs) max = Math.max(max, fullest(arrivals));
      start = indexAfter(arrivals, arrivals.at(-1)! - WINDOW_MS);
      if (start > 1_024 && start > arrivals.length / 2) arrivals = arrivals.slice(start);
    },
    inWindow,
    maxInAnyWindow: () => max,
    total: () => total,
  };
}

function fullest(arrivals: readonly number[]): number {
  let from = 0;
  let most = 0;
  for (const [index, atMs] of arrivals.entries()) {
    while (arrivals[from]! <= atMs - WINDOW_MS) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

/** How many of the ascending `numbers` are at most `limit`. */
function indexAfter(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
