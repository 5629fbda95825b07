/** What happened, minute by minute of true time. */
export interface Recording {
  readonly minutes: number;
  readonly allowed: number;
  /** Calls that arrived at Target: for fresh scans, and for the backlog. */
  readonly fresh: Int32Array;
  readonly backlog: Int32Array;
  /** Target answered, a proxy was up, and more waited than could be called for at once. */
  readonly isOwing: Uint8Array;
  readonly isFair: Uint8Array;
  /** Fresh scans taken in while Target answered: milliseconds until their call arrived, ascending. */
  readonly freshMs: readonly number[];
  readonly maxInAnyWindow: number;
}

const DAY_MINUTES = 1_440;
const HOUR_MINUTES = 60;

/** What of a recording is promised. */
export interface Verdict {
  readonly calls: number;
  /** Calls beyond the allowance in the worst 24 hours (rule QT1). */
  readonly overshoot: number;
  /** 24 hours wholly with backlog and Target answering, one for each minute they may begin in. */
  readonly windows: number;
  /** Of those, the least share used (rule QT3). */
  readonly leastUsed: number;
  /** Of those, the busiest hour, as a multiple of the even pace. */
  readonly busiestHour: number;
  readonly freshP50Ms: number;
  readonly freshP95Ms: number;
}

export function verdictOn(recording: Recording): Verdict {
  const { fresh, backlog, allowed, freshMs } = recording;
  const calls = fresh.map((count, minute) => count + backlog[minute]!);
  const sums = sumsOf(calls);
  const owing = sumsOf(recording.isOwing);
  let windows = 0;
  let leastUsed = Infinity;
  let busiestHour = 0;
  for (let from = 0; from + DAY_MINUTES <= recording.minutes; from += 1) {
    const to = from + DAY_MINUTES;
    if (owing[to]! - owing[from]! < DAY_MINUTES) continue;
    windows += 1;
    const possible = allowed - aheadOfPace(sums, from, allowed);
    leastUsed = Math.min(leastUsed, (sums[to]! - sums[from]!) / possible);
    const lastHour = sums[to]! - sums[to - HOUR_MINUTES]!;
    busiestHour = Math.max(busiestHour, (lastHour * 24) / allowed);
  }
  return {
    calls: sums.at(-1)!,
    overshoot: Math.max(0, recording.maxInAnyWindow - allowed),
    windows,
    leastUsed,
    busiestHour,
    freshP50Ms: percentile(freshMs, 0.5),
    freshP95Ms: percentile(freshMs, 0.95),
  };
}

/** Ours: how far above the even pace an hour is still none that was ahead of it. */
const EVEN = 1.05;

/**
 * Calls of the 24 hours before that went out faster than the pace, as fresh scans may where something
 * was unspent: they cannot be made again before they are a day old, however good the pace.
 */
function aheadOfPace(sums: readonly number[], from: number, allowed: number): number {
  const evenHour = (allowed / 24) * EVEN;
  let ahead = 0;
  for (let hour = 1; hour <= 24; hour += 1) {
    const end = from - (hour - 1) * HOUR_MINUTES;
    const begin = Math.max(0, end - HOUR_MINUTES);
    if (end <= 0) break;
    ahead += Math.max(0, sums[end]! - sums[begin]! - evenHour);
  }
  return ahead;
}

function sumsOf(counts: Int32Array | Uint8Array): readonly number[] {
  const sums = [0];
  for (const count of counts) sums.push(sums.at(-1)! + count);
  return sums;
}

function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}
