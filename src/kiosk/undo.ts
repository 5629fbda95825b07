import type { Hold } from "./holds.ts";
import type { Visit } from "./visit.ts";
import type { Turn } from "./visit-extension.ts";

/** The hold of the visit on screen: it stands in every step of `thanked` (rule PV5). */
export function holdOnScreen({ screen, holds }: Visit): Hold | undefined {
  return screen.state === "thanked"
    ? holds.find(({ visitId }) => visitId === screen.visitId)
    : undefined;
}

/** Taking it back is under way; nothing more is kept of this visit meanwhile. */
export const undoAsked: Turn = (visit) => {
  const hold = holdOnScreen(visit);
  return hold === undefined || hold.undo !== undefined
    ? visit
    : withHold(visit, { ...hold, undo: "asked" });
};

/** Nothing of it is left, and its card may be shown again at once. */
export function undone(visitId: string): Turn {
  return (visit, nowMs, config) => {
    const { screen } = visit;
    const expiresAtMs = nowMs + config.timings.closingSeconds * 1_000;
    return {
      ...visit,
      seen: visit.seen.filter((seen) => seen.visitId !== visitId),
      holds: visit.holds.filter((hold) => hold.visitId !== visitId),
      screen:
        screen.state === "thanked" && screen.visitId === visitId
          ? { state: "declined", reason: "undone", expiresAtMs }
          : screen,
    };
  };
}

/** It could not be taken back any more, and stays: the screen says so for a while. */
export function undoFailed(visitId: string): Turn {
  return (visit, nowMs, config) => {
    const hold = visit.holds.find((each) => each.visitId === visitId);
    if (hold === undefined) return visit;
    const untilMs = nowMs + config.timings.closingSeconds * 1_000;
    const { screen } = visit;
    const stays =
      screen.state === "thanked" && screen.visitId === visitId && screen.expiresAtMs < untilMs;
    const told = withHold(visit, { ...hold, untilMs, undo: "failed" });
    return stays ? { ...told, screen: { ...screen, expiresAtMs: untilMs } } : told;
  };
}

function withHold(visit: Visit, changed: Hold): Visit {
  const { visitId } = changed;
  return {
    ...visit,
    holds: visit.holds.map((hold) => (hold.visitId === visitId ? changed : hold)),
  };
}
