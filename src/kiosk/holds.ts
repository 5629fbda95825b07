import type { KioskConfig } from "../contract/kiosk-config.ts";

/** A stored visit that its shopper may still take back (rule PV5), on the page's monotonic clock. */
export interface Hold {
  readonly visitId: string;
  /** As its entries were kept. */
  readonly longestMs: number;
  /** Until when it is offered, which may be earlier. */
  readonly untilMs: number;
  /** Taking it back was asked for and is under way, or came to nothing. */
  readonly undo?: "asked" | "failed";
}

/** Ours: time to change one's mind once all is said. */
const UNDO_SECONDS = 10;

/** How long a visit may be taken back once it closes; 0 where nothing is ever held. */
export function undoMs({ timings }: KioskConfig): number {
  return (timings.undoSeconds ?? UNDO_SECONDS) * 1_000;
}
