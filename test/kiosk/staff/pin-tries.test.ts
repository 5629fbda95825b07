import { describe, expect, it } from "vitest";
import {
  afterWrong,
  NO_TRIES,
  remembered,
  waitMs,
  type Tries,
} from "../../../src/kiosk/staff/pin-tries.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

function wrongTimes(count: number, atMs = NOW): Tries {
  let tries = NO_TRIES;
  for (let left = count; left > 0; left -= 1) tries = afterWrong(tries, atMs);
  return tries;
}

describe("wrong PINs", () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 30],
    [6, 60],
    [7, 120],
    [9, 480],
    [10, 900],
    [40, 900],
  ])("[SF1] %i of them in a row wait for %i seconds", (count, seconds) => {
    expect(waitMs(wrongTimes(count), NOW)).toBe(seconds * 1_000);
  });

  it("[SF1] wait as long whoever restarts meanwhile, and no longer", () => {
    const kept: unknown = JSON.parse(JSON.stringify(wrongTimes(6)));
    expect(waitMs(remembered(kept, NOW + 20_000), NOW + 20_000)).toBe(40_000);
    expect(waitMs(remembered(kept, NOW + 61_000), NOW + 61_000)).toBe(0);
    // One more then, and the next wait.
    expect(waitMs(afterWrong(remembered(kept, NOW + 61_000), NOW + 61_000), NOW + 61_000)).toBe(
      120_000,
    );
  });

  it("[SF1] wait once in full where the clock was set back, even by years, and never for them", () => {
    const earlierMs = 1_000;
    const tries = remembered(wrongTimes(6), earlierMs);
    expect(waitMs(tries, earlierMs)).toBe(60_000);
    expect(waitMs(tries, earlierMs + 60_000)).toBe(0);
    // Without being looked at again, too.
    expect(waitMs(wrongTimes(6), earlierMs)).toBe(60_000);
  });

  it("[SF1] are forgotten after a day without one", () => {
    expect(remembered(wrongTimes(9), NOW + 23 * HOUR)).toEqual(wrongTimes(9));
    expect(remembered(wrongTimes(9), NOW + 25 * HOUR)).toEqual(NO_TRIES);
  });

  it.each([undefined, null, "5", { wrong: "5", lastMs: NOW }, {}])(
    "begin at none where nothing of ours is kept: %j",
    (found) => {
      expect(remembered(found, NOW)).toEqual(NO_TRIES);
    },
  );
});
