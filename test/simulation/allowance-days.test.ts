import { expect, it } from "vitest";
import { withoutGuard } from "./allowance-days/control.ts";
import { liveThrough } from "./allowance-days/live-through.ts";
import { verdictOn } from "./allowance-days/recording.ts";
import { TWO_DAYS, UNTIL_THE_CLOCK_JUMPS } from "./allowance-days/story.ts";

// `npm run simulate -- allowance` lives thirty of them.

it("[QT1] [QT3] [QT4] uses the allowance evenly, whole and no more, and sends fresh scans at once", async () => {
  const verdict = verdictOn(await liveThrough({ story: TWO_DAYS, seed: 1 }));
  expect(verdict.overshoot).toBe(0);
  expect(verdict.windows).toBeGreaterThan(500);
  expect(verdict.leastUsed).toBeGreaterThanOrEqual(0.995);
  expect(verdict.busiestHour).toBeLessThan(1.25);
  expect(verdict.freshP95Ms).toBeLessThan(60_000);
}, 300_000);

it("[QT1] and without the guard there is an overshoot", async () => {
  const story = UNTIL_THE_CLOCK_JUMPS;
  const control = withoutGuard(story.allowed);
  expect(verdictOn(await liveThrough({ story, seed: 1, control })).overshoot).toBeGreaterThan(0);
}, 300_000);
