import * as z from "zod/mini";
import { VisitorIdSchema } from "./update.ts";

/** On the admin listener, behind its token: `POST`, `application/json`. */
export const WITHDRAWALS_PATH = "/v1/privacy/withdrawals";
export const ERASURES_PATH = "/v1/privacy/erasures";

/** All that a lost log had was asked for again: `POST`, no body; closes `privacy-log-behind`. */
export const LOG_SETTLED_PATH = "/v1/privacy/log/settle";

/** Whom it is about: `member` with the card number as kiosks read it, or `browser`. */
export const PrivacyRequest = VisitorIdSchema;

/** On disk, in the store and in the log beside it. */
export const PrivacyReceipt = z.object({
  v: z.literal(1),
  act: z.enum(["withdraw", "erase"]),
  atMs: z.number(),
  /** Attributes that are being overwritten in Target with their cleared values. */
  clearing: z.array(z.string()),
  /**
   * Of an erasure: a job for Adobe's Privacy Service, ready to be posted, since Target has no call
   * that deletes. Absent while nobody knows the visitor's id at the site.
   */
  adobePrivacyJob: z.optional(z.unknown()),
  /** Why there is no job: the card has no id at the site, or who knows them did not answer: ask again. */
  adobePrivacyJobMissing: z.optional(z.enum(["unmapped", "unavailable"])),
});
export type PrivacyReceipt = z.infer<typeof PrivacyReceipt>;
