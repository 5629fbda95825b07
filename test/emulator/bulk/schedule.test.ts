import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  consumedAtMs,
  consumedBy,
  forcedAt,
  statusAt,
  stuckAt,
  type Schedule,
} from "../../../src/emulator/bulk/schedule.ts";

const SCHEDULE: Schedule = { rows: 10, startMs: 1_000, endMs: 2_000 };

it("[EB8] consumes evenly from arrival to end, and is complete with the last row", () => {
  const seen = [0, 1_000, 1_099, 1_100, 1_550, 1_999, 2_000, 9_999].map((nowMs) => [
    consumedBy(SCHEDULE, nowMs),
    statusAt(SCHEDULE, nowMs),
  ]);
  expect(seen).toEqual([
    [0, "incomplete"],
    [0, "incomplete"],
    [0, "incomplete"],
    [1, "incomplete"],
    [5, "incomplete"],
    [9, "incomplete"],
    [10, "complete"],
    [10, "complete"],
  ]);
});

it("[EB8] is complete at once when it takes no time", () => {
  expect(statusAt({ ...SCHEDULE, endMs: 1_000 }, 1_000)).toBe("complete");
});

it("[EB8] stops where it got stuck, says so from then on, and goes on only when it is forced", () => {
  const stuck = stuckAt(SCHEDULE, 1_350);
  expect([statusAt(stuck, 1_350), statusAt(stuck, 99_999)]).toEqual(["stuck", "stuck"]);
  expect([consumedBy(stuck, 1_350), consumedBy(stuck, 99_999)]).toEqual([3, 3]);
  expect([consumedAtMs(stuck, 2), consumedAtMs(stuck, 3)]).toEqual([1_300, undefined]);
  const freed = forcedAt(stuck, 5_000);
  expect(statusAt(freed, 5_000)).toBe("complete");
  expect([consumedAtMs(freed, 2), consumedAtMs(freed, 3)]).toEqual([1_300, 5_000]);
});

it("[EB8] shows a batch that got stuck by chance only when it should have been complete", () => {
  const stuck: Schedule = { ...SCHEDULE, stuck: { atRow: 4, sinceMs: 2_000 } };
  expect([statusAt(stuck, 1_999), statusAt(stuck, 2_000)]).toEqual(["incomplete", "stuck"]);
});

it("[EB8] consumes each row when it says it will, whatever was done to it", () => {
  const rows = fc.integer({ min: 1, max: 40 });
  // Durations that divide evenly, so that rounding plays no part.
  const perRowMs = fc.integer({ min: 0, max: 50 });
  const hand = fc.option(
    fc.tuple(fc.constantFrom("stuck", "forced"), fc.integer({ min: 0, max: 3_000 })),
  );
  fc.assert(
    fc.property(rows, perRowMs, hand, (rows, perRowMs, hand) => {
      const plain = { rows, startMs: 0, endMs: rows * perRowMs };
      const schedule =
        hand === null ? plain : (hand[0] === "stuck" ? stuckAt : forcedAt)(plain, hand[1]);
      for (let row = 0; row < rows; row += 1) {
        const atMs = consumedAtMs(schedule, row);
        if (atMs === undefined) expect(consumedBy(schedule, 1e9)).toBeLessThanOrEqual(row);
        else {
          expect(consumedBy(schedule, atMs + 1e-6)).toBeGreaterThan(row);
          expect(consumedBy(schedule, atMs - 1)).toBeLessThanOrEqual(row);
        }
      }
    }),
  );
});
