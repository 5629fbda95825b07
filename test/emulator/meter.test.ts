import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createMeter } from "../../src/emulator/meter.ts";

const DAY = 86_400_000;

it("knows the fullest 24 hours, wherever they lie and in whatever order calls are told", () => {
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

it("still counts what arrives after the clock was set back a little", () => {
  const meter = createMeter();
  for (const atMs of [DAY, DAY + 10, DAY + 5]) meter.count(atMs);
  expect(meter.inWindow(DAY + 5)).toBe(2);
  expect(meter.maxInAnyWindow()).toBe(3);
});
