import { createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import * as hpke from "hpke";
import { PLAIN_KEY_ID, type Entry } from "../contract/entry.ts";
import { boundHeader, ENTRY_KEY_BYTES, ENTRY_KEY_CONTEXT, IV_BYTES } from "../contract/sealing.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import type { SealingKeyPair } from "./keys/keys.ts";

/** What an entry's opaque body turned out to be. */
export type OpenedBody =
  | { readonly type: "opened"; readonly text: string }
  /** Sealed to a key we do not have, or not any more: the kiosk keeps it (rule IN6). */
  | { readonly type: "unknown-key" }
  /** In plain text: the kiosk seals it first. */
  | { readonly type: "not-sealed" }
  /** The body, or the header it is bound to, is not what was sealed. */
  | { readonly type: "altered" };

export type OpenBody = (entry: Entry) => Promise<OpenedBody>;

/** Ours: page lives whose key is remembered; a chain of ten thousand kiosks has about one each. */
const MAX_KEYS = 20_000;

/** Source: NIST SP 800-38D, the full tag of AES-GCM. */
const TAG_BYTES = 16;

/**
 * Opens sealed bodies. The slow half, an HPKE decapsulation (0.4 ms), is done once per `enc`, that is
 * per page life; a body then costs some microseconds.
 */
export function createBodyOpener(ring: KeyRing, maxKeys = MAX_KEYS): OpenBody {
  const suite = new hpke.CipherSuite(
    hpke.KEM_DHKEM_X25519_HKDF_SHA256,
    hpke.KDF_HKDF_SHA256,
    hpke.AEAD_EXPORT_ONLY,
  );
  /** By kid and `enc`; used longest ago first. */
  const keys = new Map<string, Promise<KeyObject | undefined>>();

  const derive = async (pair: SealingKeyPair, enc: string): Promise<KeyObject | undefined> => {
    try {
      const [privateKey, publicKey] = await Promise.all([
        suite.DeserializePrivateKey(bytesOf(pair.privateKey.export({ format: "jwk" }).d), false),
        suite.DeserializePublicKey(bytesOf(pair.publicKey)),
      ]);
      const context = new TextEncoder().encode(ENTRY_KEY_CONTEXT);
      const encapsulated = new Uint8Array(Buffer.from(enc, "base64url"));
      return createSecretKey(
        await suite.ReceiveExport(
          { privateKey, publicKey },
          encapsulated,
          context,
          ENTRY_KEY_BYTES,
        ),
      );
    } catch {
      // Not an encapsulated key at all: whatever came with it cannot be opened.
      return undefined;
    }
  };

  const keyOf = (pair: SealingKeyPair, enc: string): Promise<KeyObject | undefined> => {
    const name = `${pair.kid} ${enc}`;
    const known = keys.get(name) ?? derive(pair, enc);
    keys.delete(name);
    const [oldest] = keys.keys();
    if (keys.size >= maxKeys && oldest !== undefined) keys.delete(oldest);
    keys.set(name, known);
    return known;
  };

  return async ({ header, body }) => {
    if (header.kid === PLAIN_KEY_ID) return { type: "not-sealed" };
    const pair = ring().sealing.find(({ kid }) => kid === header.kid);
    if (pair === undefined) return { type: "unknown-key" };
    const key = await keyOf(pair, header.enc);
    const text = key === undefined ? undefined : opened(key, body, boundHeader(header));
    return text === undefined ? { type: "altered" } : { type: "opened", text };
  };
}

function opened(key: KeyObject, body: string, bound: string): string | undefined {
  const bytes = Buffer.from(body, "base64url");
  if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(bound, "utf8"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, "utf8");
    return text + decipher.final("utf8");
  } catch {
    // The tag does not fit: how GCM says that something was altered.
    return undefined;
  }
}

function bytesOf(text: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(text ?? "", "base64url"));
}
