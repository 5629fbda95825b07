import * as z from "zod/mini";
import { VisitorIdSchema } from "./update.ts";

/**
 * On the admin listener: `POST` whose journey is to be told. The id is in the body, never in an address,
 * and in no answer, log line or audit (rule PV2).
 */
export const JOURNEYS_PATH = "/v1/journeys";

/** Ours: updates told at most, and where nothing is said. */
export const MAX_JOURNEY_UPDATES = 100;
export const JOURNEY_UPDATES = 20;

export const JourneyRequest = z.strictObject({
  /** `member` with the card number as kiosks read it, or `browser` with the `mboxPC`. */
  visitor: VisitorIdSchema,
  /** How many updates, the newest of them. */
  limit: z.optional(z.int().check(z.gte(1), z.lte(MAX_JOURNEY_UPDATES))),
});
export type JourneyRequest = z.infer<typeof JourneyRequest>;

/**
 * How far an update came.
 *
 * - `held`: beyond its kiosk's pace, waits for an operator.
 * - `superseded`: something newer was known already; nothing of it was ever owed.
 * - `waiting`: stored and owed to Target, or its visitor is looked for there.
 * - `acknowledged`: Target took it, and its profile was not seen since.
 * - `applied`: seen in the profile, or acknowledged for a visitor who was seen there not long ago.
 * - `unknown`: Target did not have the visitor for the whole term.
 * - `refused`: Target, or we, would not have it.
 */
export const JourneyStage = z.enum([
  "held",
  "superseded",
  "waiting",
  "acknowledged",
  "applied",
  "unknown",
  "refused",
]);
export type JourneyStage = z.infer<typeof JourneyStage>;

/** One update on its way. A time is absent where it did not happen yet, or nobody kept it. */
export const JourneyUpdate = z.object({
  /** The update's. */
  id: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  occasion: z.enum(["scan", "answer"]),
  /** Names of the attributes it wrote, as its configuration says; never their values. */
  attributes: z.array(z.string()),
  configVersion: z.string(),
  /** The receipt its kiosk was given. */
  verdict: z.string(),
  stage: JourneyStage,
  /** When it took effect: the scan, or the tap. */
  capturedMs: z.number(),
  storedMs: z.number(),
  /** When the call left that carried it, or something newer in its place. */
  sentMs: z.optional(z.number()),
  acknowledgedMs: z.optional(z.number()),
  appliedMs: z.optional(z.number()),
});
export type JourneyUpdate = z.infer<typeof JourneyUpdate>;

export const Journey = z.object({
  /** Names the visitor without naming the card, as the list of dead letters does. */
  visitor: z.string(),
  /**
   * `nobody`: nothing was ever taken in, or nothing is kept. `withdrawn`: nothing may be told any more.
   * Else the state of what is owed: `idle` is nothing.
   */
  state: z.enum(["nobody", "withdrawn", "waiting", "idle", "dead", "absent", "unknown"]),
  /** Why Target's last answer, or we, refused; with the state `dead`. */
  reason: z.optional(z.string()),
  /** Tries since the last success, and when the next one may be. */
  attempts: z.optional(z.int()),
  nextDueMs: z.optional(z.number()),
  /** When the profile was last seen in Target. */
  confirmedMs: z.optional(z.number()),
  /** Newest first. */
  updates: z.array(JourneyUpdate),
});
export type Journey = z.infer<typeof Journey>;
