import type { Readable } from "node:stream";
import { Pool, type buildConnector, type Dispatcher } from "undici";
import { createGuardedLookup, type Lookup } from "../address-guard.ts";
import { isLoopback } from "../settings.ts";

export interface ConnectionOptions {
  /** Where Target is, such as `https://example.tt.omtrdc.net`. */
  readonly origin: string;
  /** Client code. */
  readonly client: string;
  /** Profile authentication token, when Target asks for one. */
  readonly token?: string | undefined;
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

export interface TargetAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: string;
  /** Target's `Date`, in milliseconds since 1970, when it told one. */
  readonly dateMs?: number | undefined;
}

/** Everything that is sent to Target goes through here: one pool, one token, one guard of addresses. */
export interface TargetConnection {
  /**
   * One request and its whole answer, within the time limit. Redirects are answers like any other.
   * Throws what undici throws, or an `AnswerTooLargeError`; `failureFrom` reads both.
   */
  readonly request: (request: TargetRequest) => Promise<TargetAnswer>;
  readonly client: string;
  readonly origin: string;
  readonly timeoutMs: number;
  /** Lets requests in flight end. */
  readonly close: () => Promise<void>;
}

/** Ours: enough for 11.6 calls a second at half a second each. */
const CONNECTIONS = 8;

const DEFAULT_TIMEOUT_MS = 10_000;

export function createTargetConnection(options: ConnectionOptions): TargetConnection {
  const { client, origin, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const lookup = options.lookup ?? createGuardedLookup(isLoopback(new URL(origin).hostname));
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: timeoutMs, lookup } as buildConnector.BuildOptions,
  });
  const authorization =
    options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };

  return {
    client,
    origin,
    timeoutMs,
    request: async ({ method, path, body, maxBytes, ...request }) => {
      const limitMs = request.timeoutMs ?? timeoutMs;
      const { statusCode, headers, ...answer } = await pool.request({
        method,
        path,
        headers: { ...request.headers, ...(request.authorize === false ? {} : authorization) },
        ...(body === undefined ? {} : { body }),
        headersTimeout: limitMs,
        bodyTimeout: limitMs,
        signal: AbortSignal.timeout(limitMs),
      });
      const text = await readUpTo(answer.body, maxBytes);
      return { status: statusCode, headers, body: text, dateMs: dateFrom(headers) };
    },
    close: () => pool.close(),
  };
}

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

function dateFrom(headers: TargetAnswer["headers"]): number | undefined {
  const date = headers["date"];
  const atMs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}
