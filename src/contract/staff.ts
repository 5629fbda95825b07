import * as z from "zod/mini";

/** Digits of a staff PIN: as many as the pad on the kiosk has bars. */
export const PIN_LENGTH = 6;

/** The only way a PIN is hashed: its name stands in the hash, so that there may be another one day. */
export const PIN_ALGORITHM = "pbkdf2-sha256";

const PIN_HASH = /^pbkdf2-sha256\$[1-9]\d{4,6}\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/;

/**
 * A staff PIN as a configuration holds it: `pbkdf2-sha256$<iterations>$<salt>$<hash>`, the salt (16 bytes)
 * and the hash (32) in base64url. Six digits are few, and whoever has the hash can try all of them: it goes to
 * paired kiosks only, and what it guards is no card.
 */
const PinHash = z
  .string()
  .check(z.regex(PIN_HASH, "must be a hash as npm run kiosk:pin prints it, never the PIN itself"));

/** What a chain decides about the staff's side of its kiosks. */
export const Staff = z.strictObject({
  pinHash: PinHash,
  /** How long touches do nothing while the screen is cleaned; 30 unless given. */
  cleaningSeconds: z.optional(z.int().check(z.gte(5), z.lte(300))),
});
export type Staff = z.infer<typeof Staff>;
