import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Screen } from "./visit.ts";

/** As many as `styles/attract.css` has. */
const TONES = 3;

/**
 * Gives the hand that holds the card out the next of its tones whenever attract comes back: by count, so
 * that it says nothing of who was there, and everybody has their turn.
 */
export function rotateHands(
  screen: ReadonlySignal<Pick<Screen, "state">>,
  page: Pick<HTMLElement, "dataset">,
): void {
  let turns = 0;
  let last = screen.peek().state;
  effect(() => {
    const { state } = screen.value;
    if (state === "attract" && last !== "attract") {
      turns += 1;
      page.dataset["hand"] = String(turns % TONES);
    }
    last = state;
  });
}
