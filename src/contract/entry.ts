import * as z from "zod/mini";
import { MonoMs, Segment, Sequence, Uuid, WallMs } from "./primitives.ts";

/**
 * What the kiosk needs to order, hold and retry an entry it cannot read. Closed: nothing is ever
 * added to it that would tell who the entry is about.
 */
export const EntryHeader = z.strictObject({
  /** Contract version of the body. */
  v: z.literal(1),
  /** Idempotency key of the update. */
  id: Uuid,
  /** The outbox that numbered it, and its number there, gapless from 1. */
  epoch: Uuid,
  seq: Sequence,
  segment: Segment,
  wallMs: WallMs,
  monoMs: MonoMs,
  /** Kiosk wall time until which a shopper may still take it back; 0 when nothing holds it. */
  heldUntil: WallMs,
  /** Key the body is sealed to. */
  kid: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  /** Encapsulated key of the sealing, base64url (rule IN6). */
  enc: z.string().check(z.regex(/^[A-Za-z0-9_-]{0,128}$/)),
});
export type EntryHeader = z.infer<typeof EntryHeader>;

/** Ours: the longest body, sealed. An update of ours is well below 4 kB. */
export const MAX_BODY_LENGTH = 16_384;

/** One update as it lies in the outbox and travels: readable header, opaque body. */
export const Entry = z.strictObject({
  header: EntryHeader,
  body: z.string().check(z.minLength(1), z.maxLength(MAX_BODY_LENGTH)),
});
export type Entry = z.infer<typeof Entry>;

/** The key id of a body that is JSON text as it stands: an earlier version's, and never sent. */
export const PLAIN_KEY_ID = "plain";
