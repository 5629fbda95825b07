import { describe, expect, it } from "vitest";
import type { Allowance } from "../../../src/contract/allowance.ts";
import type { ChainOverview } from "../../../src/contract/overview.ts";
import { allowanceView, callsView } from "../../../src/console/views/calls.ts";
import { aChain, SAYING } from "../../support/overviews.ts";
import { DAY, MINUTE, NOW } from "../../support/store-builders.ts";

const STEP = 5 * MINUTE;
const HALF_HOUR = 30 * MINUTE;
const HOUR = 60 * MINUTE;

/** One call in each step of the day that ends now. */
function aDayOfCalls(sketch: Partial<Allowance> = {}): Allowance {
  const steps = Array.from({ length: 288 }, (_, index) => ({
    fromMs: NOW - (287 - index) * STEP,
    calls: 1,
    used: index + 1,
  }));
  return {
    atMs: NOW,
    allowed: 1_000_000,
    used: 288,
    forecast: { type: "clear" },
    stepMs: STEP,
    steps,
    ...sketch,
  };
}

describe("the calls of a day", () => {
  it("are a bar per half hour, the running one last, and an even pace to compare with", () => {
    const { bars, pace, forecast, isEmpty } = callsView(aDayOfCalls(), 0);
    expect(bars).toHaveLength(48);
    expect(bars.at(-1)).toEqual({ fromMs: NOW, calls: 1 });
    expect(bars.slice(0, -1).every(({ calls }) => calls === 6)).toBe(true);
    expect([pace, forecast, isEmpty]).toEqual([20_833, [], false]);
  });

  it("go on as a forecast until nobody waits, all of whom are in it", () => {
    const allowance = aDayOfCalls({
      atMs: NOW + HALF_HOUR - 1,
      forecast: { type: "clears", clearsAtMs: NOW + HALF_HOUR + 75 * MINUTE },
    });
    const { forecast } = callsView(allowance, 1_000);
    expect(forecast.map(({ calls }) => calls)).toEqual([400, 400, 200]);
    expect(forecast[0]?.fromMs).toBe(NOW + HALF_HOUR);
  });

  it("are not foretold where the backlog grows", () => {
    const grows = aDayOfCalls({ forecast: { type: "grows", growsPerDay: 5 } });
    expect(callsView(grows, 1_000).forecast).toEqual([]);
  });
});

describe("the allowance", () => {
  const rowsOf = (allowance: ChainOverview["allowance"], more: Partial<ChainOverview> = {}) =>
    allowanceView(aChain({ allowance, ...more }), aDayOfCalls(), NOW, SAYING).rows.map(
      ({ name, value }) => `${name}: ${value}`,
    );

  it("says what is used, what is free, what comes free, and when the backlog is gone", () => {
    const forecast = { type: "clears", clearsAtMs: NOW + 2 * HOUR } as const;
    const figures = { allowed: 1_000_000, used: 438_400, forecast };
    const view = allowanceView(aChain({ allowance: figures }), aDayOfCalls(), NOW, SAYING);
    expect([view.used, view.ofUsed, view.fraction]).toEqual([
      "438,400",
      "of 1,000,000 used",
      0.4384,
    ]);
    expect(rowsOf(figures)).toEqual([
      "Free now: 561,600",
      // What was charged 23 to 24 hours ago: twelve steps, less the one that is over already.
      "Comes free in the next hour: 11",
      "Backlog: gone at about 11:00",
    ]);
  });

  it("[CO8] does not call an allowance that was lowered below its use a free one", () => {
    expect(
      rowsOf({ allowed: 10, used: 12, forecast: { type: "grows", growsPerDay: 3.2 } }),
    ).toEqual([
      "Above the allowance: 2",
      "Comes free in the next hour: 11",
      "Backlog: grows by 4 a day",
    ]);
  });

  it("[CO8] foretells no end of a backlog while nothing is sent", () => {
    const allowance = {
      allowed: 10,
      used: 1,
      forecast: { type: "clears", clearsAtMs: NOW + HOUR },
    } as const;
    const breaker = { state: "open", failures: 9 } as const;
    const rows = rowsOf(allowance, { forwarding: { state: "breaker-open", breaker } });
    expect(rows.at(-1)).toBe("Backlog: stands still");
  });

  it("names the day of what is far away", () => {
    const forecast = { type: "clears", clearsAtMs: NOW + DAY } as const;
    expect(rowsOf({ allowed: 10, used: 1, forecast }).at(-1)).toBe(
      "Backlog: gone at about Nov 24, 09:00",
    );
  });
});
