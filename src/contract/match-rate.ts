import * as z from "zod/mini";
import { Outcomes } from "./admin.ts";

/**
 * On the admin listener: `GET` what became of the updates of each store and of each question.
 * `?days=1` to `?days=30`, UTC, today included; 7 where nothing is said.
 */
export const MATCH_RATE_PATH = "/v1/match-rate";

export const MatchRateQuery = z.strictObject({
  days: z.optional(
    z.string().check(z.regex(/^(?:[1-9]|[12]\d|30)$/, "a whole number from 1 to 30")),
  ),
});

export const MatchRate = z.object({
  atMs: z.number(),
  /** The first of the days, as the milliseconds since 1970 it begins at. */
  fromMs: z.number(),
  days: z.int(),
  /** All updates, scans and answers, by the store of the kiosk that sent them; in the order of their ids. */
  stores: z.array(z.extend(Outcomes, { storeId: z.string() })),
  /** Answers, by the attribute that a question writes; in the order of the names. */
  questions: z.array(z.extend(Outcomes, { attribute: z.string() })),
});
export type MatchRate = z.infer<typeof MatchRate>;
