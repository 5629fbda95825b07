import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Sound, Sounds } from "./sounds.ts";
import type { Screen } from "./visit.ts";

/** Which sound a screen comes with, by its state or, in `thanked`, its step. */
const SOUNDS: Readonly<Record<string, Sound>> = {
  consent: "read",
  thanks: "success",
  duplicate: "duplicate",
  refused: "problem",
  "out-of-service": "problem",
};

/** Plays what a screen comes with when it comes: once for each, and again for the next shopper's. */
export function soundScreens(screen: ReadonlySignal<Screen>, { play }: Sounds): () => void {
  let last = screen.peek();
  return effect(() => {
    const sound = soundBetween(last, screen.value);
    last = screen.value;
    if (sound !== undefined) play(sound);
  });
}

export function soundBetween(last: Screen, now: Screen): Sound | undefined {
  return isSame(last, now) ? undefined : SOUNDS[nameOf(now)];
}

function nameOf(screen: Screen): string {
  return screen.state === "thanked" ? screen.step : screen.state;
}

/** The same screen with something else on it; a second refusal in a row is a new one. */
function isSame(last: Screen, now: Screen): boolean {
  if (nameOf(last) !== nameOf(now)) return false;
  if (now.state === "refused" || now.state === "out-of-service") return last === now;
  return !("visitId" in last && "visitId" in now) || last.visitId === now.visitId;
}
