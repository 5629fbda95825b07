import type { StorageTrouble, RefusalReason } from "./visit.ts";

export type Language = "en" | "es";

/** Every language the kiosk speaks, once all of it is loaded. */
export type Vocabulary = Readonly<Record<Language, Words>>;

/** What the kiosk says from its first moment on. */
export interface FirstWords {
  readonly language: string;
  readonly attractTitle: string;
  readonly attractHint: readonly string[];
  readonly typeNumber: string;
  readonly offline: string;
  readonly terms: (brand: string) => string;
  readonly thanks: string;
  readonly noted: (time: string | undefined, card: string) => string;
  readonly notedVisit: (time: string | undefined) => string;
}

/** Every sentence the kiosk says. Short, present tense: what happened, then what to do. */
export interface Words extends FirstWords {
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
  readonly outOfService: Readonly<Record<StorageTrouble, OutOfService>>;
  readonly card: (masked: string) => string;
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
  const made = new Intl.DateTimeFormat(language, format);
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
