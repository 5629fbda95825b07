import type { Language } from "../contract/language.ts";
import { ENGLISH } from "./words-english.ts";
import { PRIVACY_WORDS } from "./words-privacy.ts";
import { VISIT_WORDS } from "./words-visit.ts";
import type { LanguageWords, Words } from "./words.ts";

/** Languages by their own names. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  es: "Español",
  de: "Deutsch",
  fr: "Français",
  ar: "العربية",
};

export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/** Each but English is a part of its own, loaded when somebody asks for it; all are precached. */
const PARTS: Readonly<Record<Language, () => Promise<LanguageWords>>> = {
  en: async () => ENGLISH,
  es: async () => (await import("./words-spanish.ts")).SPANISH,
  de: async () => (await import("./words-german.ts")).GERMAN,
  fr: async () => (await import("./words-french.ts")).FRENCH,
  ar: async () => (await import("./words-arabic.ts")).ARABIC,
};

/** What is there without loading anything: English. */
export const FALLBACK: Words = whole("en", ENGLISH);

/** All the kiosk says in a language. */
export async function wordsIn(language: Language): Promise<Words> {
  return whole(language, await PARTS[language]());
}

/** Records that hold all languages (`Record<Language, …>`) join a language's own part here. */
function whole(language: Language, own: LanguageWords): Words {
  return { ...own, ...VISIT_WORDS[language], ...PRIVACY_WORDS[language] };
}
