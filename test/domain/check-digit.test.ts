import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDigitFor, hasGoodCheckDigit } from "../../src/domain/check-digit.ts";

const digits = fc.array(fc.nat(9), { minLength: 1, maxLength: 31 }).map((each) => each.join(""));
const checks = fc.constantFrom("luhn" as const, "gs1" as const);

describe("check digits", () => {
  it.each([
    // GS1: EAN-13 (twice), UPC-A, EAN-8, GTIN-14, GSRN. Published examples and this shop's cards.
    ["gs1", "4006381333931"],
    ["gs1", "2912345678906"],
    ["gs1", "036000291452"],
    ["gs1", "96385074"],
    ["gs1", "10614141000415"],
    ["gs1", "2000000000008"],
    ["luhn", "4111111111111111"],
    ["luhn", "79927398713"],
    ["luhn", "378282246310005"],
  ] as const)("agree by %s with %s, and with no other last digit", (check, number) => {
    const payload = number.slice(0, -1);
    for (const last of "0123456789") {
      expect(hasGoodCheckDigit(check, payload + last)).toBe(number.endsWith(last));
    }
  });

  it("complete any digits", () => {
    fc.assert(
      fc.property(checks, digits, (check, payload) => {
        const digit = checkDigitFor(check, payload);
        expect(digit).toMatch(/^\d$/);
        expect(hasGoodCheckDigit(check, payload + digit)).toBe(true);
      }),
    );
  });

  it("find every single wrong digit", () => {
    const slips = fc.tuple(digits, fc.nat(), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(checks, slips, (check, [payload, place, off]) => {
        const good = payload + checkDigitFor(check, payload);
        const at = place % good.length;
        const wrong = good.slice(0, at) + ((Number(good[at]) + off) % 10) + good.slice(at + 1);
        expect(hasGoodCheckDigit(check, wrong)).toBe(false);
      }),
    );
  });

  it("find, by Luhn, every swap of neighbours but 0 and 9", () => {
    fc.assert(
      fc.property(digits, fc.nat(), (payload, place) => {
        const good = payload + checkDigitFor("luhn", payload);
        const at = place % (good.length - 1);
        const [a = "", b = ""] = good.slice(at, at + 2);
        fc.pre(a !== b && a + b !== "09" && a + b !== "90");
        expect(hasGoodCheckDigit("luhn", good.slice(0, at) + b + a + good.slice(at + 2))).toBe(
          false,
        );
      }),
    );
  });

  it("never agree with what is not digits, or with a digit alone", () => {
    for (const text of [
      "",
      "0",
      "29123456789O6",
      " 4006381333931",
      "4006381333931\n",
      "٤٠٠٦",
      "-18",
    ]) {
      expect(hasGoodCheckDigit("gs1", text)).toBe(false);
      expect(hasGoodCheckDigit("luhn", text)).toBe(false);
    }
  });

  it("ask nothing where a card has none", () => {
    expect(hasGoodCheckDigit("none", "anything")).toBe(true);
  });
});
