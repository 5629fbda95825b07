import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recipientNumber } from "../../src/domain/gs1.ts";

const GS = "\u001d";
const NUMBER = "952012312345678903";

describe("a GS1 recipient's number", () => {
  it.each([
    [`8018${NUMBER}`],
    [`${GS}8018${NUMBER}`],
    [`8018${NUMBER}${GS}80191`],
    [`80191${GS}8018${NUMBER}`],
    [`0109520123456788${`8018${NUMBER}`}`],
    [`17291231${"10LOT7"}${GS}8018${NUMBER}`],
    [`310312345620${"12"}${GS}8018${NUMBER}`],
    [`https://id.example/8018/${NUMBER}`],
    [`HTTPS://id.example/8018/${NUMBER}`],
    [`https://id.example/some/path/8018/${NUMBER}/8019/3?x=1`],
  ])("is found in %j", (text) => {
    expect(recipientNumber(text)).toBe(NUMBER);
  });

  it.each([
    NUMBER,
    `8017${NUMBER}`,
    `8018${NUMBER}7`,
    `8018${NUMBER.slice(1)}`,
    `10LOT8018${NUMBER}`,
    `01095201234567${`8018${NUMBER}`}`,
    `https://id.example/8018/${NUMBER}7`,
    `https://id.example/?to=/8018/${NUMBER}`,
    `ftp://id.example/8018/${NUMBER}`,
    "",
    GS,
  ])("is not read out of %j", (text) => {
    expect(recipientNumber(text)).toBeUndefined();
  });

  it("is read from GS1 symbols alone where the scanner names them; a link from any", () => {
    const element = `8018${NUMBER}`;
    const link = `https://id.example/8018/${NUMBER}`;
    for (const aim of ["]C1", "]Q3", "]d2", "]e0"])
      expect(recipientNumber(element, aim)).toBe(NUMBER);
    for (const aim of ["]C0", "]Q1", "]d1"]) {
      expect(recipientNumber(element, aim)).toBeUndefined();
      expect(recipientNumber(link, aim)).toBe(NUMBER);
    }
  });

  it("[HI1] takes no time to find in hostile text, and never finds what is not 18 digits", () => {
    const hostile = fc.string({
      maxLength: 4_000,
      unit: fc.constantFrom("8018", "01", "20", "3103", "41", "1", GS, "/8018/", "https://a/"),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        const startMs = performance.now();
        const number = recipientNumber(text);
        expect(performance.now() - startMs).toBeLessThan(250);
        if (number !== undefined) expect(number).toMatch(/^\d{18}$/);
      }),
    );
  });
});
