import {
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import type { SealingKey } from "../../contract/sealing.ts";

/** One key of 256 bits that seals what the proxy keeps (AES-256-GCM). */
export interface StorageKey {
  /** Names the key beside what it sealed. */
  readonly kid: string;
  readonly key: KeyObject;
}

/** One X25519 key pair that kiosks seal their entries to. */
export interface SealingKeyPair extends SealingKey {
  readonly privateKey: KeyObject;
}

/** The proxy's keys. Whoever loses them loses what kiosks still owe, and the visitors' ids. */
export interface Keys {
  /** Newest first: kiosks seal to the first, all of them open. */
  readonly sealing: readonly SealingKeyPair[];
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
export function makeKeys(storageKid?: string): Keys {
  return {
    sealing: [makeSealingKey()],
    storage: [makeStorageKey(storageKid)],
    pepper: createSecretKey(randomBytes(KEY_BYTES)),
    visitorIdKey: createSecretKey(randomBytes(KEY_BYTES)),
  };
}

export function makeStorageKey(kid = newKid("st")): StorageKey {
  return { kid, key: createSecretKey(randomBytes(KEY_BYTES)) };
}

export function makeSealingKey(): SealingKeyPair {
  return sealingKeyFrom(newKid("se"), generateKeyPairSync("x25519").privateKey);
}

/** The pair that belongs to a private key. */
export function sealingKeyFrom(kid: string, privateKey: KeyObject): SealingKeyPair {
  const { x } = privateKey.export({ format: "jwk" });
  if (x === undefined) throw new Error(`the sealing key ${kid} is not an X25519 key`);
  return { kid, publicKey: x, privateKey };
}

/** The private key as 32 bytes, base64url: what a key file holds. */
export function textOfPrivateKey(privateKey: KeyObject): string {
  return privateKey.export({ format: "jwk" }).d ?? "";
}

export function privateKeyFrom(text: string, publicKey: string): KeyObject {
  return createPrivateKey({
    key: { kty: "OKP", crv: "X25519", d: text, x: publicKey },
    format: "jwk",
  });
}

/** Kids are names, not secrets; eight characters of chance keep two of them apart. */
function newKid(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString("base64url")}`;
}

/** What a kiosk may know: the key to seal to, without its secret half. */
export function publicKeyOf({ sealing }: Keys): SealingKey {
  const newest = sealing[0];
  if (newest === undefined) throw new Error("there is always a key to seal to");
  return { kid: newest.kid, publicKey: newest.publicKey };
}

/**
 * All keys of both, those of `older` behind: what was sealed to any of them still opens, and the
 * newest goes on sealing. Nothing when they are not of one installation, whose pepper and id key
 * never change.
 */
export function mergeKeys(newer: Keys, older: Keys): Keys | undefined {
  if (!newer.pepper.equals(older.pepper) || !newer.visitorIdKey.equals(older.visitorIdKey)) {
    return undefined;
  }
  const sealing = merged(newer.sealing, older.sealing, (a, b) => a.publicKey === b.publicKey);
  const storage = merged(newer.storage, older.storage, (a, b) => a.key.equals(b.key));
  if (sealing === undefined || storage === undefined) return undefined;
  return { ...newer, sealing, storage };
}

/** Nothing when one name stands for two keys. */
function merged<Key extends { readonly kid: string }>(
  newer: readonly Key[],
  older: readonly Key[],
  isSame: (a: Key, b: Key) => boolean,
): readonly Key[] | undefined {
  const further: Key[] = [];
  for (const key of older) {
    const known = newer.find(({ kid }) => kid === key.kid);
    if (known === undefined) further.push(key);
    else if (!isSame(known, key)) return undefined;
  }
  return [...newer, ...further];
}
