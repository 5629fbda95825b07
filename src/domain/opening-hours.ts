/** `["09:00", "21:30"]`: from and until, as the store's clock shows it. */
export type Hours = readonly string[];

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** By weekday; on one that is left out the store is closed. An end before the beginning is past midnight. */
export type OpeningHours = Readonly<Partial<Record<Weekday, Hours | undefined>>>;

/** A time of day; `24:00` ends a day. */
export const TIME_OF_DAY = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** Whether the store is open at `atMs`. Nobody who names no hours ever closes. */
export function isOpenAt(hours: OpeningHours | undefined, atMs: number, timeZone: string): boolean {
  if (hours === undefined) return true;
  const { day, time } = localTime(atMs, timeZone);
  const today = hours[day];
  const before = hours[WEEKDAYS[(WEEKDAYS.indexOf(day) + 6) % 7] ?? day];
  if (today !== undefined && isWithin(today, time)) return true;
  // What began yesterday goes on past midnight.
  return before !== undefined && isLate(before) && time < (before[1] ?? "");
}

function isWithin([from = "", until = ""]: Hours, time: string): boolean {
  return time >= from && (time < until || isLate([from, until]));
}

function isLate([from = "", until = ""]: Hours): boolean {
  return until < from;
}

function localTime(
  atMs: number,
  timeZone: string,
): { readonly day: Weekday; readonly time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(atMs);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "";
  const day = WEEKDAYS.find((each) => each === part("weekday").toLowerCase());
  return { day: day ?? "mon", time: `${part("hour")}:${part("minute")}` };
}
