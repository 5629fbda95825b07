import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BULK_CALLS_PER_MINUTE,
  createBulkPace,
} from "../../../../src/proxy/target/bulk/bulk-pace.ts";
import { sleepOn } from "../../../support/bulk-target.ts";
import { aMovableClock } from "../../../support/movable-clock.ts";

/** Source: Target limits page. */
const ADOBES_PER_MINUTE = 50;

function mostInAMinute(atMs: readonly number[]): number {
  return Math.max(...atMs.map((to) => atMs.filter((at) => at > to - 60_000 && at <= to).length));
}

describe("[BU8] the pace of bulk calls", () => {
  it("stays below 50 in any minute, whoever asks, through restarts and waits", async () => {
    const act = fc.oneof(
      { weight: 20, arbitrary: fc.constant({ type: "call" as const }) },
      { weight: 2, arbitrary: fc.constant({ type: "restart" as const }) },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constant("wait" as const), ms: fc.nat(90_000) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant("held back" as const), ms: fc.nat(90_000) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 100, maxLength: 300 }), async (acts) => {
        const clock = aMovableClock();
        const sleep = sleepOn(clock);
        let pace = createBulkPace(clock, sleep);
        const calls: number[] = [];
        for (const act of acts) {
          if (act.type === "wait") clock.advance(act.ms);
          if (act.type === "restart") pace = createBulkPace(clock, sleep);
          if (act.type === "held back") pace.holdBack(act.ms);
          if (act.type !== "call") continue;
          await pace.turn();
          calls.push(clock.monoMs());
        }
        expect(mostInAMinute(calls)).toBeLessThanOrEqual(BULK_CALLS_PER_MINUTE);
        expect(BULK_CALLS_PER_MINUTE).toBeLessThan(ADOBES_PER_MINUTE);
      }),
      { numRuns: 25 },
    );
  });

  it("gives turns one after the other, and holds all of them back at once", async () => {
    const clock = aMovableClock();
    const pace = createBulkPace(clock, sleepOn(clock), 60);
    const atMs: number[] = [];
    const call = async () => {
      await pace.turn();
      atMs.push(clock.monoMs());
    };
    const calls = [call(), call()];
    pace.holdBack(65_000);
    await Promise.all([...calls, call()]);
    expect(atMs).toEqual([65_000, 66_000, 67_000]);
  });

  it("lets the next one go on where somebody gave up", async () => {
    const clock = aMovableClock();
    const pace = createBulkPace(clock, sleepOn(clock), 60);
    const leave = new AbortController();
    const left = pace.turn(leave.signal);
    const next = pace.turn();
    leave.abort();
    await expect(left).rejects.toThrow(/aborted/);
    await next;
    expect(clock.monoMs()).toBe(1_000);
  });
});
