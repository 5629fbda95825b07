import { effect, type ReadonlySignal } from "@preact/signals-core";
import { idleEndMs } from "./idle.ts";
import type { Sound, Sounds } from "./sounds.ts";
import type { Screen } from "./visit.ts";

/** Ours: the warning is heard when it begins, and once more with so many seconds left. */
const IDLE_AGAIN_SECONDS = 10;

export interface VisitSoundsDeps {
  readonly screen: ReadonlySignal<Screen>;
  readonly idleSeconds: ReadonlySignal<number | undefined>;
  readonly sounds: Sounds;
  /** Calls back once the next frame has been painted; a page nobody sees may keep it waiting. */
  readonly afterPaint: (work: () => void) => void;
}

/**
 * What is seen is heard as well, and a frame later: to set strings swinging takes time that a shopper would
 * wait for the words.
 */
export function openVisitSounds(deps: VisitSoundsDeps): () => void {
  const { screen, idleSeconds, sounds, afterPaint } = deps;
  const play = (sound: Sound): void => afterPaint(() => sounds.play(sound));
  let last = screen.peek();
  const stopScreens = effect(() => {
    const sound = soundOf(last, screen.value);
    last = screen.value;
    if (sound !== undefined) play(sound);
  });
  const stopIdle = effect(() => {
    if (idleSeconds.value === IDLE_AGAIN_SECONDS) play("idle");
  });
  return () => {
    stopScreens();
    stopIdle();
  };
}

/** The sound of a change of screens; most make none. */
export function soundOf(before: Screen, after: Screen): Sound | undefined {
  if (idleEndMs(after) !== undefined && idleEndMs(before) === undefined) return "idle";
  switch (after.state) {
    case "out-of-service":
      // What staff asked for is no problem.
      return before === after || after.reason === "closed" ? undefined : "problem";
    case "refused":
      return before === after ? undefined : "problem";
    case "consent":
      return before.state === "consent" && before.visitId === after.visitId ? undefined : "read";
    case "declined":
      return before.state === "declined" ? undefined : "success";
    case "withdrawal":
      return after.step === "stored" && before.state === "withdrawal" && before.step !== "stored"
        ? "success"
        : undefined;
    case "thanked":
      return soundOfThanks(before, after);
    default:
      return undefined;
  }
}

function soundOfThanks(
  before: Screen,
  after: Extract<Screen, { state: "thanked" }>,
): Sound | undefined {
  const step = before.state === "thanked" ? before.step : undefined;
  if (after.step === "duplicate") return step === "duplicate" ? undefined : "duplicate";
  const isNew = before.state !== "thanked" || before.visitId !== after.visitId;
  return after.step === "thanks" && isNew ? "success" : undefined;
}
