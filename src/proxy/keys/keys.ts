import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";

/** One key of 256 bits that seals what the proxy keeps (AES-256-GCM). */
export interface StorageKey {
  /** Names the key beside what it sealed. */
  readonly kid: string;
  readonly key: KeyObject;
}

/** The proxy's keys of what it keeps. Whoever loses them loses the visitors' ids. */
export interface Keys {
  /** Newest first: the first seals, all of them open. */
  readonly storage: readonly StorageKey[];
  /** HMAC-SHA-256: visitor id to the store's key of it. Never rotated. */
  readonly pepper: KeyObject;
  /** HMAC-SHA-256 of `VISITOR_ID_MODE=hmac`. Never rotated: the website computes the same. */
  readonly visitorIdKey: KeyObject;
}

/** Source: AES-256 and HMAC-SHA-256 take 32 bytes in full. */
export const KEY_BYTES = 32;

/** New keys, in memory only. */
export function makeKeys(kid = "s1"): Keys {
  return {
    storage: [{ kid, key: createSecretKey(randomBytes(KEY_BYTES)) }],
    pepper: createSecretKey(randomBytes(KEY_BYTES)),
    visitorIdKey: createSecretKey(randomBytes(KEY_BYTES)),
  };
}
