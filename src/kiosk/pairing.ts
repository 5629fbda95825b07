import {
  DEVICE_PATH,
  PAIRING_PATH,
  PairingCode,
  PairingReceipt,
  type PairingRequest,
} from "../contract/pairing.ts";
import { Problem } from "../contract/problem.ts";
import type { Clock } from "../domain/clock.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Identity } from "../outbox/identity.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import { createSignedFetch, PROXY_OFFSET_KEY } from "../outbox/signed-fetch.ts";
import { keepIdentity } from "./keep-identity.ts";
import { newKeyPair, type KeyPair } from "./signing-key.ts";

/** Why a code did not pair this kiosk. */
export type PairingTrouble = "refused" | "throttled" | "unreachable" | "cannot-store";

export interface PairingDeps {
  readonly kept: KeptStore;
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly subtle: SubtleCrypto;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly storage: Pick<Storage, "setItem">;
  /** Somebody has to compare this key's fingerprint on the admin side. */
  readonly onWaiting: (keyId: string) => void;
  /** Resolves after `ms`. */
  readonly sleep: (ms: number) => Promise<void>;
}

export interface PairingAsk {
  readonly code: string;
  readonly timeZone: string;
  readonly storeId: string | undefined;
  readonly kioskId: string | undefined;
}

/** Ours: how often a kiosk that waits asks whether it was approved. */
const ASK_EVERY_MS = 3_000;

/** Ours: a proxy that needs longer is not there. */
const TIMEOUT_MS = 15_000;

/**
 * Brings a code and the kiosk's new key to the proxy. The key is the same for every try of a page, so
 * that a code whose answer was lost can be brought again.
 */
export function createPairing(deps: PairingDeps) {
  const { kept, clock, newId } = deps;
  let made: Promise<KeyPair> | undefined;

  return async (ask: PairingAsk): Promise<Result<Identity, PairingTrouble>> => {
    if (!PairingCode.safeParse(ask.code).success) return err("refused");
    const key = await (made ??= newKeyPair(deps.subtle));
    const fetch = createSignedFetch({
      fetch: deps.fetch,
      key: async () => key,
      kept,
      clock,
      newNonce: newId,
    });
    const receipt = await bring(fetch, ask, key, newId());
    if (!receipt.ok) return receipt;
    const { device, name, proxyTimeMs, state } = receipt.value;
    if (state === "waiting") {
      deps.onWaiting(key.keyId);
      if (!(await approved(fetch, deps.sleep))) return err("refused");
    }
    const { keyId, privateKey } = key;
    const identity: Identity = { device, name, keyId, privateKey, madeMs: proxyTimeMs };
    try {
      await kept.put(PROXY_OFFSET_KEY, proxyTimeMs - clock.wallMs());
      await keepIdentity(identity, kept, deps.storage);
      return ok(identity);
    } catch {
      // What is not kept is gone at the next start: better to say so now.
      return err("cannot-store");
    }
  };
}

type Fetch = ReturnType<typeof createSignedFetch>;

async function bring(
  fetch: Fetch,
  { code, timeZone, storeId, kioskId }: PairingAsk,
  { publicKey }: KeyPair,
  nonce: string,
): Promise<Result<PairingReceipt, PairingTrouble>> {
  const request: PairingRequest = {
    v: 1,
    nonce,
    code,
    publicKey,
    timeZone,
    ...(storeId === undefined ? {} : { storeId }),
    ...(kioskId === undefined ? {} : { kioskId }),
  };
  try {
    const answer = await fetch(PAIRING_PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      nonce,
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const said: unknown = await answer.json();
    if (!answer.ok) return err(troubleOf(said));
    const parsed = PairingReceipt.safeParse(said);
    return parsed.success && parsed.data.nonce === nonce ? ok(parsed.data) : err("unreachable");
  } catch {
    // No network, or no JSON from whoever answered.
    return err("unreachable");
  }
}

function troubleOf(said: unknown): PairingTrouble {
  const problem = Problem.safeParse(said);
  if (!problem.success) return "unreachable";
  if (problem.data.code === "pairing-throttled") return "throttled";
  return problem.data.status < 500 ? "refused" : "unreachable";
}

/** Waits for somebody to approve the key; false when somebody refused it. */
async function approved(fetch: Fetch, sleep: PairingDeps["sleep"]): Promise<boolean> {
  for (;;) {
    await sleep(ASK_EVERY_MS);
    const answer = await fetch(DEVICE_PATH, { method: "GET", cache: "no-store" }).catch(
      () => undefined,
    );
    if (answer?.ok === true) return true;
    if (answer === undefined || answer.ok || answer.status >= 500) continue;
    const problem = Problem.safeParse(await answer.json().catch(() => undefined));
    if (problem.success && problem.data.code !== "not-approved") return false;
  }
}
