import { createHash, timingSafeEqual } from "node:crypto";

/** SHA-256 in hex. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Compares in constant time; both are digests, hence of one length. */
export function isSameDigest(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, "hex"), Buffer.from(other, "hex"));
}
