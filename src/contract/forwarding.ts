import * as z from "zod/mini";

/** `GET` whether anything is sent to Target; `POST` to `/pause` and `/resume`. On the admin listener. */
export const FORWARDING_PATH = "/v1/forwarding";

/** Ours: room for a sentence and a ticket's name. */
export const MAX_PAUSE_REASON = 200;

/** Eight digits in a row, also in groups, may be a card (rule PV2); control characters are no words. */
const WORDS = /^(?!.*\d(?:[ -]?\d){7})[^\p{C}]*$/u;

/** `{}`, or why. */
export const PauseRequest = z.strictObject({
  reason: z.optional(
    z
      .string()
      .check(
        z.maxLength(MAX_PAUSE_REASON, `must have at most ${MAX_PAUSE_REASON} characters`),
        z.regex(WORDS, "must be one line without a long number, which might be a card"),
      ),
  ),
});
export type PauseRequest = z.infer<typeof PauseRequest>;

/** What an operator said, until another one resumes. */
export const ForwardingPause = z.object({
  sinceMs: z.number(),
  /** Name of the token. */
  who: z.string(),
  reason: z.optional(z.string()),
});
export type ForwardingPause = z.infer<typeof ForwardingPause>;

/**
 * Whether updates go to Target: one answer for all replicas on one database.
 *
 * - `running`: they do, as far as the allowance goes.
 * - `paused`: an operator said so; ends with `/resume` alone.
 * - `breaker-open`: Target fails; one call tries when the pause is over.
 */
export const ForwardingState = z.object({
  state: z.enum(["running", "paused", "breaker-open"]),
  pause: z.optional(ForwardingPause),
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
