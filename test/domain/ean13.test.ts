import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDigitFor } from "../../src/domain/check-digit.ts";
import { ean13Modules } from "../../src/domain/ean13.ts";
import { barsPath } from "../../src/domain/linear-code.ts";
import { readEan13 } from "../support/read-bars.ts";

describe("an EAN-13", () => {
  it("[SL5] says what it was drawn of", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{12}$/), (payload) => {
        const text = payload + checkDigitFor("gs1", payload);
        expect(readEan13(ean13Modules(text)!)).toBe(text);
      }),
    );
  });

  it("[SL5] is drawn of nothing else", () => {
    for (const text of ["", "291234567890", "2912345678907", "29123456789O6", "29123456789066"]) {
      expect(ean13Modules(text), text).toBeUndefined();
    }
  });

  it("[SL5] is drawn bar by bar", () => {
    expect(barsPath([true, true, false, true], 9, 10, 2)).toBe("M10 2h2v9H10zM13 2h1v9H13z");
    expect(barsPath([false, false], 9)).toBe("");
  });
});
