import { ENGLISH } from "./words-english.ts";
import { SPANISH } from "./words-spanish.ts";
import type { Vocabulary } from "./words.ts";

export const VOCABULARY: Vocabulary = { en: ENGLISH, es: SPANISH };
