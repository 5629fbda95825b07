import * as z from "zod/mini";

/** `POST` to put dead letters back as owed, `GET` how far that is. On the admin listener. */
export const REDRIVE_PATH = "/v1/dead-letters/redrive";

/**
 * Why an update became a dead letter; where several attributes were refused at once, why the first was.
 *
 * - `refused`: Target refused it while others got through.
 * - `visitor-id`: Target takes no such id.
 * - `attribute-name`, `malformed-value`, `value-too-long`, `call-too-large`, `profile-full`: what Target
 *   might not keep as it is, so we did not send it.
 * - `not-shown`: Target acknowledged it twice, and its profile never showed it.
 * - `id-dropped`: nobody knows whose it is any more: the id was dropped at retention.
 * - `key-missing`: the id is sealed to a key that is not in the keys file.
 * - `damaged`: a row of the database does not hold what it should.
 * - `other`: from before classes were kept.
 */
export const DeadLetterClass = z.enum([
  "refused",
  "visitor-id",
  "attribute-name",
  "malformed-value",
  "value-too-long",
  "call-too-large",
  "profile-full",
  "not-shown",
  "id-dropped",
  "key-missing",
  "damaged",
  "other",
]);
export type DeadLetterClass = z.infer<typeof DeadLetterClass>;

/** A truncated hash: names a visitor to people without naming the card. */
export const DeadLetterId = z
  .string()
  .check(z.regex(/^[0-9a-f]{16}$/, "must be a dead letter's visitor, as the list names it"));

/** Ours: dead letters one redrive takes at most; more is another redrive. */
export const MAX_REDRIVE = 10_000_000;

/** `{}` for all; of one class; the oldest `limit` of those; or the one with this `id`, alone. */
export const RedriveRequest = z.strictObject({
  class: z.optional(DeadLetterClass),
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_REDRIVE))),
  id: z.optional(DeadLetterId),
});
export type RedriveRequest = z.infer<typeof RedriveRequest>;

/** How far a redrive is; since the start of this proxy, by this proxy. */
export const RedriveProgress = z.object({
  /** `stopped`: the proxy ended meanwhile, or the store failed; what was put back stays so. */
  state: z.enum(["none", "running", "done", "stopped"]),
  class: z.optional(DeadLetterClass),
  beganMs: z.optional(z.number()),
  endedMs: z.optional(z.number()),
  /** Dead letters put back as owed so far. */
  redriven: z.int(),
  /** Dead letters there were to put back when it began. */
  of: z.int(),
});
export type RedriveProgress = z.infer<typeof RedriveProgress>;
