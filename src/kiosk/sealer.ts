import * as hpke from "hpke";
import type { EntryHeader } from "../contract/entry.ts";
import {
  boundHeader,
  ENTRY_KEY_BYTES,
  ENTRY_KEY_CONTEXT,
  IV_BYTES,
  type SealingKey,
} from "../contract/sealing.ts";
import type { Clock } from "../domain/clock.ts";
import type { SealedBody, UnsealedHeader } from "../outbox/outbox.ts";
import { base64Url, bytesOfBase64Url } from "./base64-url.ts";

/** Makes a body that only the proxy can read, bound to its header. */
export type Seal = (header: UnsealedHeader, text: string) => Promise<SealedBody>;

export interface SealerDeps {
  /** The key to seal to; throws when none is known. */
  readonly sealingKey: () => Promise<SealingKey>;
  readonly clock: Pick<Clock, "monoMs">;
}

/** Ours: the longest that one key of ours seals, so that little is lost with it. */
const KEY_LIFE_MS = 3_600_000;

/** A key of this page's own life: never on a disk, and not to be taken out of the browser. */
interface EntryKey {
  readonly kid: string;
  readonly enc: string;
  readonly key: CryptoKey;
  readonly madeMonoMs: number;
}

/**
 * Seals to the proxy's public key. The slow half (0.7 ms) is done once per page life and at most an
 * hour; a body then costs one AES-GCM.
 */
export function createSealer({ sealingKey, clock }: SealerDeps): Seal {
  const suite = new hpke.CipherSuite(
    hpke.KEM_DHKEM_X25519_HKDF_SHA256,
    hpke.KDF_HKDF_SHA256,
    hpke.AEAD_EXPORT_ONLY,
  );
  let made: Promise<EntryKey> | undefined;

  const make = async (to: SealingKey): Promise<EntryKey> => {
    const publicKey = await suite.DeserializePublicKey(bytesOfBase64Url(to.publicKey));
    const context = new TextEncoder().encode(ENTRY_KEY_CONTEXT);
    const exported = await suite.SendExport(publicKey, context, ENTRY_KEY_BYTES);
    const secret = Uint8Array.from(exported.exportedSecret);
    const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
    secret.fill(0);
    const enc = base64Url(exported.encapsulatedSecret);
    return { kid: to.kid, enc, key, madeMonoMs: clock.monoMs() };
  };

  const current = async (): Promise<EntryKey> => {
    const to = await sealingKey();
    const known = await made?.catch(() => undefined);
    const isFresh =
      known?.kid === to.kid && clock.monoMs() - known.madeMonoMs < KEY_LIFE_MS ? known : undefined;
    if (isFresh !== undefined) return isFresh;
    made = make(to);
    return made;
  };

  return async (header, text) => {
    const { kid, enc, key } = await current();
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const bound: Omit<EntryHeader, "heldUntil"> = { ...header, kid, enc };
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(boundHeader(bound)) },
      key,
      new TextEncoder().encode(text),
    );
    const body = new Uint8Array(IV_BYTES + sealed.byteLength);
    body.set(iv);
    body.set(new Uint8Array(sealed), IV_BYTES);
    return { kid, enc, body: base64Url(body) };
  };
}
