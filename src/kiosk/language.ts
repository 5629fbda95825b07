import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { Screen } from "./visit.ts";
import type { Language } from "./words.ts";

/** The shopper's language: goes with the visit, and when nobody makes use of it. */
export interface LanguageChoice {
  readonly language: ReadonlySignal<Language>;
  readonly choose: (language: Language) => void;
}

/** Ours: a language chosen on attract and then left alone is the next shopper's no more. */
export const LANGUAGE_IDLE_MS = 30_000;

const FIRST_LANGUAGE: Language = "en";

export function createLanguageChoice(screen: ReadonlySignal<Screen>): LanguageChoice {
  const language = signal<Language>(FIRST_LANGUAGE);
  let last = screen.peek();

  effect(() => {
    const now = screen.value;
    const left = now.state === "attract" && last.state !== "attract";
    const another =
      now.state === "thanked" && last.state === "thanked" && now.visitId !== last.visitId;
    last = now;
    if (left || another) language.value = FIRST_LANGUAGE;
  });

  effect(() => {
    if (language.value === FIRST_LANGUAGE || screen.value.state !== "attract") return undefined;
    const timer = setTimeout(() => (language.value = FIRST_LANGUAGE), LANGUAGE_IDLE_MS);
    return () => clearTimeout(timer);
  });

  return { language, choose: (chosen) => (language.value = chosen) };
}
