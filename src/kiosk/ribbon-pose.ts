import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { RibbonPose } from "./ui/ribbon.tsx";
import type { Screen } from "./visit.ts";

export interface RibbonPoseDeps {
  readonly screen: ReadonlySignal<Screen>;
  readonly config: ReadonlySignal<KioskConfig>;
  /** Calls back once the next frame has been painted; a page nobody sees may keep it waiting. */
  readonly afterPaint: (work: () => void) => void;
}

/**
 * What the ribbon does. One painted frame behind the screen: setting its bars in motion costs as much
 * as all the rest of a new screen, and a shopper waits for the words.
 */
export function createRibbonPose(deps: RibbonPoseDeps): ReadonlySignal<RibbonPose> {
  const { screen, config, afterPaint } = deps;
  const pose = signal(poseOf(screen.peek(), config.peek()));
  effect(() => {
    const next = poseOf(screen.value, config.value);
    afterPaint(() => {
      if (next.type === "woven" || next.type !== pose.peek().type) pose.value = next;
    });
  });
  return pose;
}

function poseOf(screen: Screen, config: KioskConfig): RibbonPose {
  switch (screen.state) {
    case "attract":
      return { type: "tapestry" };
    case "keypad":
      return { type: "woven", digits: screen.digits.length, length: config.keypad.length };
    case "refused":
      return { type: screen.reason === "payment-card" ? "hollow" : "parted" };
    case "withdrawal":
      return { type: "header" };
    case "consent":
      return { type: "header" };
    case "declined":
      return { type: "short" };
    case "staff":
    case "out-of-service":
      return { type: "resting" };
    case "thanked":
      if (screen.step === "question") return { type: "header" };
      return { type: screen.step === "duplicate" ? "short" : "fallen" };
  }
}
