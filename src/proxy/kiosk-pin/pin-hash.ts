import { pbkdf2Sync } from "node:crypto";
import { PIN_ALGORITHM, PIN_LENGTH } from "../../contract/staff.ts";

/**
 * Rounds of HMAC: a third of a second on a kiosk, once per PIN.
 *
 * Source: OWASP Password Storage Cheat Sheet, PBKDF2 with HMAC-SHA-256.
 */
export const PIN_ITERATIONS = 600_000;

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** What is wrong with a PIN, in words; nothing where it will do. Never says the PIN. */
export function pinTrouble(pin: string): string | undefined {
  if (!new RegExp(`^\\d{${PIN_LENGTH}}$`).test(pin)) {
    return `A staff PIN has ${PIN_LENGTH} digits, and nothing else.`;
  }
  return isObvious(pin) ? "That PIN is the first that anybody tries; choose another." : undefined;
}

/**
 * The hash that stands in a kiosk's configuration.
 *
 * @param salt 16 random bytes
 */
export function pinHashOf(pin: string, salt: Buffer, iterations = PIN_ITERATIONS): string {
  if (salt.length !== SALT_BYTES) throw new Error(`a salt has ${SALT_BYTES} bytes`);
  const hash = pbkdf2Sync(pin, salt, iterations, HASH_BYTES, "sha256");
  const parts = [PIN_ALGORITHM, iterations, salt.toString("base64url"), hash.toString("base64url")];
  return parts.join("$");
}

/** The same digit throughout, or digits in a row, either way. */
function isObvious(pin: string): boolean {
  const steps = [...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at]));
  const [first = 0] = steps;
  return Math.abs(first) <= 1 && steps.every((step) => step === first);
}
