import { visitorKey, type VisitorId } from "../domain/visitor-id.ts";

/** Recognises a card again without knowing it. */
export type Fingerprint = (visitor: VisitorId) => Promise<string>;

/** Ours: 64 bits, so that two cards in one window never meet, and nothing can be counted back. */
const LENGTH_BYTES = 8;

/**
 * A truncated HMAC-SHA-256 under a key that nobody can read and that dies with the page (rule PV7).
 */
export async function createFingerprint(subtle: SubtleCrypto): Promise<Fingerprint> {
  return fingerprintUnder(
    subtle,
    await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
  );
}

/** The same under a key of the caller's. */
export function fingerprintUnder(subtle: SubtleCrypto, key: CryptoKey): Fingerprint {
  return async (visitor) => {
    const mac = await subtle.sign("HMAC", key, new TextEncoder().encode(visitorKey(visitor)));
    return Array.from(new Uint8Array(mac, 0, LENGTH_BYTES), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
  };
}
