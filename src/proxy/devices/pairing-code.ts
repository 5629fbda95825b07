import { randomBytes, randomInt, scrypt } from "node:crypto";
import { CODE_ALPHABET, CODE_LENGTH } from "../../contract/pairing.ts";

/** A code for a person to type; each of its characters drawn without bias. */
export function newCode(): string {
  const draw = () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)];
  return Array.from({ length: CODE_LENGTH }, draw).join("");
}

/** What a link carries in place of a code: nobody types it, so it may be long. */
export function newLinkToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Ours: 16 MB and about 50 ms for one guess, so that 2^40 codes outlast by far the ten minutes for
 * which one of them is good.
 */
const COST = { N: 16_384, r: 8, p: 1 };

/** One salt for all: a code is found by its hash, and lives too short for a table to be worth it. */
const SALT = "tarjeta pairing code";

/** What is kept of a code. */
export function codeHash(code: string): Promise<string> {
  return new Promise((done, failed) => {
    scrypt(code, SALT, 32, COST, (error, key) => {
      if (error === null) done(key.toString("base64url"));
      else failed(error);
    });
  });
}
