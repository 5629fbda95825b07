import { createHash, verify, type KeyObject } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { ProblemCode } from "../../contract/problem.ts";
import {
  contentDigestOf,
  SIGNATURE_LABEL,
  SIGNATURE_WINDOW_SECONDS,
  signatureBase,
  signatureParameters,
  signatureParametersFrom,
  type SignatureParameters,
} from "../../contract/request-signature.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** A request as it came, its body unread. */
export interface SignedRequest {
  readonly method: string;
  /** With its query, should somebody send one: ours have none, and then nothing fits. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface SignatureRefusal {
  readonly code: Extract<ProblemCode, "unsigned" | "bad-signature" | "stale">;
  readonly detail: string;
}

/** What a signature says, before anybody looked whether it is good. */
export interface ClaimedSignature extends SignatureParameters {
  readonly signature: Buffer;
  readonly contentDigest: string;
}

/** 64 bytes in base64, in the one way of writing them: no bits beside them are set. */
const SIGNATURE = new RegExp(`^${SIGNATURE_LABEL}=:([A-Za-z0-9+/]{85}[AQgw]==):$`);

/** Reads the three headers. A repeated one arrives joined, and then does not read. */
export function claimedSignature(
  headers: IncomingHttpHeaders,
): Result<ClaimedSignature, SignatureRefusal> {
  const input = headers["signature-input"];
  const { signature } = headers;
  const contentDigest = headers["content-digest"];
  if (
    typeof input !== "string" ||
    typeof signature !== "string" ||
    typeof contentDigest !== "string"
  ) {
    const detail = "Send Signature-Input, Signature and Content-Digest (RFC 9421, RFC 9530).";
    return err({ code: "unsigned", detail });
  }
  const parameters = signatureParametersFrom(input);
  if (parameters === undefined) {
    return err({ code: "unsigned", detail: "Signature-Input: not written as the contract says." });
  }
  const [, base64] = SIGNATURE.exec(signature) ?? [];
  if (base64 === undefined) {
    return err({ code: "unsigned", detail: `Signature: must be ${SIGNATURE_LABEL}=:64 bytes:.` });
  }
  return ok({ ...parameters, signature: Buffer.from(base64, "base64"), contentDigest });
}

/** Whether this very request was signed with the key. Gives the SHA-256 of its body in hex. */
export function checkSignature(
  claimed: ClaimedSignature,
  request: SignedRequest,
  key: KeyObject,
): Result<string, SignatureRefusal> {
  const digest = createHash("sha256").update(request.body).digest();
  if (claimed.contentDigest !== contentDigestOf(digest.toString("base64"))) {
    return err({ code: "bad-signature", detail: "Content-Digest: not of this body." });
  }
  const base = signatureBase({ ...request, ...claimed }, signatureParameters(claimed));
  const verifier = { key, dsaEncoding: "ieee-p1363" } as const;
  return verify("sha256", Buffer.from(base), verifier, claimed.signature)
    ? ok(digest.toString("hex"))
    : err({ code: "bad-signature", detail: "Signature: not by this key over this request." });
}

/** Whether a request was signed close enough to now. */
export function checkAge(
  { created }: SignatureParameters,
  nowMs: number,
): Result<undefined, SignatureRefusal> {
  const apartMs = Math.abs(created * 1_000 - nowMs);
  // A full second more: `created` counts whole ones.
  if (apartMs < (SIGNATURE_WINDOW_SECONDS + 1) * 1_000) return ok(undefined);
  const detail = `created: must be within ${SIGNATURE_WINDOW_SECONDS} s of proxyTimeMs.`;
  return err({ code: "stale", detail });
}
