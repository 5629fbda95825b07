import * as z from "zod/mini";
import { ClockReading, Sequence, Uuid, WallMs } from "./primitives.ts";
import { Resend } from "./resend.ts";
import { Device } from "./update.ts";

/** Where a kiosk hands in updates: `POST`, `application/json`. */
export const INGEST_PATH = "/v1/updates";

/** Ours: entries in one request; large, because a round trip costs more than an entry. */
export const MAX_BATCH_ENTRIES = 500;

/** Ours: bytes in one request body. 500 ordinary entries are about 400 kB. */
export const MAX_BATCH_BYTES = 2_097_152;

/**
 * A batch. Its entries are checked one by one, after the envelope, so that a bad one never condemns
 * its neighbours (rule IN2).
 */
export const IngestRequest = z.strictObject({
  v: z.literal(1),
  /** New for every attempt's content: the same nonce with other bytes is refused (rule IN4). */
  nonce: Uuid,
  device: Device,
  /** The sender's clocks as it sends. */
  clock: ClockReading,
  entries: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_BATCH_ENTRIES)),
});
export type IngestRequest = z.infer<typeof IngestRequest>;

/** What became of one entry. */
export const Verdict = z.discriminatedUnion("verdict", [
  /** On disk and merged. */
  z.object({ id: z.string(), verdict: z.literal("accepted") }),
  /** On disk since an earlier time; this copy changed nothing. */
  z.object({ id: z.string(), verdict: z.literal("duplicate") }),
  /** On disk, and something newer was known already for every attribute. */
  z.object({ id: z.string(), verdict: z.literal("superseded"), reason: z.string() }),
  /** Never to be sent again: the kiosk sets it aside. */
  z.object({ id: z.string(), verdict: z.literal("rejected"), reason: z.string() }),
  /** Not now: the kiosk keeps it. */
  z.object({
    id: z.string(),
    verdict: z.literal("retry"),
    reason: z.string(),
    retryAfterMs: z.optional(z.number()),
  }),
]);
export type Verdict = z.infer<typeof Verdict>;

/**
 * A receipt whose verdicts are read one by one. Unknown members are ignored, so that a newer proxy
 * can say more.
 */
export const ReceiptEnvelope = z.object({
  v: z.literal(1),
  /** The request's. */
  nonce: Uuid,
  proxyTimeMs: WallMs,
  /**
   * Per entry, in any order. An entry without a readable id has none; the kiosk goes by
   * `unreadable`.
   */
  verdicts: z.array(z.unknown()),
  /** Positions in the request of entries whose header could not be read. */
  unreadable: z.array(z.int()),
  /** Highest sequence number ever received of the newest entry's epoch; tells a kiosk it was rolled back. */
  highestSeq: z.optional(z.object({ epoch: Uuid, seq: Sequence })),
  resend: z.optional(Resend),
});

/** The only thing an entry may be removed for (rule FL1). */
export const IngestReceipt = z.extend(ReceiptEnvelope, { verdicts: z.array(Verdict) });
export type IngestReceipt = z.infer<typeof IngestReceipt>;
