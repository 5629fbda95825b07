import * as z from "zod/mini";

/**
 * Every error the proxy answers with. The key is the stable code clients branch on; the title is for
 * people and may be reworded. Shape: RFC 9457 problem details, `application/problem+json`.
 */
export const PROBLEMS = {
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "This address does not take that method" },
  "invalid-body": { status: 400, title: "The body does not match the contract" },
  "body-too-large": { status: 413, title: "The body is larger than the limit" },
  "unsupported-media-type": { status: 415, title: "Only application/json is taken here" },
  "nonce-reused": { status: 409, title: "This nonce was used with another body" },
  unauthorized: { status: 401, title: "The admin token is missing or wrong" },
  busy: { status: 503, title: "Too much is waiting; come back later" },
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
});
export type Problem = z.infer<typeof Problem>;

export function problemFor(code: ProblemCode, detail: string): Problem {
  return { type: `/problems/${code}`, code, ...PROBLEMS[code], detail };
}
