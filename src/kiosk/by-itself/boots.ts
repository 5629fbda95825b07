/** How often the page began of late. */
export interface Boots {
  /** Within `WITHIN_MS`, this one included. */
  readonly count: number;
  /** So often that it must not begin again by its own doing for a while. */
  readonly isLoop: boolean;
}

/** Ours: nobody starts a kiosk three times in two minutes on purpose. */
export const LOOP_BOOTS = 3;
const WITHIN_MS = 120_000;

const BOOTS_KEY = "tarjeta-boots";

/**
 * Notes that the page begins, by the wall clock, since no other outlives it. Where that was set
 * meanwhile, earlier starts count for nothing: a loop is noticed a start or two later.
 */
export function noteBoot(storage: Pick<Storage, "getItem" | "setItem">, nowMs: number): Boots {
  const recent = bootsIn(storage).filter((atMs) => atMs <= nowMs && nowMs - atMs < WITHIN_MS);
  const boots = [...recent, nowMs].slice(-LOOP_BOOTS);
  try {
    storage.setItem(BOOTS_KEY, JSON.stringify(boots));
  } catch {
    // A full storage: whatever is wrong then, it is not that the page begins too often.
  }
  return { count: boots.length, isLoop: boots.length >= LOOP_BOOTS };
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
