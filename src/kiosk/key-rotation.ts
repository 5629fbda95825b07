import {
  DEVICE_KEY_PATH,
  DeviceKeyReceipt,
  keyProofText,
  type DeviceKeyRequest,
} from "../contract/pairing.ts";
import { SIGNING_ALGORITHM } from "../contract/request-signature.ts";
import type { Identity } from "../outbox/identity.ts";
import { base64, type SignedFetch } from "../outbox/signed-fetch.ts";
import { newKeyPair } from "./signing-key.ts";

/** Ours: a key is used for a quarter of a year. */
export const KEY_LIFETIME_MS = 90 * 86_400_000;

export interface RotationDeps {
  readonly fetch: SignedFetch;
  readonly subtle: SubtleCrypto;
  readonly newNonce: () => string;
  /** Resolves once it would survive a power cut. */
  readonly keep: (identity: Identity) => Promise<void>;
}

/**
 * Replaces a kiosk's key that has served its time. The old one goes on for the proxy's overlap, so
 * that a request on its way, or a worker that woke with it, is not refused. The new one is kept before
 * it is brought: with the answer lost, the same is brought again.
 */
export async function rotateKey(
  identity: Identity,
  proxyTimeMs: number,
  { fetch, subtle, newNonce, keep }: RotationDeps,
): Promise<boolean> {
  if (proxyTimeMs - identity.madeMs < KEY_LIFETIME_MS) return false;
  const next = identity.next ?? (await newKeyPair(subtle));
  if (identity.next === undefined) await keep({ ...identity, next });
  const nonce = newNonce();
  const text = new TextEncoder().encode(keyProofText(nonce, identity.keyId));
  const proof = base64(await subtle.sign(SIGNING_ALGORITHM, next.privateKey, text));
  const request: DeviceKeyRequest = { v: 1, nonce, publicKey: next.publicKey, proof };
  const answer = await fetch(DEVICE_KEY_PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    nonce,
    redirect: "error",
    credentials: "omit",
    cache: "no-store",
  });
  const receipt = DeviceKeyReceipt.safeParse(await answer.json());
  if (!answer.ok || !receipt.success || receipt.data.nonce !== nonce) return false;
  const { keyId, privateKey } = next;
  const { device, name } = identity;
  await keep({ device, name, keyId, privateKey, madeMs: receipt.data.proxyTimeMs });
  return true;
}
