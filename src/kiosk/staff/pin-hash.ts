import { base64Url, bytesOfBase64Url } from "../base64-url.ts";

/** Whether `pin` is the one that was hashed; `pinHash` is as the configuration has it (`contract/staff.ts`). */
export async function isPin(pin: string, pinHash: string, subtle: SubtleCrypto): Promise<boolean> {
  const [, iterations, salt = "", hash] = pinHash.split("$");
  const typed = new TextEncoder().encode(pin);
  const key = await subtle.importKey("raw", typed, "PBKDF2", false, ["deriveBits"]);
  const bits = await subtle.deriveBits(
    {
      name: "PBKDF2",
      hash: "SHA-256",
      salt: bytesOfBase64Url(salt),
      iterations: Number(iterations),
    },
    key,
    256,
  );
  return base64Url(new Uint8Array(bits)) === hash;
}
