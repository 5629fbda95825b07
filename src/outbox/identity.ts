import type { PublicKey } from "../contract/pairing.ts";
import type { Device } from "../contract/update.ts";
import type { KeptStore } from "./kept-store.ts";

/** A key as it signs: not even this app can read it. */
export interface SigningKey {
  /** Thumbprint of the public half. */
  readonly keyId: string;
  readonly privateKey: CryptoKey;
}

/** Who this kiosk is since it was paired. */
export interface Identity extends SigningKey {
  readonly device: Device;
  readonly name: string;
  /** When the key was made, in the proxy's time. */
  readonly madeMs: number;
  /** Why the proxy no longer takes the key, as it last said. */
  readonly refused?: "revoked" | "unknown-device" | undefined;
  /** The key to come: kept before it is brought, so that a lost answer does not lose it. */
  readonly next?: (SigningKey & { readonly publicKey: PublicKey }) | undefined;
}

/** Where the page keeps the `Identity` that the worker signs with too. */
export const IDENTITY_KEY = "identity";

/** Nothing when the kiosk was never paired, or when what is kept cannot be used. */
export async function readIdentity(kept: KeptStore): Promise<Identity | undefined> {
  const value = await kept.get(IDENTITY_KEY);
  return isIdentity(value) ? value : undefined;
}

/** Only this app writes there, all in one; without a key that signs, the rest is no use. */
function isIdentity(value: unknown): value is Identity {
  return (value as Partial<Identity> | null | undefined)?.privateKey instanceof CryptoKey;
}
