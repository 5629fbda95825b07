import type { Language } from "../../contract/language.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in one unit, as the language says it: `3 minutes`. */
export function ageText(ms: number, language: Language): string {
  if (ms < 2 * MINUTE) return unitText(ms / 1_000, "second", language);
  if (ms < 2 * HOUR) return unitText(ms / MINUTE, "minute", language);
  return ms < 2 * DAY ? unitText(ms / HOUR, "hour", language) : unitText(ms / DAY, "day", language);
}

/** A size in megabytes or gigabytes. */
export function sizeText(bytes: number, language: Language): string {
  return bytes < 1e9
    ? unitText(bytes / 1e6, "megabyte", language, "short")
    : unitText(bytes / 1e9, "gigabyte", language, "short");
}

function unitText(
  count: number,
  unit: string,
  language: Language,
  unitDisplay: "long" | "short" = "long",
): string {
  // Digits as they stand on cards and clocks.
  return new Intl.NumberFormat(`${language}-u-nu-latn`, {
    style: "unit",
    unit,
    unitDisplay,
    maximumFractionDigits: 0,
  }).format(Math.max(0, Math.floor(count)));
}
