import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  evenRate,
  intervalUsOf,
  slotAfter,
  slotsDue,
  type Outlook,
  type Release,
} from "../../src/domain/pace.ts";

const SECOND_US = 1_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;

/** What may lie in a ledger: an allowance, part of it used, in a few lumps. */
const anOutlook = fc
  .record({
    lumps: fc.array(
      fc.record({
        inMs: fc.integer({ min: 1, max: DAY }),
        calls: fc.integer({ min: 1, max: 400_000 }),
      }),
      { maxLength: 12 },
    ),
    left: fc.integer({ min: 0, max: 1_000_000 }),
  })
  .map(({ lumps, left }): Outlook => {
    const releases = lumps.toSorted((a, b) => a.inMs - b.inMs);
    return { left, releases, windowMs: DAY + MINUTE };
  });

/** Calls that may be made before `inMs` is over. */
function callable({ left, releases }: Outlook, inMs: number): number {
  return releases.reduce((sum, each) => (each.inMs < inMs ? sum + each.calls : sum), left);
}

describe("[QT3] the even rate", () => {
  it("never runs dry before more becomes free", () => {
    fc.assert(
      fc.property(anOutlook, fc.double({ min: 0, max: 1, noNaN: true }), (outlook, share) => {
        const rate = evenRate(outlook);
        for (const inMs of [share * outlook.windowMs, ...outlook.releases.map((r) => r.inMs)]) {
          expect(rate * inMs).toBeLessThanOrEqual(callable(outlook, inMs) * (1 + 1e-9));
        }
      }),
    );
  });

  it("is the highest that does not", () => {
    fc.assert(
      fc.property(anOutlook, (outlook) => {
        const more = evenRate(outlook) * 1.001 + 1e-12;
        const moments = [...outlook.releases.map((r) => r.inMs), outlook.windowMs];
        expect(moments.some((inMs) => more * inMs > callable(outlook, inMs))).toBe(true);
      }),
    );
  });

  it("is never above the whole allowance over the window", () => {
    fc.assert(
      fc.property(anOutlook, (outlook) => {
        const allowed = callable(outlook, Infinity);
        expect(evenRate(outlook)).toBeLessThanOrEqual((allowed / outlook.windowMs) * (1 + 1e-9));
      }),
    );
  });

  it("is the whole allowance over the window after an outage, however long", () => {
    for (const hours of [1, 6, 24]) {
      const releases = Array.from({ length: 24 - hours }, (_, hour): Release => ({
        inMs: (hour + 1) * 60 * MINUTE,
        calls: 1_000,
      }));
      const outlook = { left: hours * 1_000, releases, windowMs: DAY };
      expect(evenRate(outlook)).toBeCloseTo(24_000 / DAY, 12);
    }
  });

  it("makes what a burst left last until the burst is free again", () => {
    const releases = [{ inMs: DAY / 2, calls: 900 }];
    expect(evenRate({ left: 100, releases, windowMs: DAY })).toBeCloseTo(200 / DAY, 12);
    expect(evenRate({ left: 0, releases, windowMs: DAY })).toBe(0);
  });
});

describe("[QT3] a ledger that always has more to send", () => {
  /** Runs the rate against a rolling window, minute by minute, from any history of 24 hours. */
  function minutesOf(history: readonly number[], days: number, allowed: number): number[] {
    const calls = [...history];
    let owed = 0;
    for (let minute = 0; minute < days * 1_440; minute += 1) {
      const window = calls.slice(-1_440);
      const used = window.reduce((sum, each) => sum + each, 0);
      const releases = window.map((each, index): Release => ({
        inMs: (index + 1) * MINUTE,
        calls: each,
      }));
      // A call made now stops counting when this minute of tomorrow is over.
      const outlook = { left: allowed - used, releases, windowMs: 1_441 * MINUTE };
      owed += evenRate(outlook) * MINUTE;
      const now = Math.min(Math.floor(owed), allowed - used);
      owed -= now;
      calls.push(now);
    }
    return calls.slice(history.length);
  }

  it.each<[string, (minute: number) => number]>([
    ["nothing", () => 0],
    ["an even day", () => 9.9],
    ["an outage of six hours", (minute) => (minute < 1_080 ? 9.9 : 0)],
    ["a burst an hour ago", (minute) => (minute === 1_380 ? 14_400 : 0)],
    ["a burst of half of it", (minute) => (minute === 1_380 ? 7_200 : 3)],
    ["calls by day alone", (minute) => (minute < 720 ? 19.9 : 0)],
  ])("is even from the second day on, and uses nearly all: after %s", (_what, callsIn) => {
    const history = Array.from({ length: 1_440 }, (_, minute) => Math.floor(callsIn(minute)));
    const minutes = minutesOf(history, 3, 14_400);
    for (let from = 1_442; from + 1_440 <= minutes.length; from += 60) {
      const day = minutes.slice(from, from + 1_440);
      expect(day.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(14_400 * 0.995);
      expect(Math.max(...day)).toBeLessThanOrEqual(11);
    }
  });
});

describe("[QT3] slots", () => {
  const EVERY_SECOND = { slotUs: 100 * SECOND_US, intervalUs: SECOND_US };

  it("come one by one, and say when the next is", () => {
    expect(slotsDue(EVERY_SECOND, 100 * SECOND_US - 1)).toBe(0);
    expect(slotsDue(EVERY_SECOND, 100 * SECOND_US)).toBe(1);
    expect(slotAfter(EVERY_SECOND, 100 * SECOND_US, 1)).toBe(101 * SECOND_US);
  });

  it("that were missed by seconds are made up for, so that none is lost to a late look", () => {
    expect(slotsDue(EVERY_SECOND, 104.5 * SECOND_US)).toBe(5);
    expect(slotAfter(EVERY_SECOND, 104.5 * SECOND_US, 5)).toBe(105 * SECOND_US);
  });

  it("that were missed by more are no burst", () => {
    const fast = { slotUs: 0, intervalUs: SECOND_US / 10 };
    expect(slotsDue(fast, 1_000 * SECOND_US)).toBe(101);
  });

  it("wait for calls that went ahead of theirs, and no longer than seconds", () => {
    const fast = { slotUs: 100 * SECOND_US, intervalUs: SECOND_US / 10 };
    expect(slotAfter(fast, 100 * SECOND_US, 50)).toBe(105 * SECOND_US);
    expect(slotAfter(fast, 100 * SECOND_US, 100_000)).toBe(110 * SECOND_US);
  });

  it("are a handful at once where the allowance is small", () => {
    const hourly = { slotUs: 0, intervalUs: 3_600 * SECOND_US };
    expect(slotsDue(hourly, 1e6 * SECOND_US)).toBe(12);
  });

  it("of a pace set by a clock that was far ahead are not waited for", () => {
    const ahead = { slotUs: 1e6 * SECOND_US, intervalUs: SECOND_US };
    expect(slotsDue(ahead, 0)).toBe(0);
    expect(slotAfter(ahead, 0, 0)).toBe(11 * SECOND_US);
  });

  it("are not rounded away at the whole allowance", () => {
    const intervalUs = intervalUsOf(1_000_000 / (DAY + 90_000));
    expect(DAY / (intervalUs / 1_000)).toBeGreaterThan(1_000_000 * 0.9989);
  });
});
