import { PublicKey, thumbprintText } from "../contract/pairing.ts";
import { SIGNING_ALGORITHM } from "../contract/request-signature.ts";
import type { SigningKey } from "../outbox/identity.ts";
import { base64Url } from "./base64-url.ts";

/** A key of this kiosk, and the half of it that may be shown. */
export interface KeyPair extends SigningKey {
  readonly publicKey: PublicKey;
}

/** Makes a P-256 key whose private half nobody can read, this page included. */
export async function newKeyPair(subtle: SubtleCrypto): Promise<KeyPair> {
  const { privateKey, publicKey } = await subtle.generateKey(SIGNING_ALGORITHM, false, [
    "sign",
    "verify",
  ]);
  const { x, y } = await subtle.exportKey("jwk", publicKey);
  const shown = PublicKey.parse({ x, y });
  const thumbprint = new TextEncoder().encode(thumbprintText(shown));
  const keyId = base64Url(new Uint8Array(await subtle.digest("SHA-256", thumbprint)));
  return { keyId, privateKey, publicKey: shown };
}
