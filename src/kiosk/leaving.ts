import { LEAVING_PATH, LeavingReceipt, type LeavingRequest } from "../contract/pairing.ts";
import { Problem } from "../contract/problem.ts";
import type { Clock } from "../domain/clock.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readIdentity } from "../outbox/identity.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { createSignedFetch } from "../outbox/signed-fetch.ts";
import { forgetIdentity } from "./keep-identity.ts";

/** Why this kiosk stays paired. */
export type LeavingTrouble = "still-owes" | "unreachable";

export interface LeavingDeps {
  readonly outbox: Pick<Outbox, "witnesses">;
  readonly kept: KeptStore;
  readonly storage: Pick<Storage, "removeItem">;
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Ours: a proxy that needs longer is not there. */
const TIMEOUT_MS = 15_000;

/**
 * Unpairs this kiosk, if the proxy has all that it owes; its key is then revoked there and forgotten
 * here. What lies in the outbox stays for whoever pairs it next.
 */
export async function leave(deps: LeavingDeps): Promise<Result<undefined, LeavingTrouble>> {
  const { kept } = deps;
  const nonce = deps.newId();
  const owed = (await deps.outbox.witnesses()).map((witness) => ({
    epoch: witness.epoch,
    owed: witness.owed,
  }));
  const request: LeavingRequest = { v: 1, nonce, owed };
  const answered = await ask(deps, request);
  if (!answered.ok) return answered;
  // The proxy knows this key no more and cannot say what it has of us.
  if (answered.value === "not-known" && owed.some((each) => each.owed.length > 0)) {
    return err("still-owes");
  }
  await forgetIdentity(kept, deps.storage);
  return ok(undefined);
}

async function ask(
  deps: LeavingDeps,
  request: LeavingRequest,
): Promise<Result<"let-go" | "not-known", LeavingTrouble>> {
  const fetch = createSignedFetch({
    fetch: deps.fetch,
    key: () => readIdentity(deps.kept),
    kept: deps.kept,
    clock: deps.clock,
    newNonce: deps.newId,
  });
  try {
    const answer = await fetch(LEAVING_PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      nonce: request.nonce,
      redirect: "error",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const said: unknown = await answer.json();
    if (answer.ok) {
      const receipt = LeavingReceipt.safeParse(said);
      const isOurs = receipt.success && receipt.data.nonce === request.nonce;
      return isOurs ? ok("let-go") : err("unreachable");
    }
    const problem = Problem.safeParse(said);
    if (!problem.success) return err("unreachable");
    const { code } = problem.data;
    if (code === "revoked" || code === "unknown-device") return ok("not-known");
    return err(code === "still-owes" ? "still-owes" : "unreachable");
  } catch {
    // No network, or no JSON from whoever answered.
    return err("unreachable");
  }
}
