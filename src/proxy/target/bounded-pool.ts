import type { Readable } from "node:stream";
import { Pool, type buildConnector, type Dispatcher } from "undici";
import { createGuardedLookup, type Lookup } from "../address-guard.ts";
import { isLoopback } from "../loopback.ts";

export interface PoolOptions {
  readonly origin: string;
  /** Requests at once; more wait their turn. */
  readonly connections: number;
  /** Longest that connecting may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How a name becomes addresses that may be called; the system's own way, guarded, unless given. */
  readonly lookup?: Lookup | undefined;
}

export interface BoundedRequest {
  readonly method: "GET" | "HEAD" | "POST";
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable | undefined;
  /** Longest answer that is read, in bytes. */
  readonly maxBytes: number;
  /** Ends the request wherever it is; no phase of it lasts longer than `timeoutMs` anyway. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface BoundedAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: string;
}

/** Connections to one origin, on which nothing lasts or grows without bound. */
export interface BoundedPool {
  /**
   * One request and its whole answer. Redirects are answers like any other. Throws what undici throws,
   * or an `AnswerTooLargeError`.
   */
  readonly request: (request: BoundedRequest) => Promise<BoundedAnswer>;
  /** Lets requests in flight end. */
  readonly close: () => Promise<void>;
}

export function createBoundedPool(options: PoolOptions): BoundedPool {
  const { origin, connections, timeoutMs } = options;
  const lookup = options.lookup ?? createGuardedLookup(isLoopback(new URL(origin).hostname));
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: timeoutMs, lookup } as buildConnector.BuildOptions,
  });
  return {
    request: async ({ method, path, headers, body, signal, ...bounds }) => {
      const answer = await pool.request({
        method,
        path,
        headers: headers ?? {},
        ...(body === undefined ? {} : { body }),
        headersTimeout: bounds.timeoutMs,
        bodyTimeout: bounds.timeoutMs,
        signal,
      });
      const text = await readUpTo(answer.body, bounds.maxBytes);
      return { status: answer.statusCode, headers: answer.headers, body: text };
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

/** Whoever sends this much is not who was asked. */
export class AnswerTooLargeError extends Error {
  override readonly name = "AnswerTooLargeError";
}
