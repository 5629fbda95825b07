import { createCipheriv, createSecretKey, randomBytes } from "node:crypto";
import * as hpke from "hpke";
import { PLAIN_KEY_ID, type Entry, type EntryHeader } from "../../src/contract/entry.ts";
import {
  boundHeader,
  ENTRY_KEY_BYTES,
  ENTRY_KEY_CONTEXT,
  IV_BYTES,
  type SealingKey,
} from "../../src/contract/sealing.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import type { OpenedBody } from "../../src/proxy/open-body.ts";
import type { SealedBody, UnsealedHeader } from "../../src/outbox/outbox.ts";
import { KEYS } from "./keys.ts";

const suite = new hpke.CipherSuite(
  hpke.KEM_DHKEM_X25519_HKDF_SHA256,
  hpke.KDF_HKDF_SHA256,
  hpke.AEAD_EXPORT_ONLY,
);

/** Seals at once, where a kiosk without a page needs it. */
export type SealForTest = (header: UnsealedHeader, text: string) => SealedBody;

/** Seals to a proxy's key, as a page does in its life. */
export async function sealingTo({ kid, publicKey }: SealingKey): Promise<SealForTest> {
  const { encapsulatedSecret, exportedSecret } = await suite.SendExport(
    await suite.DeserializePublicKey(new Uint8Array(Buffer.from(publicKey, "base64url"))),
    new TextEncoder().encode(ENTRY_KEY_CONTEXT),
    ENTRY_KEY_BYTES,
  );
  const enc = Buffer.from(encapsulatedSecret).toString("base64url");
  const entryKey = createSecretKey(exportedSecret);
  return (header, text) => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", entryKey, iv);
    const bound: Omit<EntryHeader, "heldUntil"> = { ...header, kid, enc };
    cipher.setAAD(Buffer.from(boundHeader(bound)));
    const sealed = [cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
    return { kid, enc, body: Buffer.concat([iv, ...sealed]).toString("base64url") };
  };
}

/** Seals to `KEYS`. */
export const sealForTest: SealForTest = await sealingTo(publicKeyOf(KEYS));

/** For tests of what comes after the opening: a plain body as it stands, and nobody's key. */
export async function openAsItStands({ header, body }: Entry): Promise<OpenedBody> {
  return header.kid === PLAIN_KEY_ID ? { type: "opened", text: body } : { type: "unknown-key" };
}
