import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Choices } from "./choices.ts";
import type { Screen } from "./visit.ts";

/** Ours: beyond this drawings are gone, gaps are narrow, and controls as small as they may be. */
const MOST_SQUEEZE = 6;

export interface FitDeps {
  readonly document: Document;
  readonly screen: ReadonlySignal<Screen>;
  readonly chosen: ReadonlySignal<Choices>;
}

/**
 * Lets drawings, gaps and controls give way to words, as far as the words of this screen need it, so that
 * none are cut in any language, size or mode. Done before the screen is painted.
 *
 * Thanks is left alone: it has room for all, and a shopper waits for it.
 */
export function fitScreens({ document, screen, chosen }: FitDeps): void {
  let fitted: { readonly main: Element; readonly choices: Choices } | undefined;

  function fit(): void {
    const stage = document.querySelector<HTMLElement>(".stage");
    const main = document.querySelector<HTMLElement>("main");
    if (stage === null || main === null) return;
    const choices = chosen.peek();
    // Within one screen nothing grows back: keys must not move under a finger.
    const isSame = fitted?.main === main && fitted.choices === choices;
    const least = isSame ? Number(stage.style.getPropertyValue("--squeeze")) : 0;
    fitted = { main, choices };
    for (let squeeze = least; squeeze <= MOST_SQUEEZE; squeeze += 1) {
      stage.style.setProperty("--squeeze", String(squeeze));
      if (main.scrollHeight <= main.clientHeight + 1) return;
    }
  }

  function again(): void {
    fitted = undefined;
    fit();
  }

  effect(() => {
    const now = screen.value;
    const { choosing } = chosen.value;
    if (now.state === "thanked" && now.step === "thanks" && !choosing) return;
    queueMicrotask(fit);
  });
  // A language brings its letters later than its words; a screen may be turned.
  document.fonts.addEventListener("loadingdone", again);
  document.defaultView?.addEventListener("resize", again);
}
