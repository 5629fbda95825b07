import type { Language } from "../contract/language.ts";

/** Lengths of time and amounts of data as people of a language say them, in digits as on cards. */
export interface Measures {
  /** To the nearest unit that says enough. */
  readonly lasted: (ms: number) => string;
  /** As measured. */
  readonly milliseconds: (ms: number) => string;
  readonly size: (bytes: number) => string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function measuresIn(language: Language): Measures {
  const tag = `${language}-u-nu-latn`;
  const say = (value: number, unit: string, unitDisplay: "long" | "short" = "long"): string =>
    new Intl.NumberFormat(tag, {
      style: "unit",
      unit,
      unitDisplay,
      maximumFractionDigits: unitDisplay === "short" && value < 10 ? 1 : 0,
    }).format(value);
  return {
    lasted(ms) {
      if (ms < 2 * MINUTE_MS) return say(ms / 1_000, "second");
      if (ms < 2 * HOUR_MS) return say(ms / MINUTE_MS, "minute");
      return ms < 2 * DAY_MS ? say(ms / HOUR_MS, "hour") : say(ms / DAY_MS, "day");
    },
    milliseconds: (ms) => say(ms, "millisecond", "short"),
    size(bytes) {
      return bytes < 1e9 ? say(bytes / 1e6, "megabyte", "short") : say(bytes / 1e9, "gigabyte", "short");
    },
  };
}
