import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import { LANGUAGES, type Language } from "../contract/language.ts";
import type { Screen } from "./visit.ts";
import { FALLBACK, wordsIn } from "./vocabulary.ts";
import type { Words } from "./words.ts";

/** How the shopper before the kiosk wants it. */
export interface Choices {
  readonly language: Language;
  readonly words: Words;
  /** The languages are laid out to choose from, on screens that have no room to always show them. */
  readonly choosing: boolean;
  readonly highContrast: boolean;
  /** In percent of the size that is comfortable at arm's length. */
  readonly textSize: TextSize;
  /** Everything to touch is low. */
  readonly reach: boolean;
}

export const TEXT_SIZES = [100, 130, 160] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

/**
 * A shopper's language and modes. They go with the visit, and when nobody makes use of them, so that
 * the next shopper inherits none.
 */
export interface ShopperChoices {
  readonly chosen: ReadonlySignal<Choices>;
  /** Takes effect once the language's words are loaded, unless the visit has ended by then. */
  readonly chooseLanguage: (language: Language) => void;
  readonly showLanguages: () => void;
  /** The language after this one, for a key. */
  readonly nextLanguage: () => void;
  readonly toggleContrast: () => void;
  readonly enlargeText: () => void;
  readonly toggleReach: () => void;
}

/** Ours: what was chosen on attract and then left alone is the next shopper's no more. */
export const CHOICES_IDLE_MS = 30_000;

export interface ShopperChoicesDeps {
  readonly screen: ReadonlySignal<Screen>;
  readonly config: ReadonlySignal<KioskConfig>;
  /** A language's part could not be loaded: the screen stays as it was. */
  readonly onError: (error: unknown) => void;
}

const PLAIN: Choices = {
  language: "en",
  words: FALLBACK,
  choosing: false,
  highContrast: false,
  textSize: 100,
  reach: false,
};

export function createShopperChoices(deps: ShopperChoicesDeps): ShopperChoices {
  const { screen, config, onError } = deps;
  /** As a visit begins. */
  let first = PLAIN;
  const chosen = signal(first);
  /** The last thing asked for; what loads later than that is not wanted any more. */
  let asked = 0;
  let last = screen.peek();
  /** Whose they are, since attract; a screen in between, such as a refusal, tells nobody's. */
  let visit = visitOf(last);

  const change = (part: Partial<Choices>): void => {
    chosen.value = { ...chosen.peek(), ...part };
  };

  function chooseLanguage(language: Language): void {
    asked += 1;
    const mine = asked;
    wordsIn(language).then((words) => {
      if (mine === asked) change({ language, words, choosing: false });
    }, onError);
  }

  effect(() => {
    const [language] = languagesOf(config.value);
    if (language === undefined || language === first.language) return;
    wordsIn(language).then((words) => {
      const isUntouched = chosen.peek() === first;
      first = { ...PLAIN, language, words };
      if (isUntouched) chosen.value = first;
    }, onError);
  });

  effect(() => {
    const now = screen.value;
    const ended = now.state === "attract" && last.state !== "attract";
    const next = visitOf(now);
    const isAnother = next !== undefined && next !== visit;
    // Who withdrew has had no visit to tell them by.
    if (ended || (isAnother && (visit !== undefined || last.state === "withdrawal"))) {
      asked += 1;
      chosen.value = first;
    } else if (now !== last && chosen.peek().choosing) {
      change({ choosing: false });
    }
    visit = ended ? undefined : (next ?? visit);
    last = now;
  });

  effect(() => {
    if (chosen.value === first || screen.value.state !== "attract") return undefined;
    const timer = setTimeout(() => {
      asked += 1;
      chosen.value = first;
    }, CHOICES_IDLE_MS);
    return () => clearTimeout(timer);
  });

  return {
    chosen,
    chooseLanguage,
    showLanguages: () => change({ choosing: !chosen.peek().choosing }),
    nextLanguage: () => chooseLanguage(after(languagesOf(config.peek()), chosen.peek().language)),
    toggleContrast: () => change({ highContrast: !chosen.peek().highContrast }),
    enlargeText: () => change({ textSize: after(TEXT_SIZES, chosen.peek().textSize) }),
    toggleReach: () => change({ reach: !chosen.peek().reach }),
  };
}

/** What a kiosk offers, in its order. */
export function languagesOf({ languages }: KioskConfig): readonly Language[] {
  return languages ?? LANGUAGES;
}

function visitOf(screen: Screen): string | undefined {
  return screen.state === "thanked" || screen.state === "consent" ? screen.visitId : undefined;
}

/** The one after `current`, and after the last the first. */
function after<T>(all: readonly T[], current: T): T {
  return all[(all.indexOf(current) + 1) % all.length] ?? current;
}
