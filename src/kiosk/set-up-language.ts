import { LANGUAGES, type Language } from "../contract/language.ts";

/**
 * The language of whoever sets a kiosk up: nobody has configured one yet, so the first of the browser's
 * that we speak, else English.
 */
export function setUpLanguage(preferred: readonly string[]): Language {
  const spoken = preferred.map((tag) => tag.toLowerCase().split("-")[0]);
  return LANGUAGES.find((language) => language === spoken.find(isOurs)) ?? "en";
}

/** Has the page read as that language does. */
export function readAs(language: Language, page: Pick<HTMLElement, "lang" | "dir">): void {
  page.lang = language;
  page.dir = language === "ar" ? "rtl" : "ltr";
}

function isOurs(tag: string | undefined): boolean {
  return LANGUAGES.some((language) => language === tag);
}
