import * as z from "zod/mini";

/**
 * Every error the proxy answers with. The key is the stable code clients branch on; the title is for
 * people and may be reworded. Shape: RFC 9457 problem details, `application/problem+json`.
 */
export const PROBLEMS = {
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "This address does not take that method" },
  "invalid-body": { status: 400, title: "The body does not match the contract" },
  "invalid-query": { status: 400, title: "The query does not match the contract" },
  "body-too-large": { status: 413, title: "The body is larger than the limit" },
  "unsupported-media-type": { status: 415, title: "Only application/json is taken here" },
  conflict: { status: 409, title: "There is one of that name" },
  "nonce-reused": { status: 409, title: "This nonce was used with another body" },
  unsigned: { status: 401, title: "The request is not signed as the contract says" },
  "bad-signature": { status: 401, title: "The signature is not of this request" },
  "unknown-device": { status: 401, title: "No kiosk is paired with this key" },
  stale: { status: 401, title: "The request was signed too long ago, or ahead of time" },
  revoked: { status: 403, title: "This kiosk's key was revoked" },
  "not-approved": { status: 403, title: "This kiosk waits for somebody to approve it" },
  "pairing-refused": { status: 403, title: "This code pairs nothing" },
  "key-needed": { status: 409, title: "Something still lies under this key" },
  "still-owes": { status: 409, title: "This kiosk owes updates that are not here" },
  "pairing-throttled": { status: 429, title: "Too many wrong codes; come back later" },
  "still-paired": { status: 409, title: "This kiosk can still send" },
  unauthorized: { status: 401, title: "The admin token is missing or wrong" },
  forbidden: { status: 403, title: "The token's role may not do this" },
  "cross-origin": { status: 403, title: "Only this origin's own pages may call here" },
  "wrong-host": { status: 421, title: "This listener does not go by that name" },
  "encoding-not-accepted": { status: 415, title: "Bodies are taken as they are, never inflated" },
  "too-slow": { status: 408, title: "The request took too long to arrive" },
  "headers-too-large": { status: 431, title: "The headers are larger than the limit" },
  "invalid-request": { status: 400, title: "This is not HTTP as it should be" },
  "too-many-requests": { status: 429, title: "This kiosk asks too often" },
  "too-many-tries": { status: 429, title: "Too many wrong tokens; come back later" },
  "limit-reached": { status: 503, title: "No more of these are kept; an operator must look" },
  busy: { status: 503, title: "Too much is waiting; come back later" },
  "no-room": { status: 503, title: "The disk is nearly full; an operator must look" },
  "store-unavailable": { status: 503, title: "Updates cannot be stored right now" },
  "backup-failed": { status: 500, title: "The backup could not be made" },
  stopping: { status: 503, title: "The proxy is stopping" },
  internal: { status: 500, title: "Something broke on our side" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export const Problem = z.object({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** By which name the request stands in the log; absent where it never became one. */
  requestId: z.optional(z.string()),
  /** With `stale`: what the clock should have said. */
  proxyTimeMs: z.optional(z.number()),
});
export type Problem = z.infer<typeof Problem>;

export function problemFor(code: ProblemCode, detail: string): Problem {
  return { type: `/problems/${code}`, code, ...PROBLEMS[code], detail };
}
