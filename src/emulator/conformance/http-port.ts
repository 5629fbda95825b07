/** What a service said. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; undefined when absent. */
  readonly header: (name: string) => string | undefined;
  /** The body as UTF-8, replacement characters where it is not. */
  readonly text: string;
}

export interface HttpRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent byte for byte; no content type is added to it. */
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Talks to one service.
 *
 * `target` begins with `/` and is sent as it is, percent signs included; an absolute address goes
 * where it says. Redirects are answers like any other. Rejects with `NoAnswer` when none comes.
 */
export type HttpPort = (target: string, request?: HttpRequest) => Promise<HttpAnswer>;

export class NoAnswer extends Error {
  constructor(reason: string, cause: unknown) {
    super(`no answer (${reason})`, { cause });
    this.name = "NoAnswer";
  }
}

/** Ours: Target answers within a second; a file of 50 MB takes a while to send. */
const TIMEOUT_MS = 60_000;

/** @param origin scheme, host and port; whatever path it has is left out */
export function createHttp(origin: string): HttpPort {
  return async (target, { method = "GET", body, headers = {} } = {}) => {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const url = new URL(target, origin);
    try {
      const response = await fetch(url, {
        method,
        headers,
        ...(bytes === undefined ? {} : { body: bytes as Uint8Array<ArrayBuffer> }),
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      return {
        status: response.status,
        header: (name) => response.headers.get(name) ?? undefined,
        text,
      };
    } catch (cause) {
      throw new NoAnswer(reasonOf(cause), cause);
    }
  };
}

/** Shows the token to the service itself, and to Target's edges over https; to nobody else. */
export function withToken(http: HttpPort, origin: string, token: string): HttpPort {
  return (target, request = {}) => {
    if (!isTrusted(new URL(target, origin), origin)) return http(target, request);
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    return http(target, { ...request, headers });
  };
}

function isTrusted(url: URL, origin: string): boolean {
  if (url.origin === new URL(origin).origin) return true;
  return url.protocol === "https:" && url.hostname.endsWith(".tt.omtrdc.net");
}

/** `fetch failed` says nothing; its cause does. Neither holds the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return "unknown";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  return cause.name === "Error" ? cause.message : cause.name;
}
