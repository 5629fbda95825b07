import type { Language } from "../../contract/language.ts";
import { STAFF_ARABIC } from "./staff-arabic.ts";
import { STAFF_ENGLISH } from "./staff-english.ts";
import { STAFF_FRENCH } from "./staff-french.ts";
import { STAFF_GERMAN } from "./staff-german.ts";
import { STAFF_SPANISH } from "./staff-spanish.ts";
import type { StaffWords } from "./staff-words.ts";

/** All languages at once: staff come seldom, and one part more is one more for every kiosk to keep. */
export const STAFF_WORDS: Readonly<Record<Language, StaffWords>> = {
  en: STAFF_ENGLISH,
  es: STAFF_SPANISH,
  de: STAFF_GERMAN,
  fr: STAFF_FRENCH,
  ar: STAFF_ARABIC,
};
