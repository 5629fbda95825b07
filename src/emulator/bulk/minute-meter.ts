/** Counts calls of the last minute by the moment they arrived, on Target's clock. */
export interface MinuteMeter {
  /** Counts one, and gives how many there were in the minute up to and with it. */
  readonly count: (atMs: number) => number;
  readonly inMinute: (nowMs: number) => number;
  readonly total: () => number;
  readonly clear: () => void;
}

const MINUTE_MS = 60_000;

export function createMinuteMeter(): MinuteMeter {
  let arrivals: number[] = [];
  let total = 0;

  /** Calls from a future that the clock was set back from count again once it is reached. */
  const inMinute = (nowMs: number) =>
    arrivals.filter((atMs) => atMs > nowMs - MINUTE_MS && atMs <= nowMs).length;

  return {
    count: (atMs) => {
      total += 1;
      arrivals = arrivals.filter((each) => each > atMs - MINUTE_MS);
      arrivals.push(atMs);
      return inMinute(atMs);
    },
    inMinute,
    total: () => total,
    clear: () => {
      arrivals = [];
      total = 0;
    },
  };
}
