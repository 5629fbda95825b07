import * as z from "zod/mini";
import { TIME_OF_DAY } from "../domain/opening-hours.ts";

const TimeOfDay = z.string().check(z.regex(TIME_OF_DAY, "a time such as 09:00 or 24:00"));

/** From and until. No tuple: its schema would cost the kiosk's first load half a kilobyte. */
const Hours = z.optional(z.array(TimeOfDay).check(z.minLength(2), z.maxLength(2)));

export const OpeningHours = z.strictObject({
  mon: Hours,
  tue: Hours,
  wed: Hours,
  thu: Hours,
  fri: Hours,
  sat: Hours,
  sun: Hours,
});

/** What a kiosk does by itself; each may be left out. */
export const ByItself = z.strictObject({
  /** Attract untouched for so long before a new version of the app may take over. */
  updateIdleSeconds: z.optional(z.int().check(z.gte(5), z.lte(3_600))),
  /** From then on a waiting version takes the next attract, however short. */
  updateDeadlineHours: z.optional(z.int().check(z.gte(1), z.lte(336))),
  /** No card for so long within opening hours is told as a silent scanner; never told where left out. */
  scannerSilentMinutes: z.optional(z.int().check(z.gte(5), z.lte(10_080))),
});
export type ByItself = z.infer<typeof ByItself>;
