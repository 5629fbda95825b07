import type { Readable } from "node:stream";
import type { Lookup } from "../address-guard.ts";
import { createBoundedPool, type BoundedAnswer } from "./bounded-pool.ts";
import { isRefusalOfToken } from "./target-outcome.ts";
import { fixedToken, TokenUnavailableError, type TokenSource } from "./token-source.ts";

export interface ConnectionOptions {
  /** Where Target is, such as `https://example.tt.omtrdc.net`. */
  readonly origin: string;
  /** Client code. */
  readonly client: string;
  /** Profile authentication token, when Target asks for one that never changes. */
  readonly token?: string | undefined;
  /** Where tokens come from, in place of `token`. Whoever made it closes it. */
  readonly tokens?: TokenSource | undefined;
  /** Longest a request may take, from connecting to the last byte, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** How a name becomes addresses that may be called; the system's own way, guarded, unless given. */
  readonly lookup?: Lookup | undefined;
}

export interface TargetRequest {
  readonly method: "GET" | "HEAD" | "POST";
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
  /** Longest answer that is read, in bytes. */
  readonly maxBytes: number;
  /** In place of the connection's own limit. */
  readonly timeoutMs?: number;
  /** Whether Target is shown the token, where there is one; yes unless said otherwise. */
  readonly authorize?: boolean;
}

export interface TargetAnswer extends BoundedAnswer {
  /** Target's `Date`, in milliseconds since 1970, when it told one. */
  readonly dateMs?: number | undefined;
}

/** Everything that is sent to Target goes through here: one pool, one token, one guard of addresses. */
export interface TargetConnection {
  /**
   * One request and its whole answer, within the time limit, which waiting for a token is part of.
   * Redirects are answers like any other. Throws what undici throws, an `AnswerTooLargeError`, or a
   * `TokenUnavailableError` before anything is sent; `failureFrom` reads all three.
   */
  readonly request: (request: TargetRequest) => Promise<TargetAnswer>;
  readonly client: string;
  readonly origin: string;
  readonly timeoutMs: number;
  /** Lets requests in flight end. */
  readonly close: () => Promise<void>;
}

/** Ours: enough for 11.6 looks and as many calls a second at a second each. */
const CONNECTIONS = 24;

const DEFAULT_TIMEOUT_MS = 10_000;

export function createTargetConnection(options: ConnectionOptions): TargetConnection {
  const { client, origin, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const pool = createBoundedPool({
    origin,
    connections: CONNECTIONS,
    timeoutMs,
    lookup: options.lookup,
  });
  const tokens =
    options.tokens ?? (options.token === undefined ? undefined : fixedToken(options.token));

  return {
    client,
    origin,
    timeoutMs,
    request: async ({ authorize = true, ...request }) => {
      const limitMs = request.timeoutMs ?? timeoutMs;
      const signal = AbortSignal.timeout(limitMs);
      const token = authorize && tokens !== undefined ? await inTime(tokens, signal) : undefined;
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await pool.request({
        ...request,
        headers: { ...request.headers, ...authorization },
        timeoutMs: limitMs,
        signal,
      });
      if (token !== undefined && isRefusalOfToken(answer.status)) tokens?.refused(token);
      return { ...answer, dateMs: dateFrom(answer.headers) };
    },
    close: pool.close,
  };
}

/** A call that waits for its token past its time limit would leave later than it may (rule QT1). */
async function inTime(tokens: TokenSource, signal: AbortSignal): Promise<string> {
  const tooLate = Promise.withResolvers<never>();
  const giveUp = () => tooLate.reject(new TokenUnavailableError());
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([tokens.token(), tooLate.promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function dateFrom(headers: TargetAnswer["headers"]): number | undefined {
  const date = headers["date"];
  const atMs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}
