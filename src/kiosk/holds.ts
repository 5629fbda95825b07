import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Visit } from "./visit.ts";

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

export function beginHold(
  holds: readonly Hold[],
  visitId: string,
  longestMs: number | undefined,
): readonly Hold[] {
  return longestMs === undefined ? holds : [...holds, { visitId, longestMs, untilMs: longestMs }];
}

/** Ends a hold soon after its visit begins to close, and forgets what is over. */
export function stepHolds(before: Visit, after: Visit, nowMs: number, config: KioskConfig): Visit {
  const closing = closingVisit(after);
  const begins = closing !== undefined && closingVisit(before) !== closing;
  const holds = after.holds.flatMap((hold) => {
    if (hold.untilMs <= nowMs && hold.undo !== "asked") return [];
    const untilMs = Math.min(hold.untilMs, nowMs + undoMs(config));
    return begins && hold.visitId === closing && untilMs < hold.untilMs
      ? [{ ...hold, untilMs }]
      : [hold];
  });
  const isSame =
    holds.length === after.holds.length && holds.every((hold, at) => hold === after.holds[at]);
  return isSame ? after : { ...after, holds };
}

function closingVisit({ screen }: Visit): string | undefined {
  return screen.state === "thanked" && screen.step === "closing" ? screen.visitId : undefined;
}
