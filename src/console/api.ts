import { Problem } from "../contract/problem.ts";

/** What became of a question to the proxy. */
export type Answer<T> =
  | { readonly type: "value"; readonly value: T }
  /** As at the last time this was asked. */
  | { readonly type: "unchanged" }
  /** The proxy understood, and would not; `code` is a problem's. */
  | {
      readonly type: "refused";
      readonly code: string;
      readonly detail: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly type: "unreachable" }
  /** An answer, and not by the contract of this page: the proxy is another version. */
  | { readonly type: "unreadable" };

/** A contract's schema, as far as it is needed here. */
export interface Shape<T> {
  readonly safeParse: (
    value: unknown,
  ) => { readonly success: true; readonly data: T } | { readonly success: false };
}

/** The admin listener's JSON API; who asks is said by the session's cookie. */
export interface Api {
  /** Asks only for what changed since it was last asked for. */
  readonly get: <T>(path: string, shape: Shape<T>) => Promise<Answer<T>>;
  readonly send: <T>(
    method: "POST" | "DELETE",
    path: string,
    body: unknown,
    shape: Shape<T>,
  ) => Promise<Answer<T>>;
  /** Forgets what was asked before: the next answers are whole ones. */
  readonly forget: () => void;
}

/** Ours: an answer that takes longer comes too late for a page that asks every few seconds. */
const PATIENCE_MS = 10_000;

/** For answers that hold nothing. */
export const NOTHING: Shape<undefined> = {
  safeParse: () => ({ success: true, data: undefined }),
};

export function createApi(fetch: typeof globalThis.fetch): Api {
  let etags = new Map<string, string>();

  async function ask<T>(
    path: string,
    init: RequestInit,
    shape: Shape<T>,
  ): Promise<{ readonly answer: Answer<T>; readonly etag?: string | undefined }> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, {
        ...init,
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await response.text();
    } catch {
      // However it failed, there is no answer; the next one may come.
      return { answer: { type: "unreachable" } };
    }
    if (response.status === 304) return { answer: { type: "unchanged" } };
    const body = text === "" ? undefined : parsed(text);
    if (!response.ok) return { answer: refusal(response, body) };
    const value = shape.safeParse(body);
    return value.success
      ? {
          answer: { type: "value", value: value.data },
          etag: response.headers.get("etag") ?? undefined,
        }
      : { answer: { type: "unreadable" } };
  }

  return {
    get: async (path, shape) => {
      // Those of now: an answer that comes after they were forgotten is not remembered.
      const mine = etags;
      const known = mine.get(path);
      const headers = known === undefined ? {} : { "if-none-match": known };
      const { answer, etag } = await ask(path, { headers }, shape);
      if (etag !== undefined) mine.set(path, etag);
      return answer;
    },
    send: async (method, path, body, shape) => {
      const content =
        body === undefined
          ? {}
          : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      return (await ask(path, { method, ...content }, shape)).answer;
    },
    forget: () => {
      etags = new Map();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Somebody between us and the proxy answers in their own words.
    return undefined;
  }
}

function refusal(response: Response, body: unknown): Answer<never> {
  const problem = Problem.safeParse(body);
  // A gateway's page, or the proxy on its way up or down.
  if (!problem.success) return { type: "unreachable" };
  const seconds = Number(response.headers.get("retry-after"));
  return {
    type: "refused",
    code: problem.data.code,
    detail: problem.data.detail,
    ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}),
  };
}
