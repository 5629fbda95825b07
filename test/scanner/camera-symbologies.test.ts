import { expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { CardRule } from "../../src/domain/card.ts";
import { symbologiesOf } from "../../src/scanner/camera-symbologies.ts";

function aRule(sketch: Partial<CardRule>): CardRule {
  return {
    name: "card",
    match: "\\d+",
    checkDigit: "none",
    visitor: "member",
    accepts: [],
    refuses: [],
    ...sketch,
  };
}

it("[CA1] looks for what the rules take, and for no more", () => {
  expect(
    symbologiesOf([aRule({ symbologies: ["]E0", "]E4"] }), aRule({ symbologies: ["]Q1"] })]),
  ).toBe("EQ");
  expect(symbologiesOf([aRule({ symbologies: ["]F0"] })])).toBe("F");
});

it("[CA1] looks for the usual ones where a rule names none", () => {
  expect([...symbologiesOf([aRule({})])].toSorted()).toEqual([..."ACEILQdz"]);
  expect(symbologiesOf(EXAMPLE_CONFIG.cardRules)).toContain("Q");
});

it("[CA1] looks for nothing on behalf of a rule that no camera can serve", () => {
  expect(symbologiesOf([aRule({ reads: "track-2" }), aRule({ sources: ["keypad"] })])).toBe("");
  expect(symbologiesOf([aRule({ sources: ["keypad", "camera"], symbologies: ["]I0"] })])).toBe("I");
});

it("[CA1] looks for a recipient's number in the symbols that may hold one", () => {
  const rule = aRule({ reads: "gsrn", companyPrefixes: ["9521"], checkDigit: "gs1" });
  expect(symbologiesOf([rule])).toBe("CQd");
});
