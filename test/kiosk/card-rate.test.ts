import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createCardRate } from "../../src/kiosk/card-rate.ts";

const LIMITS = { cardsPerMinute: 3, typedCardsPerMinute: 1 };

describe("the cards of a minute", () => {
  it("[CD1] are so many and no more; the same card again is no further one", () => {
    const admits = createCardRate();
    const show = (fingerprint: string, atMs: number) => admits(fingerprint, "wedge", atMs, LIMITS);
    expect([show("a", 0), show("b", 20_000), show("c", 40_000)]).toEqual([true, true, true]);
    expect([show("d", 59_999), show("a", 59_999)]).toEqual([false, true]);
    expect([show("d", 60_000), show("e", 60_000)]).toEqual([true, false]);
  });

  it("[CD1] are counted apart where they are typed", () => {
    const admits = createCardRate();
    const type = (fingerprint: string) => admits(fingerprint, "keypad", 0, LIMITS);
    expect([type("a"), type("b"), type("a")]).toEqual([true, false, true]);
    expect(admits("b", "wedge", 0, LIMITS)).toBe(true);
  });

  it("[CD1] are counted together whatever reads them", () => {
    const admits = createCardRate();
    const read = (fingerprint: string, source: "wedge" | "hid" | "serial") =>
      admits(fingerprint, source, 0, LIMITS);
    expect([read("a", "wedge"), read("b", "hid"), read("c", "serial")]).toEqual([true, true, true]);
    expect([read("d", "hid"), read("a", "serial")]).toEqual([false, true]);
  });

  it("[CD1] have limits also where the configuration gives none", () => {
    const admits = createCardRate();
    const admitted = (source: "wedge" | "keypad") =>
      Array.from({ length: 200 }, (_each, number) =>
        admits(String(number), source, 0, EXAMPLE_CONFIG.cardLimits),
      ).filter(Boolean).length;
    expect([admitted("wedge"), admitted("keypad")]).toEqual([120, 6]);
  });
});
