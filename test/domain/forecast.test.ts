import { describe, expect, it } from "vitest";
import { forecastFrom, type ForecastFigures } from "../../src/domain/forecast.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function aForecast(figures: Partial<ForecastFigures>) {
  return forecastFrom({
    waiting: 0,
    arrivedLastHour: 0,
    used: 1_000_000,
    allowed: 1_000_000,
    ...figures,
  });
}

function clearsInMs(figures: Partial<ForecastFigures>): number {
  const forecast = aForecast(figures);
  if (forecast.type !== "clears") throw new Error(`The forecast was ${forecast.type}.`);
  return forecast.inMs;
}

describe("[QT5] the forecast of when nobody waits any more", () => {
  it("is clear when nobody does", () => {
    expect(aForecast({ waiting: 0, arrivedLastHour: 99_999 })).toEqual({ type: "clear" });
  });

  it("takes three days for three times the allowance, used up or not", () => {
    expect(clearsInMs({ waiting: 3_000_000 })).toBeCloseTo(3 * DAY, -3);
    expect(clearsInMs({ waiting: 3_000_000, used: 0 })).toBeCloseTo(3 * DAY, -3);
  });

  it("takes half an hour for what half an hour can call", () => {
    expect(clearsInMs({ waiting: 1_000_000 / 48 })).toBeCloseTo(HOUR / 2, -1);
  });

  it("counts who goes on arriving", () => {
    const arrivedLastHour = 1_000_000 / 48;
    expect(clearsInMs({ waiting: 1_000_000, arrivedLastHour })).toBeCloseTo(2 * DAY, -3);
  });

  it("says how fast it grows when as many arrive as may be called, or more", () => {
    const arrivedLastHour = 50_000;
    expect(aForecast({ waiting: 1, used: 0, arrivedLastHour })).toEqual({
      type: "grows",
      perDay: 200_000,
    });
    expect(aForecast({ waiting: 1, arrivedLastHour: 1_000_000 / 24 })).toEqual({
      type: "grows",
      perDay: 0,
    });
  });

  it("waits for the calls of a burst to be free again", () => {
    // All that is allowed was called at once, 14 hours ago.
    const releasedByHour = Array.from({ length: 24 }, (_, hour) => (hour === 10 ? 1_000_000 : 0));
    expect(clearsInMs({ waiting: 1, releasedByHour })).toBeGreaterThanOrEqual(10 * HOUR);
    expect(clearsInMs({ waiting: 1, releasedByHour })).toBeLessThan(10 * HOUR + 1_000);
    // Three quarters were; the last quarter has to last until then.
    const quarter = { used: 750_000, releasedByHour: releasedByHour.map((calls) => calls * 0.75) };
    expect(clearsInMs({ waiting: 125_000, ...quarter })).toBeCloseTo(5 * HOUR, -3);
  });
});
