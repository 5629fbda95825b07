import * as z from "zod/mini";

/** Lengths of time, in milliseconds. */
const Ms = z.int().check(z.gte(0), z.lte(253_402_300_799_999));

/** Ours: more starts of a page in a day are as bad as these. */
export const MOST_STARTS = 50;

/**
 * Where in a configuration: names and places in lists, a part of any other form as `*`. Empty is the whole.
 * No figure in it is longer than three digits, so that no card number is told for one (rule PV2).
 */
export const FieldPath = z
  .string()
  .check(z.regex(/^(?:(?:[A-Za-z]{1,32}|\d{1,3}|\*)(?:\.(?:[A-Za-z]{1,32}|\d{1,3}|\*)){0,11})?$/));

/** That it takes no cards, and why: staff put it out of service, or it can store none. */
export const KioskOutage = z.strictObject({
  why: z.enum(["closed", "full", "unavailable"]),
  /** For so long; where staff did it, over restarts too. */
  forMs: Ms,
});
export type KioskOutage = z.infer<typeof KioskOutage>;

/**
 * What of a kiosk somebody may have to see to, by its own word: nothing of any visit. A member is absent
 * where there is nothing to say.
 */
export const KioskTroubles = z.strictObject({
  v: z.literal(1),
  outOfService: z.optional(KioskOutage),
  /** Nearly all is used of what its browser lets it store, or of what its outbox takes. */
  nearlyFull: z.optional(z.literal(true)),
  /** It does not use the configuration it should have: the first field of that which is wrong. */
  configRefused: z.optional(FieldPath),
  /** Starts of its page within 24 hours, this one included; `MOST_STARTS` at most. */
  starts: z.int().check(z.gte(0), z.lte(MOST_STARTS)),
  /** Since it last began so often that it left updates and its own restarts alone; for a day. */
  loopedMs: z.optional(Ms),
  /** Wrong staff PINs in a row, from as many on as make everybody wait; for a day. */
  wrongPins: z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
});
export type KioskTroubles = z.infer<typeof KioskTroubles>;
