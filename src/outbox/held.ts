/**
 * How long after `heldUntil` an entry is left alone, in milliseconds: a shopper's undo at the last
 * moment must not cross with its sending (rule PV5).
 */
export const HELD_GRACE_MS = 2_000;

/**
 * Ours: nobody holds an entry for longer than 45 s, so one that seems to be held for more than a
 * minute was held under a clock that has been set back since.
 */
const LONGEST_BELIEVED_MS = 60_000;

/** Whether an entry may be sent at `nowMs`, both in kiosk wall time. */
export function isDue(heldUntil: number, nowMs: number): boolean {
  if (heldUntil === 0) return true;
  const leftMs = heldUntil - nowMs;
  return leftMs <= -HELD_GRACE_MS || leftMs > LONGEST_BELIEVED_MS;
}
