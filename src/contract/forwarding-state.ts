import * as z from "zod/mini";

/**
 * Whether updates go to Target: one answer for all replicas on one database. That the allowance is spent
 * is not in it: `used` reaches `allowed`.
 *
 * - `running`: they do, as far as the allowance goes.
 * - `paused`: an operator said so; ends when one says otherwise.
 * - `breaker-open`: Target fails; one call tries when the pause is over.
 */
export const ForwardingState = z.object({
  state: z.enum(["running", "paused", "breaker-open"]),
  pause: z.optional(
    z.object({
      sinceMs: z.number(),
      /** Name of the token. */
      who: z.string(),
      reason: z.optional(z.string()),
    }),
  ),
  breaker: z.object({
    /** `probing`: the pause is over, and one call tries or may. */
    state: z.enum(["closed", "open", "probing"]),
    /** Calls in a row that failed. */
    failures: z.int(),
    /** When the pause ends or ended, in Target's time. */
    untilMs: z.optional(z.number()),
  }),
});
export type ForwardingState = z.infer<typeof ForwardingState>;
