import type { Screen } from "./visit.ts";
import type { Turn } from "./visit-extension.ts";

/** When the screen ends that asks whether anybody is there; nothing while it does not ask. */
export function idleEndMs(screen: Screen): number | undefined {
  return "warned" in screen && screen.warned === true ? screen.expiresAtMs : undefined;
}

/** Somebody is: the screen begins to wait anew, however often. */
export const stillHere: Turn = (visit, nowMs, { timings }) => {
  const { screen } = visit;
  if (!("warned" in screen) || idleEndMs(screen) === undefined) return visit;
  const { warned: _warned, ...rest } = screen;
  const seconds = rest.state === "keypad" ? timings.keypadSeconds : timings.questionSeconds;
  return { ...visit, screen: { ...rest, expiresAtMs: nowMs + seconds * 1_000 } };
};

/** Whoever reads what is recorded has the time for it that a question has. */
export const reading: Turn = (visit, nowMs, { timings }) => {
  const { screen } = visit;
  const untilMs = nowMs + timings.questionSeconds * 1_000;
  return screen.state === "thanked" && screen.expiresAtMs < untilMs
    ? { ...visit, screen: { ...screen, expiresAtMs: untilMs } }
    : visit;
};
