/** How many profiles may be fetched, spread evenly over the day. Runs by the monotonic clock. */
export interface FetchBudget {
  /** Takes up to `wanted`, as many as there are. */
  readonly take: (wanted: number, monoMs: number) => number;
  /** Milliseconds until there is one. */
  readonly waitMs: (monoMs: number) => number;
}

const DAY_MS = 86_400_000;

/** Ours: what may be taken at once after a rest, as a share of a day: half a minute's worth. */
const BURST_MS = 30_000;

/**
 * A bucket that fills evenly. A restart begins with an empty one, so that restarts never add up to
 * more than the day's number.
 */
export function createFetchBudget(perDay: number, startMonoMs: number): FetchBudget {
  const everyMs = DAY_MS / perDay;
  const most = Math.max(1, BURST_MS / everyMs);
  let filled = 0;
  let atMonoMs = startMonoMs;
  const fill = (monoMs: number) => {
    filled = Math.min(most, filled + Math.max(0, monoMs - atMonoMs) / everyMs);
    atMonoMs = monoMs;
  };
  return {
    take: (wanted, monoMs) => {
      fill(monoMs);
      const taken = Math.min(wanted, Math.floor(filled));
      filled -= taken;
      return taken;
    },
    waitMs: (monoMs) => {
      fill(monoMs);
      return filled >= 1 ? 0 : (1 - filled) * everyMs;
    },
  };
}
