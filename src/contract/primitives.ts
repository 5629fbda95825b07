import * as z from "zod/mini";
import { isTimeZone } from "../domain/attribute.ts";

/** Ours: ids that machines make are lowercase UUIDs, ordered alike by JavaScript and every database. */
export const Uuid = z.string().check(z.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));

/** Milliseconds since 1970. 0 is a kiosk that booted without a clock; the year 9999 is the end. */
export const WallMs = z.int().check(z.gte(0), z.lte(253_402_300_799_999));

/** Milliseconds since a page load or worker start. */
export const MonoMs = z.number().check(z.gte(0), z.lte(253_402_300_799_999));

/** `<load>.<step>`: see `ClockReading` in the domain. */
export const Segment = z.string().check(z.regex(/^[0-9a-f-]{8,36}\.\d{1,9}$/));

export const Sequence = z.int().check(z.gte(1));

/** Store and kiosk ids, as a person typed them into a device record. */
export const PlaceId = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/));

export const TimeZone = z
  .string()
  .check(z.maxLength(64), z.refine(isTimeZone, "no such time zone"));

export const ClockReading = z.strictObject({ segment: Segment, wallMs: WallMs, monoMs: MonoMs });

/** Closed intervals of sequence numbers, ascending. Ours: 4,096 of them is far past a sane kiosk. */
export const Intervals = z.array(z.readonly(z.tuple([Sequence, Sequence]))).check(
  z.maxLength(4_096),
  z.refine(
    (intervals) =>
      intervals.every(([from, to], index) => from <= to && from > (intervals[index - 1]?.[1] ?? 0)),
    "intervals must ascend and not touch backwards",
  ),
);
