/**
 * What an attribute says before the proxy knows when it was true.
 *
 * A kiosk's clock may be wrong, so it never writes a time itself: it asks for one, and the proxy
 * renders it from the effective time (rule CL1).
 */
export type AttributeValue =
  | { readonly type: "text"; readonly text: string }
  /** The effective time as ISO 8601 in UTC, such as `2026-11-23T09:30:00.000Z`. */
  | { readonly type: "instant" }
  /** Whole days since 1970-01-01 on the calendar of `timeZone`: a number audience rules can compare. */
  | { readonly type: "day"; readonly timeZone: string };

export interface Attribute {
  readonly name: string;
  readonly value: AttributeValue;
}

/**
 * Longest attribute name and value, in UTF-16 code units.
 *
 * Source: Target limits page, in-mbox profile attributes (128 and 256). The profile-update pages
 * state no limit, so these are the safe ceiling.
 */
export const MAX_NAME_LENGTH = 128;
export const MAX_VALUE_LENGTH = 256;

/** Ours: letters, digits, dot, underscore and hyphen, which every Target surface shows unchanged. */
export const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;

const DAY_MS = 86_400_000;

/** The attribute as Target will store it. `timeZone` names must be IANA names; UTC where unknown. */
export function renderAttribute(value: AttributeValue, effectiveMs: number): string {
  switch (value.type) {
    case "text":
      return value.text;
    case "instant":
      return new Date(effectiveMs).toISOString();
    case "day":
      return String(localDay(effectiveMs, value.timeZone));
  }
}

/** Days since 1970-01-01 of the calendar date it is in `timeZone` at `atMs`. */
export function localDay(atMs: number, timeZone: string): number {
  const parts = calendarOf(timeZone).formatToParts(atMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day")) / DAY_MS;
}

/** Making one takes 50 µs, using one 2; there are at most as many as time zones have names. */
const calendars = new Map<string, Intl.DateTimeFormat>();

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  const known = calendars.get(timeZone);
  if (known !== undefined) return known;
  const calendar = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  calendars.set(timeZone, calendar);
  return calendar;
}

/** Whether this machine knows the time zone by that name. */
export function isTimeZone(name: string): boolean {
  try {
    return calendarOf(name) instanceof Intl.DateTimeFormat;
  } catch {
    // A RangeError is how Intl says no.
    return false;
  }
}
