import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  behindTargetMs,
  ledgerTimeMs,
  observeTarget,
  openLedgerClock,
  type LedgerState,
} from "../../src/proxy/ledger-clock.ts";
import { createHandClock } from "../support/forwarding-world.ts";
import { NOW } from "../support/store-builders.ts";

const DAY = 86_400_000;

async function aLedger(leftAtMs: number | undefined, wallMs = NOW) {
  const clock = createHandClock(wallMs);
  const ledger = await openLedgerClock({ store: { ledgerTimeMs: async () => leftAtMs }, clock });
  return { clock, ledger };
}

describe("[QT1] ledger time", () => {
  it("runs with the monotonic clock, wherever the wall clock goes", async () => {
    const { clock, ledger } = await aLedger(NOW);
    ledger.observe(NOW);
    clock.advance(1_000);
    clock.setWall(NOW + DAY);
    expect(ledger.nowMs()).toBe(NOW + 1_000);
    clock.setWall(NOW - DAY);
    expect(ledger.nowMs()).toBe(NOW + 1_000);
  });

  it("believes a wall clock that is ahead only as far as Target is there too", async () => {
    const { ledger } = await aLedger(NOW - DAY, NOW + DAY);
    expect(ledger.nowMs()).toBe(NOW - DAY);
    ledger.observe(NOW);
    expect(ledger.nowMs()).toBe(NOW);
  });

  it("does not believe Target alone, but counts calls from where Target is", async () => {
    const { ledger } = await aLedger(NOW, NOW);
    ledger.observe(NOW + DAY);
    expect(ledger.nowMs()).toBe(NOW);
    expect(ledger.behindMs()).toBe(DAY + 1_000);
  });

  it("never goes back, whatever it left at and whoever says it is earlier", async () => {
    const { clock, ledger } = await aLedger(NOW + DAY, NOW);
    ledger.observe(NOW);
    expect(ledger.nowMs()).toBe(NOW + DAY);
    clock.advance(5);
    expect(ledger.nowMs()).toBe(NOW + DAY + 5);
    expect(ledger.behindMs()).toBe(0);
  });

  it("begins in a new store where Target is", async () => {
    const { ledger } = await aLedger(undefined, NOW + 400 * DAY);
    expect(ledger.nowMs()).toBe(NOW + 400 * DAY);
    ledger.observe(NOW);
    expect(ledger.nowMs()).toBe(NOW);
  });

  it("wants to hear from Target at first, and after every step of the wall clock or sleep", async () => {
    const { clock, ledger } = await aLedger(NOW);
    expect(ledger.needsTargetTime()).toBe(true);
    ledger.observe(NOW);
    clock.advance(10 * DAY);
    expect(ledger.needsTargetTime()).toBe(false);
    for (const stepMs of [DAY, -DAY]) {
      clock.setWall(clock.wallMs() + stepMs);
      expect(ledger.needsTargetTime()).toBe(true);
      ledger.observe(NOW + 10 * DAY);
      expect(ledger.needsTargetTime()).toBe(false);
    }
  });
});

it("[QT1] counts no call from before the moment Target had reached, and frees none early", () => {
  const reading = fc.record({
    ranMs: fc.integer({ min: 0, max: DAY }),
    sleptMs: fc.constantFrom(0, 0, DAY / 2),
    wallOffMs: fc.constantFrom(-DAY, -1, 0, 1, DAY),
  });
  fc.assert(
    fc.property(
      fc.array(reading, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: -2 * DAY, max: 2 * DAY }),
      (readings, leftOffMs) => {
        let state: LedgerState = { ledgerMs: NOW + leftOffMs, monoMs: 0, isFresh: leftOffMs === 0 };
        let trueMs = NOW;
        let monoMs = 0;
        let lastMs = -Infinity;
        for (const { ranMs, sleptMs, wallOffMs } of readings) {
          trueMs += ranMs + sleptMs;
          monoMs += ranMs;
          const targetMs = Math.floor(trueMs / 1_000) * 1_000;
          state = observeTarget(state, { targetMs, wallMs: trueMs + wallOffMs, monoMs });
          const ledgerMs = ledgerTimeMs(state, monoMs);
          // A call charged now is counted from no earlier than true time, on a ledger that
          // passes no moment before true time has, unless it always was ahead.
          expect(ledgerMs + behindTargetMs(state, monoMs)).toBeGreaterThanOrEqual(trueMs);
          expect(ledgerMs).toBeLessThanOrEqual(Math.max(trueMs, NOW + leftOffMs + monoMs));
          expect(ledgerMs).toBeGreaterThanOrEqual(lastMs);
          lastMs = ledgerMs;
        }
      },
    ),
  );
});
