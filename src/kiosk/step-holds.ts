import type { KioskConfig } from "../contract/kiosk-config.ts";
import { undoMs } from "./holds.ts";
import type { Visit } from "./visit.ts";

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
