import { cardFromScan, type CardRefusal, type CardRule } from "../../domain/card.ts";
import { hasGoodCheckDigit } from "../../domain/check-digit.ts";

/** The ways in which a site may know the member of a card, in the order they are shown. */
export const FORMS = [
  "as is",
  "as the card rules read it",
  "without leading zeros",
  "without check digit",
  "hmac",
  "lookup",
] as const;
export type Form = (typeof FORMS)[number];

/** The forms that take nothing but the card and its rules. */
export type PlainForm = Exclude<Form, "hmac" | "lookup">;

/** One card in every plain form. */
export interface CardForms {
  readonly texts: Readonly<Record<PlainForm, string>>;
  /** Why the kiosk would refuse the card, if it would. */
  readonly refusal: CardRefusal["type"] | undefined;
}

/**
 * A card in every plain form. Where a form leaves nothing out, it is the same text as the card; so is
 * what the card rules read of a card they do not take.
 *
 * @param rules those for members
 */
export function cardForms(card: string, rules: readonly CardRule[]): CardForms {
  const read = cardFromScan({ text: card, source: "wedge" }, rules);
  const asRead = read.ok ? read.value.visitor.value : card;
  const checks = read.ok ? rules.filter(({ name }) => name === read.value.rule) : rules;
  return {
    texts: {
      "as is": card,
      "as the card rules read it": asRead,
      "without leading zeros": card.replace(/^0+(?=.)/, ""),
      "without check digit": withoutCheckDigit(card, asRead, checks),
    },
    refusal: read.ok ? undefined : read.error.type,
  };
}

/** The check digit is the last one of whatever it agrees with: the whole card, or what identifies. */
function withoutCheckDigit(card: string, asRead: string, rules: readonly CardRule[]): string {
  for (const { checkDigit } of rules) {
    if (checkDigit === "none") continue;
    const checked = [card, asRead].find((text) => hasGoodCheckDigit(checkDigit, text));
    if (checked !== undefined) return checked.slice(0, -1);
  }
  return card;
}
