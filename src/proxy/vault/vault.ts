import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { visitorKey, type VisitorId } from "../../domain/visitor-id.ts";
import type { Keys } from "../keys/keys.ts";

/**
 * Keeps who a visitor is apart from what is known of them: the store knows visitors by a keyed hash,
 * and has their ids only sealed.
 */
export interface Vault {
  /**
   * The store's key of a visitor: HMAC-SHA-256 under the pepper, base64url. The same for ever;
   * without the pepper nobody can try numbers until one fits.
   */
  readonly hashOf: (visitor: VisitorId) => string;
  /** Text bound to `context`: moved to another place it does not open. A new one each time. */
  readonly seal: (context: string, text: string) => string;
  /** What was sealed. */
  readonly open: (context: string, sealed: string) => Opened;
  /** Names the key that seals now. */
  readonly kid: string;
}

export type Opened =
  | { readonly type: "opened"; readonly text: string }
  /** The key it was sealed with is not there any more, or not yet. */
  | { readonly type: "unknown-key"; readonly kid: string }
  /** Changed, cut, or put where it does not belong. */
  | { readonly type: "damaged" };

const ALGORITHM = "aes-256-gcm";

/** Source: NIST SP 800-38D, 8.2: 96 bits; drawn at random for at most 2^32 seals a key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `<kid>.<iv, ciphertext and tag>`, both base64url. */
export function createVault(keys: Pick<Keys, "storage" | "pepper">): Vault {
  const current = keys.storage[0];
  if (current === undefined) throw new Error("a vault needs a storage key");
  const nextIv = createIvs();
  const keysByKid = new Map(keys.storage.map(({ kid, key }) => [kid, key]));
  return {
    kid: current.kid,
    hashOf: (visitor) =>
      createHmac("sha256", keys.pepper).update(visitorKey(visitor)).digest("base64url"),
    seal: (context, text) => {
      const iv = nextIv();
      const cipher = createCipheriv(ALGORITHM, current.key, iv);
      cipher.setAAD(associated(current.kid, context));
      const sealed = [iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
      return `${current.kid}.${Buffer.concat(sealed).toString("base64url")}`;
    },
    open: (context, sealed) => {
      const [kid = "", body = ""] = sealed.split(".");
      const key = keysByKid.get(kid);
      if (key === undefined) return { type: "unknown-key", kid };
      const bytes = Buffer.from(body, "base64url");
      if (bytes.length < IV_BYTES + TAG_BYTES) return { type: "damaged" };
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associated(kid, context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
        return { type: "opened", text: Buffer.concat([text, decipher.final()]).toString("utf8") };
      } catch {
        // How GCM says that not every bit is as it was.
        return { type: "damaged" };
      }
    },
  };
}

/** Ours: asking the system for twelve bytes costs as much as asking for thousands. */
const IVS_AT_ONCE = 256;

/** Each is given once. */
function createIvs(): () => Buffer {
  let drawn = Buffer.alloc(0);
  return () => {
    if (drawn.length === 0) drawn = randomBytes(IVS_AT_ONCE * IV_BYTES);
    const iv = drawn.subarray(0, IV_BYTES);
    drawn = drawn.subarray(IV_BYTES);
    return iv;
  };
}

function associated(kid: string, context: string): Buffer {
  return Buffer.from(`tarjeta ${kid} ${context}`, "utf8");
}
