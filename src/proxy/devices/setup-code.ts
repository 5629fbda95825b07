import {
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";
import { CODE_ALPHABET, CODE_LENGTH } from "../../contract/pairing.ts";
import { isSignedCode } from "../../contract/setup-code.ts";

/** Puts the proxy's word to its codes, and knows it again. */
export interface SetupCodes {
  /** The code with its signature: what a QR code holds behind `SETUP_PREFIX`. */
  readonly sign: (code: string) => string;
  /** The code in a signed one; nothing when it is not by this proxy. */
  readonly verified: (signed: string) => string | undefined;
}

/** 160 bits: five to a character. */
const SIGNATURE_CHARACTERS = 32;

/**
 * Only this proxy checks what it signed, so a keyed hash is signature enough. Every replica with the
 * same keys knows it.
 */
export function createSetupCodes({ pepper }: { readonly pepper: KeyObject }): SetupCodes {
  // A key of its own: what is hashed here can never be a visitor's hash.
  const derived = hkdfSync("sha256", pepper, "", "tarjeta setup code", 32);
  const key = createSecretKey(Buffer.from(derived));

  const signatureOf = (code: string): string => {
    const digest = createHmac("sha256", key).update(code).digest();
    const bits = [...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    return Array.from(
      { length: SIGNATURE_CHARACTERS },
      (_, place) => CODE_ALPHABET[Number.parseInt(bits.slice(5 * place, 5 * place + 5), 2)],
    ).join("");
  };

  return {
    sign: (code) => code + signatureOf(code),
    verified(signed) {
      if (!isSignedCode(signed)) return undefined;
      const code = signed.slice(0, CODE_LENGTH);
      const given = Buffer.from(signed.slice(CODE_LENGTH));
      return timingSafeEqual(given, Buffer.from(signatureOf(code))) ? code : undefined;
    },
  };
}
