import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { KioskConfig } from "../../../src/contract/kiosk-config.ts";
import type { CardRule } from "../../../src/domain/card.ts";
import { checkDigitFor } from "../../../src/domain/check-digit.ts";
import { cardForms } from "../../../src/proxy/match/card-forms.ts";
import { RULE_EXAMPLES } from "../../../src/proxy/match/report.ts";
import { memberCard } from "../../support/cards.ts";

const RULE: CardRule = {
  name: "member card",
  match: "\\d{13}",
  checkDigit: "gs1",
  visitor: "member",
  accepts: [],
  refuses: [],
};
const CARD = memberCard(1);
const ZEROS = `000${"123456789"}${checkDigitFor("gs1", "000123456789")}`;

const textsOf = (card: string, rule: Partial<CardRule> = {}) =>
  cardForms(card, [{ ...RULE, ...rule }]).texts;

describe("the forms of a card", () => {
  it("[MT2] leave out zeros, check digit, and what the card rules leave out", () => {
    expect(textsOf(ZEROS, { match: "00(?<id>\\d{11})" })).toEqual({
      "as is": ZEROS,
      "as the card rules read it": ZEROS.slice(2),
      "without leading zeros": ZEROS.slice(3),
      "without check digit": ZEROS.slice(0, -1),
    });
  });

  it("[MT2] are the same text where there is nothing to leave out", () => {
    const { texts } = cardForms(CARD, [{ ...RULE, checkDigit: "none" }]);
    expect(new Set(Object.values(texts))).toEqual(new Set([CARD]));
    expect(textsOf("0")["without leading zeros"]).toBe("0");
  });

  it("[MT2] drop a check digit only where a card rule checks one, of its kind", () => {
    const luhn = `12345678${checkDigitFor("luhn", "12345678")}`;
    const rule = { match: "\\d+", checkDigit: "luhn" as const };
    expect(textsOf(luhn, rule)["without check digit"]).toBe("12345678");
    // Good, but for another kind of card: the rule that takes it checks nothing.
    const rules = [{ ...RULE, match: "1.*", checkDigit: "none" as const, name: "plain" }, RULE];
    expect(cardForms(memberCard(3), rules).texts["without check digit"]).toBe(
      memberCard(3).slice(0, -1),
    );
    const plain = `1${"23456789012"}${checkDigitFor("gs1", "123456789012")}`;
    expect(cardForms(plain, rules).texts["without check digit"]).toBe(plain);
  });

  it("[MT2] drop the digit that the identifying part agrees with, where that is not the whole", () => {
    const rule = { match: "M-(?<id>\\d{13})" };
    expect(textsOf(`M-${CARD}`, rule)["without check digit"]).toBe(CARD.slice(0, -1));
  });

  it("[MT2] say why a kiosk would refuse the card, and then are those of its text", () => {
    const wrong = CARD.slice(0, -1) + String((Number(CARD.at(-1)) + 1) % 10);
    expect(cardForms(wrong, [RULE])).toMatchObject({ refusal: "bad-check-digit" });
    expect(cardForms("x1", [RULE])).toEqual({
      refusal: "not-ours",
      texts: expect.objectContaining({ "as is": "x1", "without check digit": "x1" }),
    });
  });

  it("[MT2] are never empty, and never longer than the card", () => {
    const card = fc.stringMatching(/^[0-9A-Z]{1,20}$/);
    fc.assert(
      fc.property(card, fc.constantFrom("gs1", "luhn", "none"), (text, checkDigit) => {
        for (const form of Object.values(textsOf(text, { match: ".+", checkDigit }))) {
          expect(form).not.toBe("");
          expect(form.length).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});

describe("the card rule that a verdict shows", () => {
  it.each([
    ["without leading zeros", ZEROS],
    ["without check digit", CARD],
  ] as const)("[MT4] makes the kiosk read a card %s, its check digit checked", (form, card) => {
    const pattern = /"match": ("[^"]+")/.exec(RULE_EXAMPLES[form] ?? "")?.[1];
    const wrong = card.slice(0, -1) + String((Number(card.at(-1)) + 1) % 10);
    const rule = {
      ...EXAMPLE_CONFIG.cardRules[0]!,
      match: JSON.parse(pattern!) as string,
      accepts: [card],
      refuses: [wrong],
    };
    const { cardRules } = KioskConfig.parse({ ...EXAMPLE_CONFIG, cardRules: [rule] });
    const { texts } = cardForms(card, cardRules);
    expect(texts["as the card rules read it"]).toBe(texts[form]);
    expect(texts[form]).not.toBe(card);
  });
});
