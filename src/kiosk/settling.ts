import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { Clock } from "../domain/clock.ts";
import type { Screen } from "./visit.ts";

/**
 * How long new answers count for nothing, in milliseconds. Ours: the second of two quick taps comes within
 * a third of a second, and nobody has read what it would answer by then.
 */
export const SETTLE_MS = 400;

export interface SettlingDeps {
  readonly screen: ReadonlySignal<Screen>;
  readonly clock: Pick<Clock, "monoMs">;
  /** Calls back once the next frame has been painted; a page nobody sees may keep it waiting. */
  readonly afterPaint: (work: () => void) => void;
  readonly setTimeout: (work: () => void, delayMs: number) => void;
  /** The root element, by which fingers are kept off as well. */
  readonly page: Pick<HTMLElement, "toggleAttribute">;
}

/** Makes of an act one that does nothing while what is on screen has only just come. */
export type Settled = <T extends readonly unknown[]>(
  act: (...given: T) => void,
) => (...given: T) => void;

/**
 * Keeps a tap that was meant for one question from answering the next, which took its place under the
 * finger: what was painted a moment ago is answered by nobody, by finger or by key (rule FE7).
 */
export function createSettling(deps: SettlingDeps): Settled {
  const { screen, clock, page } = deps;
  let shown: string | undefined;
  let turns = 0;
  let untilMs = -Infinity;

  effect(() => {
    const now = offeredOn(screen.value);
    if (now === shown) return;
    shown = now;
    turns += 1;
    const mine = turns;
    page.toggleAttribute("data-settling", now !== undefined);
    if (now === undefined) return;
    untilMs = clock.monoMs() + SETTLE_MS;
    // A busy page paints late, and nobody taps on purpose at what is not there yet.
    deps.afterPaint(() => {
      if (mine !== turns) return;
      untilMs = clock.monoMs() + SETTLE_MS;
      deps.setTimeout(() => {
        if (mine === turns) page.toggleAttribute("data-settling", false);
      }, SETTLE_MS);
    });
  });

  return (act) =>
    (...given) => {
      if (clock.monoMs() >= untilMs) act(...given);
    };
}

/** Another text when other buttons stand where an answer stood; nothing where none do. */
function offeredOn(screen: Screen): string | undefined {
  // Covered, until somebody says that they are there.
  if ("warned" in screen && screen.warned === true) return undefined;
  if (screen.state === "consent") return `${screen.visitId} ${screen.index}`;
  if (screen.state !== "thanked") return undefined;
  if (screen.step === "question") return `${screen.visitId} question ${screen.index}`;
  return screen.step === "closing" ? `${screen.visitId} closing` : undefined;
}
