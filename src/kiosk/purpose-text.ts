import type { Language } from "../contract/language.ts";
import type { Purpose } from "./consent.ts";
import { configured } from "./words.ts";

/**
 * The words of a purpose as the shopper sees them: title, line feed, text. The proxy hashes the same
 * (`proxy/config-book.ts`), and finds by it what was shown.
 */
export function purposeText(purpose: Purpose, language: Language): string {
  return `${purposeTitle(purpose, language)}\n${purposeWords(purpose, language)}`;
}

export function purposeWords({ text }: Purpose, language: Language): string {
  return configured(text, language);
}

/** A title is never of another language than its text: the proxy knows the pairs of each text's language. */
function textLanguage({ text }: Pick<Purpose, "text">, language: Language): Language {
  return text[language] === undefined ? "en" : language;
}

export function purposeTitle(purpose: Purpose, language: Language): string {
  return configured(purpose.title, textLanguage(purpose, language));
}
