import type { Language } from "../contract/language.ts";

/** One sentence by the number it holds, as `#`; "other" serves where a language has no form of its own. */
export type PluralForms = Readonly<
  Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }
>;

/** Puts a number into a sentence by the plural rules of a language. */
export function pluralsIn(language: Language): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replace("#", String(count));
}
