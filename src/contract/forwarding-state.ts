import * as z from "zod/mini";

/**
 * How sending to Target stands.
 *
 * - `running`: visitors that wait are sent, as far as the pace goes.
 * - `paused`: somebody stopped it, and somebody must start it again.
 * - `target-unavailable`: Target does not answer, or refuses everybody; tried again by itself.
 * - `allowance-spent`: no call is left in the rolling 24 hours.
 */
export const ForwardingState = z.object({
  state: z.enum(["running", "paused", "target-unavailable", "allowance-spent"]),
  /** Since when, where it is known. */
  sinceMs: z.optional(z.number()),
  /** When it goes on by itself, where it is known. */
  untilMs: z.optional(z.number()),
  /** Name of the token it was paused with, and the words that were given. */
  pausedBy: z.optional(z.string()),
  reason: z.optional(z.string()),
});
export type ForwardingState = z.infer<typeof ForwardingState>;
