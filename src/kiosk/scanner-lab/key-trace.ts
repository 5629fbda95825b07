import { BETWEEN_SCANS_MS } from "../../scanner/calibration.ts";
import { keyMeaning, type WedgeKey } from "../../scanner/wedge-key.ts";
import type { Suffix } from "../../scanner/wedge-settings.ts";

/** When the keys of one scan went down, and nothing of what they were. */
export interface KeyTrace {
  /** On the page's monotonic clock; the keys that end the scan included. */
  readonly atMs: readonly number[];
  /** What ended it so far, in order. */
  readonly ends: readonly Suffix[];
}

export const NO_KEYS: KeyTrace = { atMs: [], ends: [] };

/** Ours: more than the longest code that is read. */
const MOST_KEYS = 600;

/** The trace after one more key; what shifts, controls or moves is none of a scan's. */
export function stepTrace(trace: KeyTrace, key: WedgeKey): KeyTrace {
  const meaning = keyMeaning(key);
  const lastMs = trace.atMs.at(-1) ?? -Infinity;
  const isOver = key.timeStamp - lastMs > BETWEEN_SCANS_MS;
  switch (meaning.type) {
    case "character":
    case "alt-digit":
      return withKey(isOver || trace.ends.length > 0 ? NO_KEYS : trace, key);
    case "terminator":
      // Some begin with one; by itself it ends nothing.
      if (isOver || trace.atMs.length === 0) return NO_KEYS;
      return { ...withKey(trace, key), ends: [...trace.ends, meaning.name].slice(-4) };
    case "alt":
    case "modifier":
    case "other":
      return trace;
  }
}

function withKey(trace: KeyTrace, { timeStamp }: WedgeKey): KeyTrace {
  return trace.atMs.length < MOST_KEYS ? { ...trace, atMs: [...trace.atMs, timeStamp] } : trace;
}

/** Silences between the keys, in milliseconds. */
export function gapsOf({ atMs }: KeyTrace): readonly number[] {
  return atMs.slice(1).map((each, index) => Math.max(0, each - (atMs[index] ?? each)));
}

/** As many bars as fit: where there are more gaps, the longest of each stretch of them. */
export function barsOf(gapsMs: readonly number[], most: number): readonly number[] {
  const stretch = Math.max(1, Math.ceil(gapsMs.length / most));
  const count = Math.ceil(gapsMs.length / stretch);
  return Array.from({ length: count }, (_, index) =>
    Math.max(...gapsMs.slice(index * stretch, (index + 1) * stretch)),
  );
}
