import type { EntryHeader } from "../contract/entry.ts";
import type { ClockReading } from "../domain/effective-time.ts";

/**
 * How long after `heldUntil` an entry is left alone, in milliseconds: a shopper's undo at the last
 * moment must not cross with its sending (rule PV5).
 */
export const HELD_GRACE_MS = 2_000;

/** The longest that a shopper may take a visit back, from its scan on, in milliseconds (rule PV5). */
export const LONGEST_HOLD_MS = 45_000;

/**
 * Ours: nobody holds an entry for longer than 45 s, so one that seems to be held for more than a
 * minute was held under a clock that has been set back since.
 */
const LONGEST_BELIEVED_MS = 60_000;

type HeldHeader = Pick<EntryHeader, "heldUntil" | "segment" | "wallMs" | "monoMs">;

/** A page's clocks, as far as they tell how long an entry of that very page is held. */
export type PageClock = Pick<ClockReading, "segment" | "monoMs">;

/**
 * Whether an entry may be sent.
 *
 * By the monotonic clock of the page that made it, where that page speaks: a wall clock that is set
 * forward meanwhile sends nothing early, one set back holds nothing for longer. Else by the wall clock.
 *
 * @param nowMs kiosk wall time
 */
export function isDue(header: HeldHeader, nowMs: number, page?: PageClock): boolean {
  const { heldUntil, segment, wallMs, monoMs } = header;
  if (heldUntil === 0) return true;
  if (page !== undefined && loadOf(page.segment) === loadOf(segment)) {
    return page.monoMs - monoMs >= heldUntil - wallMs + HELD_GRACE_MS;
  }
  const leftMs = heldUntil - nowMs;
  return leftMs <= -HELD_GRACE_MS || leftMs > LONGEST_BELIEVED_MS;
}

/** `heldUntil` of an entry that is held until its page's monotonic clock says `untilMonoMs`. */
export function heldUntilOf(
  { wallMs, monoMs }: Omit<ClockReading, "segment">,
  untilMonoMs: number,
) {
  return Math.max(0, Math.floor(wallMs + Math.max(0, untilMonoMs - monoMs)));
}

/** The page life that a segment of a clock belongs to. */
export function loadOf(segment: string): string {
  return segment.split(".", 1)[0] ?? segment;
}
