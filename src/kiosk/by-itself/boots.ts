import { MOST_STARTS } from "../../contract/kiosk-troubles.ts";

/** How often the page began of late. */
export interface Boots {
  /** Within `WITHIN_MS`, this one included; no more than make a loop. */
  readonly count: number;
  /** So often that it must not begin again by its own doing for a while. */
  readonly isLoop: boolean;
  /** When, by the wall clock, oldest first: those of a day. */
  readonly atMs: readonly number[];
}

/** Ours: nobody starts a kiosk three times in two minutes on purpose. */
export const LOOP_BOOTS = 3;
const WITHIN_MS = 120_000;

const DAY_MS = 86_400_000;

const BOOTS_KEY = "tarjeta-boots";

/**
 * Notes that the page begins, by the wall clock, since no other outlives it. Where that was set
 * meanwhile, earlier starts count for nothing: a loop is noticed a start or two later.
 */
export function noteBoot(storage: Pick<Storage, "getItem" | "setItem">, nowMs: number): Boots {
  const atMs = [...ofADay(bootsIn(storage), nowMs), nowMs].slice(-MOST_STARTS);
  try {
    storage.setItem(BOOTS_KEY, JSON.stringify(atMs));
  } catch {
    // A full storage: whatever is wrong then, it is not that the page begins too often.
  }
  const count = atMs.filter((each) => nowMs - each < WITHIN_MS).slice(-LOOP_BOOTS).length;
  return { count, isLoop: count >= LOOP_BOOTS, atMs };
}

/** Of the day that ends at `nowMs`: how often the page began, and since when it last did so in a loop. */
export function startsOf(
  { atMs }: Pick<Boots, "atMs">,
  nowMs: number,
): { readonly starts: number; readonly loopedMs?: number } {
  const starts = ofADay(atMs, nowMs);
  const looped = starts.findLast(
    (each, at) => each - (starts[at - LOOP_BOOTS + 1] ?? -Infinity) < WITHIN_MS,
  );
  return {
    starts: starts.length,
    ...(looped === undefined ? {} : { loopedMs: Math.round(nowMs - looped) }),
  };
}

/** What is still to come did not happen: the clock was set back since. */
function ofADay(atMs: readonly number[], nowMs: number): readonly number[] {
  return atMs.filter((each) => each <= nowMs && nowMs - each < DAY_MS);
}

function bootsIn(storage: Pick<Storage, "getItem">): readonly number[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(BOOTS_KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => typeof each === "number") : [];
  } catch {
    // Damaged text remembers nothing.
    return [];
  }
}
