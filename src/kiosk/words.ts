import type { Language } from "../contract/language.ts";
import type { HelpState } from "./help/help-line.ts";
import type { PrivacyWords } from "./words-privacy.ts";
import type { VisitWords } from "./words-visit.ts";
import type { StorageTrouble, RefusalReason } from "./visit.ts";

/**
 * Every sentence the kiosk says in one language: the language's own part, and what stands in records of
 * all languages (`vocabulary.ts` joins them).
 */
export type Words = LanguageWords & VisitWords & PrivacyWords;

/** What the kiosk says from its first moment on. */
export interface FirstWords {
  readonly attractTitle: string;
  readonly attractHint: readonly string[];
  readonly typeNumber: string;
  readonly offline: string;
  readonly terms: (brand: string) => string;
  readonly thanks: string;
  readonly noted: (time: string | undefined, card: string) => string;
  readonly notedVisit: (time: string | undefined) => string;
}

/** A language's own part. Short, present tense: what happened, then what to do. */
export interface LanguageWords extends FirstWords {
  readonly languages: string;
  readonly tools: string;
  readonly textSize: string;
  readonly contrast: string;
  readonly reach: string;
  readonly keypadTitle: string;
  readonly keypadHint: (length: number) => string;
  readonly keypadMistyped: string;
  readonly keypadNotOurs: string;
  readonly digitsTyped: (typed: number, length: number) => string;
  readonly moreDigits: (missing: number) => string;
  readonly checkNumber: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly clear: string;
  readonly erase: string;
  readonly questionLabel: string;
  readonly skip: string;
  readonly finish: string;
  readonly done: string;
  readonly closingTitle: string;
  readonly closingLead: string;
  readonly notedList: string;
  readonly duplicateTitle: string;
  readonly duplicateText: (time: string | undefined) => string;
  readonly refusals: Readonly<Record<RefusalReason, Refusal>>;
  readonly showCardOr: string;
  readonly outOfService: Readonly<Record<StorageTrouble | "closed", OutOfService>>;
  readonly card: (masked: string) => string;
  readonly help: HelpWords;
}

/** What is said to whoever calls for staff. */
export interface HelpWords {
  readonly tool: string;
  readonly get: string;
  readonly states: Readonly<
    Record<Exclude<HelpState, "none">, { readonly title: string; readonly text: string }>
  >;
  readonly goOn: string;
  readonly noMore: string;
  readonly allRight: string;
}

export interface Refusal {
  readonly title: string;
  readonly text: (brand: string) => string;
}

export interface OutOfService {
  readonly title: string;
  readonly text: string;
  readonly staff: string;
}

/** Before this a kiosk's clock is plainly wrong, and no screen shows a time. Ours: 2024. */
export const BELIEVABLE_MS = 1_704_067_200_000;

/** `11:42` where the kiosk stands, or nothing while its clock cannot be right. */
export function timeOfDay(atMs: number, language: Language, timeZone: string): string | undefined {
  if (atMs < BELIEVABLE_MS) return undefined;
  return timeFormat(language, timeZone).format(atMs);
}

/** Making one takes longer than all else that a thanks screen computes, so each is made once. */
const timeFormats = new Map<string, Intl.DateTimeFormat>();

function timeFormat(language: Language, timeZone: string): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`;
  const known = timeFormats.get(key);
  if (known !== undefined) return known;
  const format = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  // Digits as they stand on cards and clocks.
  const made = new Intl.DateTimeFormat(`${language}-u-nu-latn`, format);
  timeFormats.set(key, made);
  return made;
}

/** A configured text in the shopper's language, else in English. */
export function configured(
  texts: { readonly en: string; readonly [language: string]: string },
  language: Language,
): string {
  return texts[language] ?? texts.en;
}
