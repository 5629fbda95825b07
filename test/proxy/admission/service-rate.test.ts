import { describe, expect, it } from "vitest";
import { createServiceRate } from "../../../src/proxy/admission/service-rate.ts";
import { aMovableClock } from "../../support/movable-clock.ts";

function aRate() {
  const clock = aMovableClock();
  const rate = createServiceRate(clock);
  /** One batch after the other for so long. */
  const work = (ms: number, { bytes, everyMs, isFull = true }: Work) => {
    for (let passed = 0; passed < ms; passed += everyMs) {
      rate.begun();
      clock.advance(everyMs);
      rate.ended(bytes, isFull);
    }
  };
  /** The same with another one always under way, as under a load that never ends. */
  const workFull = (ms: number, { bytes, everyMs }: Work) => {
    rate.begun();
    work(ms, { bytes, everyMs });
    rate.ended(undefined, false);
  };
  return { clock, rate, work, workFull };
}

interface Work {
  readonly bytes: number;
  readonly everyMs: number;
  readonly isFull?: boolean;
}

describe("the pace of the store", () => {
  it("[AM1] is soon the measured one, faster or slower than guessed", () => {
    for (const everyMs of [10, 100]) {
      const { rate, workFull } = aRate();
      workFull(5_000, { bytes: 80_000, everyMs });
      const measured = 80_000 / everyMs;
      expect(rate.bytesPerMs()).toBeGreaterThan(0.9 * measured);
      expect(rate.bytesPerMs()).toBeLessThan(1.2 * measured);
    }
  });

  it("[AM1] is not taken for slow after a quiet night, nor for ever after a slow minute", () => {
    const { rate, work, workFull } = aRate();
    workFull(10_000, { bytes: 80_000, everyMs: 20 });
    const measured = rate.bytesPerMs();
    work(600_000, { bytes: 800, everyMs: 4, isFull: false });
    expect(rate.bytesPerMs()).toBeGreaterThan(0.99 * measured);
    workFull(60_000, { bytes: 800, everyMs: 100 });
    expect(rate.bytesPerMs()).toBeLessThan(0.1 * measured);
    // So little is let in now that nobody waits: what is brought shows that it can do more.
    work(20_000, { bytes: 80_000, everyMs: 25, isFull: false });
    expect(rate.bytesPerMs()).toBeGreaterThan(0.7 * measured);
  });

  it("[AM1] counts a standstill only while something is at work", () => {
    const { clock, rate } = aRate();
    clock.advance(5_000);
    expect(rate.stalledMs()).toBe(0);
    rate.begun();
    rate.begun();
    clock.advance(300);
    expect(rate.stalledMs()).toBe(300);
    rate.ended(100, false);
    clock.advance(100);
    expect(rate.stalledMs()).toBe(100);
    rate.ended(undefined, false);
    expect(rate.stalledMs()).toBe(0);
  });
});
