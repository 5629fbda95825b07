/** How numbers, moments and lengths of time are written for people. */
export interface Formats {
  /** `438,400`. */
  readonly count: (number: number) => string;
  /** `12k` for an axis. */
  readonly short: (number: number) => string;
  /** `98.6%`. Only what is nothing says 0%, and only what is all says 100%. */
  readonly share: (part: number, whole: number) => string;
  /** `14:02`. */
  readonly time: (atMs: number) => string;
  /** `14:02:37`. */
  readonly timeToTheSecond: (atMs: number) => string;
  /** `Mon 23`, by the days of UTC that are counted. */
  readonly utcDay: (atMs: number) => string;
  /** `14:02` of today or within half a day of `nowMs`, `23 Nov, 14:02` of any other time. */
  readonly moment: (atMs: number, nowMs: number) => string;
}

/** Ours: nearer than this no hour of the day can be mistaken for another day's. */
const NEAR_MS = 43_200_000;

/** @param timeZone the browser's own where none is given */
export function createFormats(language: string, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const hourMinute = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const count = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(language, { ...hourMinute, ...zone });
  const seconds = new Intl.DateTimeFormat(language, { ...hourMinute, second: "2-digit", ...zone });
  const utcDay = new Intl.DateTimeFormat(language, {
    weekday: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  const dayOf = new Intl.DateTimeFormat(language, { dateStyle: "short", ...zone });
  const dayAndTime = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "short",
    ...hourMinute,
    ...zone,
  });

  return {
    count: (number) => count.format(number),
    short: (number) => {
      if (number < 1_000) return count.format(number);
      return number < 1_000_000
        ? `${count.format(number / 1e3)}k`
        : `${count.format(number / 1e6)}M`;
    },
    share: (part, whole) => {
      if (whole <= 0 || part <= 0) return share.format(0);
      if (part >= whole) return share.format(1);
      // Rounded away from both ends: a single scan that is missing has to be seen.
      return share.format(Math.min(0.999, Math.max(0.001, part / whole)));
    },
    time: (atMs) => time.format(atMs),
    timeToTheSecond: (atMs) => seconds.format(atMs),
    utcDay: (atMs) => utcDay.format(atMs),
    moment: (atMs, nowMs) => {
      const isNear = Math.abs(atMs - nowMs) < NEAR_MS;
      return isNear || dayOf.format(atMs) === dayOf.format(nowMs)
        ? time.format(atMs)
        : dayAndTime.format(atMs);
    },
  };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export type Unit = "seconds" | "minutes" | "hours" | "days";

/** A length of time as people say it: one number, and never one above what they would count in. */
export function inUnits(lengthMs: number): { readonly number: number; readonly unit: Unit } {
  if (lengthMs < MINUTE_MS) {
    return { number: Math.max(0, Math.floor(lengthMs / SECOND_MS)), unit: "seconds" };
  }
  if (lengthMs < 2 * HOUR_MS && lengthMs !== HOUR_MS)
    return { number: Math.floor(lengthMs / MINUTE_MS), unit: "minutes" };
  if (lengthMs < 2 * DAY_MS) return { number: Math.floor(lengthMs / HOUR_MS), unit: "hours" };
  return { number: Math.floor(lengthMs / DAY_MS), unit: "days" };
}
