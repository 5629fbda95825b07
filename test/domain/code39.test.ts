import { expect, it } from "vitest";
import { checkDigitFor, hasGoodCheckDigit } from "../../src/domain/check-digit.ts";
import { mod43 } from "../../src/domain/code39.ts";

it.each([
  // Source: the worked example of the HIBC Supplier Labeling Standard.
  ["+A123BJC5D6E71", "G"],
  ["CODE 39", "R"],
  ["12345ABCDE/", "T"],
])("Code 39's modulo 43 completes %s with %s", (payload, check) => {
  expect(mod43(payload)).toBe(check);
  expect(hasGoodCheckDigit("mod43", payload + check)).toBe(true);
  expect(hasGoodCheckDigit("mod43", `${payload}$`)).toBe(false);
});

it("Code 39 has no value for small letters and other signs", () => {
  expect(checkDigitFor("mod43", "abc")).toBeUndefined();
  expect(hasGoodCheckDigit("mod43", "ABCä")).toBe(false);
  expect(hasGoodCheckDigit("mod43", "A")).toBe(false);
});
