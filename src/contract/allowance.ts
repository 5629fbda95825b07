import * as z from "zod/mini";

/** On the admin listener: `GET` how much of the rolling 24 hours is used, and was over the last day. */
export const ALLOWANCE_PATH = "/v1/allowance";

/** Ours: length of a step, in milliseconds; 288 of them are 24 hours. */
export const ALLOWANCE_STEP_MS = 300_000;

/**
 * When nobody waits any more, if visitors go on arriving as in the last hour and Target goes on answering.
 *
 * - `clear`: nobody waits.
 * - `clears`: at `clearsAtMs`.
 * - `grows`: as many arrive as may be called, or more; by `growsPerDay` visitors.
 */
export const AllowanceForecast = z.object({
  type: z.enum(["clear", "clears", "grows"]),
  clearsAtMs: z.optional(z.number()),
  growsPerDay: z.optional(z.number()),
});
export type AllowanceForecast = z.infer<typeof AllowanceForecast>;

/** Calls against the rolling 24 hours (rules QT1, QT2); `used` may be above `allowed` once that was lowered. */
export const AllowanceFigures = z.object({
  allowed: z.int(),
  used: z.int(),
  forecast: AllowanceForecast,
});
export type AllowanceFigures = z.infer<typeof AllowanceFigures>;

export const Allowance = z.extend(AllowanceFigures, {
  /** When it was read, in proxy time. */
  atMs: z.number(),
  stepMs: z.int(),
  /** Oldest first; the last one is not over yet. */
  steps: z.array(
    z.object({
      fromMs: z.number(),
      /** Charged in this step, those that were given back excepted. */
      calls: z.int(),
      /** That counted against the 24 hours as the step ended. */
      used: z.int(),
    }),
  ),
});
export type Allowance = z.infer<typeof Allowance>;
