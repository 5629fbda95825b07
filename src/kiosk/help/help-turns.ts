import { HELP_WAIT_SECONDS, type HelpReason } from "../../contract/help-call.ts";
import type { KioskConfig } from "../../contract/kiosk-config.ts";
import { PIN_STEP } from "../staff/staff-screen.ts";
import type { Turn } from "../visit-extension.ts";
import type { Screen } from "../visit.ts";

/** How long somebody is asked to wait at this kiosk, in milliseconds. */
export function helpWaitMs({ help }: KioskConfig): number {
  return (help?.waitSeconds ?? HELP_WAIT_SECONDS) * 1_000;
}

/** What help is asked for, as far as staff need to know. */
export function reasonOn(screen: Screen): HelpReason {
  switch (screen.state) {
    case "refused":
      return "card";
    case "keypad":
      return "number";
    case "out-of-service":
      return "out-of-service";
    default:
      return "other";
  }
}

/** The visit a call is made in; nothing where there is none yet. */
export function visitOn(screen: Screen): string | undefined {
  return "visitId" in screen ? screen.visitId : undefined;
}

/**
 * How a change of screens ends a call (rule HC5): staff came in behind their PIN, or the visit was wiped,
 * or a card began another one. A pad on which nobody has typed the PIN yet says nothing.
 */
export function endOn(
  before: Screen,
  after: Screen,
  visitId: string | undefined,
): "here" | "left" | undefined {
  if (after.state === "staff") return after.step === PIN_STEP ? undefined : "here";
  if (after.state === "attract") return before.state === "attract" ? undefined : "left";
  const next = visitOn(after);
  return next === undefined || next === visitId ? undefined : "left";
}

/** Ours: a screen is held anew only where that gains more than this. */
const LEAST_GAIN_MS = 5_000;

/** Whoever waits for help is no reason to ask whether anybody is there: the screen ends no earlier. */
export function heldFor(ms: number): Turn {
  return (visit, nowMs) => {
    const { screen } = visit;
    if (!("expiresAtMs" in screen) || screen.state === "staff") return visit;
    if (screen.expiresAtMs > nowMs + ms - LEAST_GAIN_MS) return visit;
    const held = { ...screen, expiresAtMs: nowMs + ms };
    if ("warned" in held) delete held.warned;
    return { ...visit, screen: held };
  };
}

/** The screen goes on, with the time that a question has. */
export const goesOn: Turn = (visit, nowMs, { timings }) => {
  const { screen } = visit;
  if (!("expiresAtMs" in screen) || screen.state === "staff") return visit;
  const isThanks = screen.state === "thanked" && screen.step === "thanks";
  const seconds = isThanks ? timings.thanksSeconds : timings.questionSeconds;
  return { ...visit, screen: { ...screen, expiresAtMs: nowMs + seconds * 1_000 } };
};
