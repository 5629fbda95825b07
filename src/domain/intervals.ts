/**
 * A set of positive whole numbers as closed intervals, ascending, apart by at least one number.
 *
 * Sequence numbers arrive nearly in order, so a kiosk's whole history is usually one interval; it
 * can be kept for ever.
 */
export type Intervals = readonly (readonly [from: number, to: number])[];

export const EMPTY: Intervals = [];

export function contains(intervals: Intervals, number: number): boolean {
  let low = 0;
  let high = intervals.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = intervals[middle]!;
    if (number < from) high = middle - 1;
    else if (number > to) low = middle + 1;
    else return true;
  }
  return false;
}

/** One copy, however many intervals there are: a kiosk may send numbers as scattered as it likes. */
export function add(intervals: Intervals, number: number): Intervals {
  if (contains(intervals, number)) return intervals;
  let at = 0;
  for (let high = intervals.length; at < high;) {
    const middle = (at + high) >> 1;
    if (intervals[middle]![1] < number) at = middle + 1;
    else high = middle;
  }
  const before = intervals[at - 1];
  const after = intervals[at];
  const joinsBefore = before !== undefined && before[1] === number - 1;
  const joinsAfter = after !== undefined && after[0] === number + 1;
  const joined = [joinsBefore ? before[0] : number, joinsAfter ? after[1] : number] as const;
  return intervals.toSpliced(
    joinsBefore ? at - 1 : at,
    Number(joinsBefore) + Number(joinsAfter),
    joined,
  );
}

/** Every number of either side. */
export function union(left: Intervals, right: Intervals): Intervals {
  const sorted = [...left, ...right].toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** The numbers of `left` that are not in `right`; once along both, however many there are. */
export function difference(left: Intervals, right: Intervals): Intervals {
  const rest: [number, number][] = [];
  let first = 0;
  for (const [from, to] of left) {
    let start = from;
    while (first < right.length && right[first]![1] < from) first += 1;
    for (let index = first; index < right.length; index += 1) {
      const [cutFrom, cutTo] = right[index]!;
      if (cutFrom > to) break;
      if (cutFrom > start) rest.push([start, cutFrom - 1]);
      start = cutTo + 1;
    }
    if (start <= to) rest.push([start, to]);
  }
  return rest;
}

export function fromNumbers(numbers: Iterable<number>): Intervals {
  return union(
    [],
    [...numbers].map((number) => [number, number] as const),
  );
}

export function size(intervals: Intervals): number {
  return intervals.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
