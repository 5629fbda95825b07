import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createMeter } from "../../src/emulator/meter.ts";

const DAY = 86_400_000;

it("[EM7] knows the fullest 24 hours, wherever they lie, as a naive count does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 60 }), (steps) => {
      const meter = createMeter();
      let hours = 0;
      const arrivals: number[] = [];
      for (const step of steps) {
        // Eighths of a day, so that calls exactly 24 hours apart are common.
        hours += step / 8;
        arrivals.push(Math.floor(hours) * (DAY / 8));
        meter.count(arrivals.at(-1)!);
      }
      const windows = arrivals.map(
        (end) => arrivals.filter((atMs) => atMs <= end && atMs > end - DAY).length,
      );
      expect(meter.maxInAnyWindow()).toBe(Math.max(0, ...windows));
      expect(meter.total()).toBe(arrivals.length);
    }),
  );
});

it("[EM7] knows what every 24 hours and every part of them held, in whatever order calls are told", () => {
  fc.assert(
    fc.property(
      // Within 24 hours of the newest everything is known, also after the clock was set back.
      fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: -3, max: 50 }),
      fc.integer({ min: 0, max: 50 }),
      (hours, atHour, length) => {
        const meter = createMeter();
        const arrivals = hours.map((hour) => hour * 3_600_000);
        for (const atMs of arrivals) meter.count(atMs);
        const to = atHour * 3_600_000;
        const count = (from: number) => arrivals.filter((ms) => ms > from && ms <= to).length;
        expect(meter.inWindow(to)).toBe(count(to - DAY));
        expect(meter.between(to - length * 3_600_000, to)).toBe(count(to - length * 3_600_000));
        expect(meter.maxInAnyWindow()).toBe(arrivals.length);
      },
    ),
  );
});

it("[EM7] still counts what arrives after the clock was set back a little", () => {
  const meter = createMeter();
  for (const atMs of [DAY, DAY + 10, DAY + 5]) meter.count(atMs);
  expect(meter.inWindow(DAY + 5)).toBe(2);
  expect(meter.maxInAnyWindow()).toBe(3);
});

it("[EM7] says from when one more call is within the limit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 10 }),
      (hours, limit) => {
        const meter = createMeter();
        const arrivals = hours.toSorted((a, b) => a - b).map((hour) => hour * 3_600_000);
        for (const atMs of arrivals) meter.count(atMs);
        const nowMs = arrivals.at(-1)!;
        const freeAtMs = meter.freeAtMs(limit, nowMs);
        expect(meter.inWindow(freeAtMs)).toBeLessThan(limit);
        if (freeAtMs > nowMs) expect(meter.inWindow(freeAtMs - 1)).toBeGreaterThanOrEqual(limit);
      },
    ),
  );
});

it("[EM7] remembers moments and not calls: three million calls at 20 a millisecond stay small", () => {
  const meter = createMeter();
  const before = process.memoryUsage().heapUsed;
  for (let call = 0; call < 3_000_000; call += 1) meter.count(Math.floor(call / 20));
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(30_000_000);
  expect(meter.inWindow(DAY - 1)).toBe(3_000_000);
  expect(meter.maxInAnyWindow()).toBe(3_000_000);
});

it("[EM7] forgets what no window can hold any more", () => {
  const meter = createMeter();
  // A call every 100 s for 400 days; a window holds 864 of them.
  for (let call = 0; call < 345_600; call += 1) meter.count(call * 100_000);
  expect(meter.maxInAnyWindow()).toBe(864);
  expect(meter.inWindow(345_599 * 100_000)).toBe(864);
  expect(meter.total()).toBe(345_600);
});
