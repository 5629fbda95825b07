import type { Intervals } from "../../domain/intervals.ts";
import { DamagedRowError } from "./store-error.ts";

/**
 * What a column of JSON holds. Throws `DamagedRowError` naming the column when it is not what we
 * write there: a database outlives bugs, other tools and bad disks.
 */
export function storedJson<T>(
  column: string,
  text: string,
  isExpected: (value: unknown) => value is T,
): T {
  const value = jsonOf(text);
  if (!isExpected(value)) throw new DamagedRowError(`${column} does not hold what it should`);
  return value;
}

export function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/**
 * The same, where what was lost is worth less than that somebody's update goes on: then nothing is
 * known, and nobody else is stopped by it (rule HI1).
 */
export function storedJsonIf<T>(
  text: string,
  isExpected: (value: unknown) => value is T,
): T | undefined {
  const value = jsonOf(text);
  return isExpected(value) ? value : undefined;
}

/** Values of ours that may have reached the profile: damaged, nobody could tell them from the site's (FW6). */
export function sentValuesIn(text: string): readonly string[] {
  return storedJson("attribute.sent_values", text, areTexts);
}

/** Ascending, apart by at least one number. */
export function isIntervals(value: unknown): value is Intervals {
  if (!Array.isArray(value)) return false;
  let lastTo = -1;
  return value.every((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [from, to]: readonly unknown[] = pair;
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return false;
    const ascends = Number(from) > lastTo + 1 && Number(from) <= Number(to);
    lastTo = Number(to);
    return ascends;
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A SyntaxError is how JSON.parse says no.
    return undefined;
  }
}
