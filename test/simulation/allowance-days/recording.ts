/** What happened, minute by minute of true time. */
export interface Recording {
  readonly minutes: number;
  readonly allowed: number;
  /** Calls that arrived at Target: for fresh scans, and for the backlog. */
  readonly fresh: Int32Array;
  readonly backlog: Int32Array;
  /** Target was known to answer, a proxy was up, and many waited. */
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
  /** Of those, the least share used of what an even pace could call (rule QT3). */
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
    const possible = evenlyPossible(sums, from, allowed);
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

/**
 * Calls that an even pace can make in the 24 hours from a minute on, whatever was called before it. What
 * went out faster, as fresh scans may where something was unspent, cannot be called again before it is a
 * day old: until then the pace is the steepest that never waits, after it the whole allowance's.
 */
function evenlyPossible(sums: readonly number[], from: number, allowed: number): number {
  const before = (minute: number) => sums[Math.max(0, minute)]!;
  const used = before(from) - before(from - DAY_MINUTES);
  // What may have been called before the end of each minute, and the string pulled tight below that.
  const hull: (readonly [minute: number, calls: number])[] = [[0, 0]];
  for (let minute = 1; minute <= DAY_MINUTES; minute += 1) {
    const released = before(from - DAY_MINUTES + minute - 1) - before(from - DAY_MINUTES);
    const point = [minute, allowed - used + released] as const;
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) >= slope(hull.at(-1)!, point)) {
      hull.pop();
    }
    hull.push(point);
  }
  let possible = 0;
  for (const [index, point] of hull.slice(1).entries()) {
    const pace = Math.min(slope(hull[index]!, point), allowed / DAY_MINUTES);
    possible += pace * (point[0] - hull[index]![0]);
  }
  return possible;
}

function slope(a: readonly [number, number], b: readonly [number, number]): number {
  return (b[1] - a[1]) / (b[0] - a[0]);
}

function sumsOf(counts: Int32Array | Uint8Array): readonly number[] {
  const sums = [0];
  for (const count of counts) sums.push(sums.at(-1)! + count);
  return sums;
}

function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}
