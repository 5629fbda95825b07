import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backoffDelayMs,
  BASE_DELAY_MS,
  MAX_DELAY_MS,
  MAX_RETRY_AFTER_MS,
  retryAfterMs,
} from "../../src/domain/backoff.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 9, 30);

describe("backoffDelayMs", () => {
  it("stays between nothing and a ceiling that doubles up to five minutes", () => {
    const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), draws, (attempt, random) => {
        const delayMs = backoffDelayMs(attempt, random);
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(MAX_DELAY_MS);
        expect(delayMs).toBeLessThanOrEqual(BASE_DELAY_MS * 2 ** Math.max(0, attempt - 1));
      }),
    );
  });

  it("uses the whole range: full jitter", () => {
    expect([0, 0.5, 0.999].map((random) => backoffDelayMs(1, random))).toEqual([0, 500, 999]);
    expect([0, 0.5, 0.999].map((random) => backoffDelayMs(4, random))).toEqual([0, 4_000, 7_992]);
    expect(backoffDelayMs(40, 0.5)).toBe(MAX_DELAY_MS / 2);
  });
});

describe("retryAfterMs", () => {
  it.each([
    ["0", 0],
    ["120", 120_000],
    [" 7 ", 7_000],
    ["Mon, 23 Nov 2026 09:31:30 GMT", 90_000],
    ["Mon, 23 Nov 2026 09:29:00 GMT", 0],
    ["Monday, 23-Nov-26 09:31:30 GMT", 90_000],
    ["Mon Nov 23 09:31:30 2026", 90_000],
  ])("understands %j", (header, expectedMs) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(expectedMs);
  });

  it("believes nobody for longer than an hour", () => {
    expect(retryAfterMs("999999", NOW_MS)).toBe(MAX_RETRY_AFTER_MS);
    expect(retryAfterMs("9".repeat(400), NOW_MS)).toBe(MAX_RETRY_AFTER_MS);
    expect(retryAfterMs("Fri, 31 Dec 9999 23:59:59 GMT", NOW_MS)).toBe(MAX_RETRY_AFTER_MS);
  });

  it.each([null, "", " ", "soon", "-5", "1.5", "1e3", "0x10", "Mon, 99 Nov 2026", "5, 10"])(
    "says nothing of %j",
    (header) => {
      expect(retryAfterMs(header, NOW_MS)).toBeUndefined();
    },
  );
});
