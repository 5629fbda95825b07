import * as z from "zod/mini";
import { Intervals, PlaceId, TimeZone, Uuid, WallMs } from "./primitives.ts";
import { Device } from "./update.ts";

/** Where a kiosk becomes one of ours: `POST`, signed with the very key it brings. */
export const PAIRING_PATH = "/v1/pairing";

/** Where a kiosk asks who it is: `GET`, signed; refused by name while somebody has to approve it. */
export const DEVICE_PATH = "/v1/device";

/** Where a kiosk brings its next key: `POST`, signed with the one it has. */
export const DEVICE_KEY_PATH = "/v1/device-key";

/** Letters and digits that cannot be taken for one another: no 0, O, 1 or I. 40 bits in 8 of them. */
export const CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

export const CODE_LENGTH = 8;

/** Ours: long enough to walk to the kiosk. */
export const CODE_LIFETIME_MS = 600_000;

/** Where a kiosk that is paired asks to be let go: `POST`, signed. */
export const LEAVING_PATH = "/v1/leaving";

/** A typed code, a signed one, or what a link carries in its place: 32 random bytes. */
export const PairingCode = z
  .string()
  .check(z.regex(/^(?:[2-9A-HJ-NP-Z]{8}|[2-9A-HJ-NP-Z]{40}|[A-Za-z0-9_-]{43})$/));

/** Without what people put between, and in capitals. */
export function typedCode(text: string): string {
  return text.replaceAll(/[\s-]/g, "").toUpperCase();
}

/** `ABCD-2345`: as a person reads it out. */
export function spokenCode(code: string): string {
  return code.length === CODE_LENGTH ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}

const Coordinate = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

/** A P-256 public key, as in a JWK (RFC 7518, 6.2.1). */
export const PublicKey = z.strictObject({ x: Coordinate, y: Coordinate });
export type PublicKey = z.infer<typeof PublicKey>;

/** A key's name: its JWK thumbprint (RFC 7638), SHA-256, base64url. */
export const KeyId = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

/** What the thumbprint is the SHA-256 of. */
export function thumbprintText({ x, y }: PublicKey): string {
  return `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`;
}

/** What two people compare, one at the kiosk and one at the admin side: 60 bits of the key's name. */
export function fingerprintOf(keyId: string): string {
  return (keyId.slice(0, 10).match(/..?/g) ?? []).join(" ");
}

/** What people call a kiosk. */
export const DeviceName = z
  .string()
  .check(z.minLength(1), z.maxLength(64), z.regex(/^[^\p{C}]+$/u));

export const PairingRequest = z.strictObject({
  v: z.literal(1),
  nonce: Uuid,
  code: PairingCode,
  publicKey: PublicKey,
  /** Of the browser; counts where whoever made the code named none. */
  timeZone: TimeZone,
  /** From the address; count only for a link that leaves them to whoever opens it. */
  storeId: z.optional(PlaceId),
  kioskId: z.optional(PlaceId),
});
export type PairingRequest = z.infer<typeof PairingRequest>;

export const PairingReceipt = z.object({
  v: z.literal(1),
  nonce: Uuid,
  proxyTimeMs: WallMs,
  device: Device,
  name: z.string(),
  /** `waiting`: somebody compares fingerprints and approves first. */
  state: z.enum(["active", "waiting"]),
});
export type PairingReceipt = z.infer<typeof PairingReceipt>;

export const DeviceKeyRequest = z.strictObject({
  v: z.literal(1),
  nonce: Uuid,
  publicKey: PublicKey,
  /** By the new key over the same nonce and the old key's id: that it is there, and meant for this. */
  proof: z.string().check(z.regex(/^[A-Za-z0-9+/]{86}==$/)),
});
export type DeviceKeyRequest = z.infer<typeof DeviceKeyRequest>;

/** The text a new key proves itself over. */
export function keyProofText(nonce: string, oldKeyId: string): string {
  return `tarjeta device key ${nonce} ${oldKeyId}`;
}

/** Who a kiosk is. */
export const DeviceAnswer = z.object({ device: Device, name: z.string() });

/** A kiosk's wish not to be one of ours any more, and what it would take with it. */
export const LeavingRequest = z.strictObject({
  v: z.literal(1),
  nonce: Uuid,
  /** What it still owes, by outbox. */
  owed: z.array(z.strictObject({ epoch: Uuid, owed: Intervals })).check(z.maxLength(16)),
});
export type LeavingRequest = z.infer<typeof LeavingRequest>;

export const LeavingReceipt = z.object({ v: z.literal(1), nonce: Uuid });
export type LeavingReceipt = z.infer<typeof LeavingReceipt>;

export const DeviceKeyReceipt = z.object({ v: z.literal(1), nonce: Uuid, proxyTimeMs: WallMs });
export type DeviceKeyReceipt = z.infer<typeof DeviceKeyReceipt>;
