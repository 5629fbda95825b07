import * as z from "zod/mini";
import type { EntryHeader } from "./entry.ts";

/** Where a kiosk learns which key to seal to: `GET`, the newest one. */
export const SEALING_KEY_PATH = "/v1/sealing-key";

/** The proxy's public key (X25519, RFC 7748), and its name. */
export const SealingKey = z.object({
  kid: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  /** 32 bytes, base64url. */
  publicKey: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
});
export type SealingKey = z.infer<typeof SealingKey>;

/**
 * What both ends export from one HPKE encapsulation (RFC 9180 section 5.3, base mode,
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, export only): the AES-256-GCM key of every body that was
 * sealed under its `enc`.
 */
export const ENTRY_KEY_CONTEXT = "tarjeta entry key 1";
export const ENTRY_KEY_BYTES = 32;

/** In front of the sealed bytes. Source: NIST SP 800-38D, 96 bits, drawn at random per body. */
export const IV_BYTES = 12;

/**
 * What is bound to a body: its header, whoever changes which makes the body unreadable. `heldUntil`
 * is left out, since an undo may still move it. Text in UTF-8, the same on both ends.
 */
export function boundHeader(header: Omit<EntryHeader, "heldUntil">): string {
  const { v, id, epoch, seq, segment, wallMs, monoMs, kid, enc } = header;
  return JSON.stringify([v, id, epoch, seq, segment, wallMs, monoMs, kid, enc]);
}
