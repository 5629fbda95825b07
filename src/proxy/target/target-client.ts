import { Pool, type buildConnector, type Dispatcher } from "undici";
import type { DeliveryOutcome } from "../../domain/delivery-outcome.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import { isLoopback } from "../settings.ts";
import { createGuardedLookup, type Lookup } from "../address-guard.ts";
import { profileLookFrom, type ProfileLook } from "./profile-answer.ts";
import { withoutVisitor } from "./redact.ts";
import { failureFrom, outcomeFromAnswer } from "./target-outcome.ts";
import {
  planCalls,
  updateParameters,
  type TargetAttribute,
  type UpdateMethod,
} from "./update-request.ts";

export interface TargetOptions {
  /** Where Target is, such as `https://example.tt.omtrdc.net`. */
  readonly origin: string;
  /** Client code. */
  readonly client: string;
  /** Profile authentication token, when Target asks for one. */
  readonly token?: string | undefined;
  readonly method?: UpdateMethod;
  /** Longest a whole call may take, from connecting to the last byte, in milliseconds. */
  readonly timeoutMs?: number;
  /** How a name becomes addresses that may be called; the system's own way, guarded, unless given. */
  readonly lookup?: Lookup;
}

/** What came of one update call. */
export interface UpdateResult {
  readonly outcome: DeliveryOutcome;
  /** Nothing was sent, so that the charge may be given back (rule QT2). */
  readonly neverLeft: boolean;
  /** Target's `Date`, in milliseconds since 1970, when there was an answer. */
  readonly dateMs?: number | undefined;
}

export interface ProfileResult {
  readonly look: ProfileLook;
  readonly dateMs?: number | undefined;
}

/** Adobe Target's profile APIs. No method throws; no outcome holds a visitor's id (rule PV2). */
export interface TargetClient {
  readonly timeoutMs: number;
  /** The calls that `attributes` need: one, unless their size forces more. */
  readonly planCalls: <A extends TargetAttribute>(
    visitor: VisitorId,
    attributes: readonly A[],
  ) => readonly (readonly A[])[];
  /** One update call. */
  readonly update: (
    visitor: VisitorId,
    attributes: readonly TargetAttribute[],
  ) => Promise<UpdateResult>;
  /** Reads a profile. Not charged. */
  readonly fetchProfile: (visitor: VisitorId) => Promise<ProfileResult>;
  /** What time it is at Target, to the second; nothing when it does not answer. Not charged. */
  readonly timeMs: () => Promise<number | undefined>;
  readonly close: () => Promise<void>;
}

/** Ours: enough for 11.6 calls a second at half a second each. */
const CONNECTIONS = 8;

const DEFAULT_TIMEOUT_MS = 10_000;

/** Ours: an acknowledgement has 120 bytes. */
const MAX_ANSWER_BYTES = 65_536;

/** Ours: a profile of 64 KB with a time beside every attribute, and room for what older ones hold. */
const MAX_PROFILE_BYTES = 4_194_304;

export function createTargetClient(options: TargetOptions): TargetClient {
  const { client, method = "POST", timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { hostname } = new URL(options.origin);
  const lookup = options.lookup ?? createGuardedLookup(isLoopback(hostname));
  const pool = new Pool(options.origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: timeoutMs, lookup } as buildConnector.BuildOptions,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const authorization =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const updatePath = `/m2/${encodeURIComponent(client)}/profile/update`;
  const overheadBytes = new URL(options.origin).origin.length + updatePath.length + "?".length;

  /** One request, whole answer, within `timeoutMs`. Redirects are answers like any other. */
  const call = async (request: Omit<Dispatcher.RequestOptions, "origin">, maxBytes: number) => {
    const { statusCode, headers, body } = await pool.request({
      ...request,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readUpTo(body, maxBytes);
    return { status: statusCode, headers, body: text, dateMs: dateFrom(headers) };
  };

  return {
    timeoutMs,
    planCalls: (visitor, attributes) => planCalls(visitor, attributes, method, overheadBytes),
    update: async (visitor, attributes) => {
      const parameters = updateParameters(visitor, attributes);
      const request =
        method === "GET"
          ? { method, path: `${updatePath}?${parameters}`, headers: authorization }
          : { method, path: updatePath, headers: { ...FORM, ...authorization }, body: parameters };
      try {
        const answer = await call(request, MAX_ANSWER_BYTES);
        const outcome = outcomeFromAnswer(
          { status: answer.status, body: answer.body, retryAfter: retryAfterFrom(answer.headers) },
          answer.dateMs ?? 0,
        );
        return {
          outcome: withoutVisitor(outcome, visitor),
          neverLeft: false,
          dateMs: answer.dateMs,
        };
      } catch (error) {
        const { reason, neverLeft } = failureFrom(error);
        return { outcome: { type: "unavailable", reason }, neverLeft };
      }
    },
    fetchProfile: async (visitor) => {
      const by = visitor.kind === "member" ? "thirdPartyId/" : "";
      const path = `/rest/v1/profiles/${by}${encodeURIComponent(visitor.value)}?client=${encodeURIComponent(client)}`;
      try {
        const answer = await call(
          { method: "GET", path, headers: authorization },
          MAX_PROFILE_BYTES,
        );
        return { look: profileLookFrom(answer.status, answer.body), dateMs: answer.dateMs };
      } catch (error) {
        return { look: { type: "unavailable", reason: `fetch: ${failureFrom(error).reason}` } };
      }
    },
    timeMs: async () => {
      try {
        return (await call({ method: "HEAD", path: "/" }, MAX_ANSWER_BYTES)).dateMs;
      } catch {
        // Any error means the same to the caller: Target has not told the time.
        return undefined;
      }
    },
    close: () => pool.close(),
  };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

async function readUpTo(body: Dispatcher.ResponseData["body"], maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) {
      body.destroy();
      throw new AnswerTooLargeError();
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Whoever sends this much is not Target. */
class AnswerTooLargeError extends Error {
  override readonly name = "AnswerTooLargeError";
}

type Headers = Dispatcher.ResponseData["headers"];

function dateFrom(headers: Headers): number | undefined {
  const date = headers["date"];
  const atMs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}

function retryAfterFrom(headers: Headers): string | null {
  const value = headers["retry-after"];
  return typeof value === "string" ? value : null;
}
