import type { AllowanceForecast } from "../contract/allowance.ts";
import { forecastFrom, type Forecast } from "../domain/forecast.ts";
import type { StoreFigures } from "./store/store.ts";

/** When nobody will wait any more (rule QT5), from one reading of the figures. */
export function forecastOf(figures: StoreFigures, allowed: number): Forecast {
  return forecastFrom({
    waiting: figures.visitorsWaiting,
    arrivedLastHour: figures.arrivedLastHour,
    used: figures.allowanceUsed,
    allowed,
    releasedByHour: figures.allowanceReleasedByHour,
  });
}

/** The same, as people are told. */
export function allowanceForecast(figures: StoreFigures, allowed: number): AllowanceForecast {
  const forecast = forecastOf(figures, allowed);
  switch (forecast.type) {
    case "clear":
      return { type: "clear" };
    case "clears":
      return { type: "clears", clearsAtMs: Math.round(figures.atMs + forecast.inMs) };
    case "grows":
      return { type: "grows", growsPerDay: Math.round(forecast.perDay) };
  }
}
