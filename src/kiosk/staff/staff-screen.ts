import type { Turn } from "../visit-extension.ts";
import { unawaited } from "../visit-first.ts";

/** The staff's side of the screen. It ends like any screen that nobody touches. */
export interface StaffScreen {
  readonly state: "staff";
  /** `pin` before the door; behind it the panel that is shown. */
  readonly step: string;
  readonly expiresAtMs: number;
}

export const PIN_STEP = "pin";

/** Ours: who looks something up in another room comes back within it; who walked away does not. */
export const LEAVE_AFTER_MS = 60_000;

/**
 * Shows a step of the staff's side. A visit under way ends: what is still being stored keeps its place in
 * the outbox, and no longer takes the screen.
 */
export function toStaff(step: string): Turn {
  return (visit, nowMs) => ({
    ...unawaited(visit),
    screen: { state: "staff", step, expiresAtMs: nowMs + LEAVE_AFTER_MS },
  });
}

/** From one step to another, if nobody left meanwhile. */
export function onwards(step: string): Turn {
  return (visit, ...when) =>
    visit.screen.state === "staff" ? toStaff(step)(visit, ...when) : visit;
}

/** Somebody is there, or will be for `ms` to come: the screen ends no earlier. */
export function staying(ms = LEAVE_AFTER_MS): Turn {
  return (visit, nowMs) => {
    const { screen } = visit;
    const expiresAtMs = nowMs + ms;
    return screen.state === "staff" && screen.expiresAtMs < expiresAtMs
      ? { ...visit, screen: { ...screen, expiresAtMs } }
      : visit;
  };
}
