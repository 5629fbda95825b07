import { evenRate, type Release } from "./pace.ts";

/** What a forecast rests on. */
export interface ForecastFigures {
  /** Visitors that owe Target a call. */
  readonly waiting: number;
  /** Visitors that came to owe one within the last hour. */
  readonly arrivedLastHour: number;
  /** Calls that count against the rolling 24 hours. */
  readonly used: number;
  /** Calls allowed in any rolling 24 hours. */
  readonly allowed: number;
  /** Of the calls that count, how many stop doing so in each hour from now on; evenly unless given. */
  readonly releasedByHour?: readonly number[] | undefined;
}

export type Forecast =
  /** Nobody waits. */
  | { readonly type: "clear" }
  | { readonly type: "clears"; readonly inMs: number }
  /** As many arrive as may be called, or more. */
  | { readonly type: "grows"; readonly perDay: number };

const HOUR_MS = 3_600_000;
const HOURS = 24;

/**
 * When nobody will wait any more, if visitors go on arriving as they did in the last hour and calls go
 * out at the even pace. It knows no time of day: asked in the rush of noon, it sees rush ahead.
 */
export function forecastFrom(figures: ForecastFigures): Forecast {
  const { waiting, arrivedLastHour, allowed } = figures;
  if (waiting <= 0) return { type: "clear" };
  const steadyPerHour = allowed / HOURS;
  let ahead = waiting;
  for (const [hour, called] of callsByHour(figures).entries()) {
    const gained = called - arrivedLastHour;
    if (gained >= ahead) return { type: "clears", inMs: (hour + ahead / gained) * HOUR_MS };
    ahead -= gained;
  }
  const growing = arrivedLastHour - steadyPerHour;
  if (growing >= 0) return { type: "grows", perDay: Math.round(growing * HOURS) };
  return { type: "clears", inMs: (HOURS + ahead / -growing) * HOUR_MS };
}

/** Calls that the pace will make in each of the next 24 hours, while there is somebody to call for. */
function callsByHour(figures: ForecastFigures): readonly number[] {
  const { used, allowed } = figures;
  const released = figures.releasedByHour ?? evenly(Math.min(used, allowed));
  const byHour: number[] = [];
  let callable = Math.max(0, allowed - used);
  for (let hour = 0; hour < HOURS; hour += 1) {
    callable += released[hour] ?? 0;
    // What becomes free within an hour can be called in it, and what is called now is not free again
    // before the 24 hours are over.
    const releases = released
      .slice(hour + 1, HOURS)
      .map((calls, index): Release => ({ inMs: (index + 1) * HOUR_MS, calls }));
    const rate = evenRate({ left: callable, releases, windowMs: (HOURS - hour) * HOUR_MS });
    byHour.push(rate * HOUR_MS);
    callable -= rate * HOUR_MS;
  }
  return byHour;
}

function evenly(calls: number): readonly number[] {
  return Array.from({ length: HOURS }, () => calls / HOURS);
}
