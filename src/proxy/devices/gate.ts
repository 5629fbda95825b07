import type { FastifyReply, FastifyRequest } from "fastify";
import { problemFor, type ProblemCode } from "../../contract/problem.ts";
import type { Device } from "../../contract/update.ts";
import type { Clock } from "../../domain/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import {
  checkAge,
  checkSignature,
  claimedSignature,
  type SignedRequest,
} from "./check-signature.ts";
import type { DeviceRegistry, KnownKey } from "./registry.ts";

/** Who sent a request, as its signature proves. */
export interface Sender {
  /** The record as it was paired: what the kiosk says of itself does not count. */
  readonly device: Device;
  readonly key: KnownKey;
  /** The signature's; a body's must be the same. */
  readonly nonce: string;
  /** SHA-256 of the body in hex. */
  readonly digest: string;
}

export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Lets a request in, or says by which name it is refused (rule AU1). Changes nothing. */
export type Gate = (request: SignedRequest) => Result<Sender, Refusal>;

/**
 * Stands before everything a kiosk sends, with the body still unread. Why a key no longer counts is
 * told only to who holds it; how far off a clock is, too.
 */
export function createGate(
  registry: Pick<DeviceRegistry, "find">,
  clock: Pick<Clock, "wallMs">,
): Gate {
  return (request) => {
    const claimed = claimedSignature(request.headers);
    if (!claimed.ok) return claimed;
    const key = registry.find(claimed.value.keyId);
    if (key === undefined) {
      return err({ code: "unknown-device", detail: "keyid: pair this kiosk, or pair it again." });
    }
    const digest = checkSignature(claimed.value, request, key.verifier);
    if (!digest.ok) return digest;
    const nowMs = clock.wallMs();
    if (key.state === "revoked" || (key.endsMs ?? Infinity) <= nowMs) {
      return err({ code: "revoked", detail: "keyid: pair this kiosk again; keep what it owes." });
    }
    const age = checkAge(claimed.value, nowMs);
    if (!age.ok) return age;
    if (key.state === "waiting") {
      return err({ code: "not-approved", detail: "Compare the fingerprints on the admin side." });
    }
    return ok({ device: key.device, key, nonce: claimed.value.nonce, digest: digest.value });
  };
}

/** What the gate looks at of a request that Fastify has taken in. */
export function signedRequestOf(request: FastifyRequest): SignedRequest {
  return {
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : NO_BODY,
  };
}

const NO_BODY = Buffer.alloc(0);

/** Answers who was not let in; whose clock is off is told the proxy's time. */
export function replyRefusal(
  reply: FastifyReply,
  { code, detail }: Refusal,
  nowMs: number,
): FastifyReply {
  const problem = { ...problemFor(code, detail), requestId: reply.request.id };
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json")
    .header("cache-control", "no-store")
    .send(JSON.stringify(code === "stale" ? { ...problem, proxyTimeMs: nowMs } : problem));
}
