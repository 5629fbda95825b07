import type { AllowanceForecast } from "../contract/allowance.ts";
import { forecastFrom } from "../domain/forecast.ts";
import type { ScanSlot, StoreFigures } from "./store/store.ts";

const HOUR_MS = 3_600_000;

/** When nobody waits any more, from one reading of the figures. */
export function allowanceForecast(figures: StoreFigures, allowed: number): AllowanceForecast {
  const { atMs, hours, visitorsWaiting, allowanceUsed, releasedByHour } = figures;
  const forecast = forecastFrom({
    waiting: visitorsWaiting,
    arrivedLastHour: arrivedLastHour(hours, atMs),
    used: allowanceUsed,
    allowed,
    releasedByHour,
  });
  switch (forecast.type) {
    case "clear":
      return { type: "clear" };
    case "clears":
      return { type: "clears", clearsAtMs: Math.round(atMs + forecast.inMs) };
    case "grows":
      return { type: "grows", growsPerDay: Math.round(forecast.perDay) };
  }
}

/** Scans of this hour so far, and of the one before as much as is missing of an hour. */
function arrivedLastHour(hours: readonly ScanSlot[], atMs: number): number {
  const [before, now] = hours.slice(-2);
  if (before === undefined || now === undefined) return 0;
  const missing = 1 - Math.min(1, (atMs - now.fromMs) / HOUR_MS);
  return scansOf(now) + scansOf(before) * missing;
}

function scansOf({ applied, waiting, unknown, refused }: ScanSlot): number {
  return applied + waiting + unknown + refused;
}
