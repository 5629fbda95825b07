import { retryAfterMs } from "../../domain/backoff.ts";
import type { DeliveryOutcome } from "../../domain/delivery-outcome.ts";
import { TokenUnavailableError } from "./token-source.ts";

/** An answer to an update call, read whole. */
export interface UpdateAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/**
 * What an answer comes to, decided here and nowhere else (rule FW4).
 *
 * Success is what the body says: Adobe acknowledges in XML, and everything between us and Adobe can
 * say 200. Statuses matter only where Target itself did not speak.
 *
 * @param nowMs what a `Retry-After` date is measured from
 */
export function outcomeFromAnswer(answer: UpdateAnswer, nowMs: number): DeliveryOutcome {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return outcomeFromBody(body);
  if (isRefusalOfToken(status)) return { type: "unavailable", reason: AUTHENTICATION };
  if (REFUSING.has(status)) return { type: "refused", reason: `status ${status}` };
  const waitMs = retryAfterMs(answer.retryAfter, nowMs);
  return {
    type: "unavailable",
    reason: `status ${status}`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/** Source: practice knows a 403 whose text is `Forbidden`; which of the two means what is not documented. */
export function isRefusalOfToken(status: number): boolean {
  return status === 401 || status === 403;
}

/** One reason, whether Target refuses our token or we have none to show. */
const AUTHENTICATION = "authentication";

/** Statuses that say the request itself is wrong. All others may pass. */
const REFUSING = new Set([
  400, // Bad Request
  404, // Not Found
  413, // Content Too Large
  414, // URI Too Long
  422, // Unprocessable Content
]);

/** The whole document, so that a page that merely quotes an acknowledgement is none. */
const RESPONSE = /^\s*(?:<\?xml[^>]*\?>\s*)?<response>(.*)<\/response>\s*$/s;
const SUCCESS = /<success>\s*(true|false)\s*<\/success>/g;
const MESSAGE = /<message>(.*?)<\/message>/s;

/**
 * Ours: words of a refusal that is about the client's allowance and not about this visitor. Adobe
 * does not document what it says over the limit; older pages speak of an error "indicating the time
 * period until the next call will succeed".
 */
const ABOUT_LIMIT = /limit|quota|exceed|too many|throttl|try again|next call|temporar/i;

function outcomeFromBody(body: string): DeliveryOutcome {
  const response = RESPONSE.exec(body)?.[1];
  const answers = [...(response ?? "").matchAll(SUCCESS)].map((match) => match[1]);
  if (response === undefined || answers.length !== 1) {
    return { type: "unavailable", reason: "not an answer of Target" };
  }
  if (answers[0] === "true") return { type: "delivered" };
  const message = MESSAGE.exec(response)?.[1]?.trim() || "no message";
  return ABOUT_LIMIT.test(message)
    ? { type: "unavailable", reason: "over the limit" }
    : { type: "refused", reason: message };
}

/** What became of a request that got no answer. */
export interface Failure {
  readonly reason: string;
  /** Nothing was sent: no connection came about. Only then may a charge be given back (rule QT2). */
  readonly neverLeft: boolean;
}

/** Errors of Node and undici, by their codes alone: their messages may hold an address (rule PV2). */
export function failureFrom(error: unknown): Failure {
  if (error instanceof TokenUnavailableError) return { reason: AUTHENTICATION, neverLeft: true };
  const errors = error instanceof AggregateError ? error.errors : [error];
  const neverLeft = errors.length > 0 && errors.every(isConnectError);
  return { reason: `connection: ${codeOf(errors[0] ?? error)}`, neverLeft };
}

function isConnectError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const syscall = "syscall" in error ? error.syscall : undefined;
  return (
    syscall === "connect" ||
    syscall === "getaddrinfo" ||
    codeOf(error) === "UND_ERR_CONNECT_TIMEOUT"
  );
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}
