import * as z from "zod/mini";
import {
  contentDigestOf,
  SIGNATURE_LABEL,
  signatureBase,
  signatureParameters,
  SIGNING_ALGORITHM,
} from "../contract/request-signature.ts";
import type { Clock } from "../domain/clock.ts";
import type { SigningKey } from "./identity.ts";
import type { KeptStore } from "./kept-store.ts";

export interface SignedInit extends Omit<RequestInit, "body" | "headers"> {
  readonly method: "GET" | "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body's, where it has one. */
  readonly nonce?: string;
}

/**
 * A fetch whose requests say who sends them. Without a key nothing leaves, and the answer is the 401
 * that the proxy would give.
 */
export type SignedFetch = (path: string, init: SignedInit) => Promise<Response>;

export interface SignedFetchDeps {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** Asked before every request: pairing and rotation change it under a page that goes on. */
  readonly key: () => Promise<SigningKey | undefined>;
  readonly kept: KeptStore;
  readonly clock: Clock;
  readonly newNonce: () => string;
}

/** Where the difference between the proxy's clock and this one is kept, in milliseconds. */
export const PROXY_OFFSET_KEY = "proxy-offset";

/**
 * Signs at send, never at capture, in the proxy's time: how far off this kiosk's clock is, a refusal
 * `stale` tells, and the request goes once more.
 */
export function createSignedFetch(deps: SignedFetchDeps): SignedFetch {
  const { fetch, kept, clock } = deps;
  let offsetMs: number | undefined;

  const learnedOffset = async (): Promise<number> => {
    const stored = await kept.get(PROXY_OFFSET_KEY).catch(() => 0);
    return typeof stored === "number" ? stored : 0;
  };

  return async (path, { nonce = deps.newNonce(), ...init }) => {
    const send = async (): Promise<Response> => {
      const key = await deps.key();
      if (key === undefined) return new Response(null, { status: 401 });
      offsetMs ??= await learnedOffset();
      const created = Math.floor((clock.wallMs() + offsetMs) / 1_000);
      const headers = await signatureHeaders(key, { ...init, path, nonce, created });
      return fetch(path, { ...init, headers: { ...init.headers, ...headers } });
    };

    const answer = await send();
    const proxyTimeMs = answer.status === 401 ? await staleTime(answer.clone()) : undefined;
    if (proxyTimeMs === undefined) return answer;
    offsetMs = proxyTimeMs - clock.wallMs();
    // Best effort: a life that does not know of it is told again.
    kept.put(PROXY_OFFSET_KEY, offsetMs).catch(() => undefined);
    return send();
  };
}

interface Unsigned {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly nonce: string;
  readonly created: number;
}

async function signatureHeaders(
  { keyId, privateKey }: SigningKey,
  { method, path, body = "", nonce, created }: Unsigned,
): Promise<Record<string, string>> {
  const { subtle } = crypto;
  const contentDigest = contentDigestOf(base64(await subtle.digest("SHA-256", bytesOf(body))));
  const parameters = signatureParameters({ created, nonce, keyId });
  const base = signatureBase({ method, path, contentDigest }, parameters);
  const signature = await subtle.sign(SIGNING_ALGORITHM, privateKey, bytesOf(base));
  return {
    "content-digest": contentDigest,
    "signature-input": `${SIGNATURE_LABEL}=${parameters}`,
    signature: `${SIGNATURE_LABEL}=:${base64(signature)}:`,
  };
}

const Stale = z.object({ code: z.literal("stale"), proxyTimeMs: z.int() });

/** The proxy's time, where that is what a refusal is about. */
async function staleTime(answer: Response): Promise<number | undefined> {
  const problem = Stale.safeParse(await answer.json().catch(() => undefined));
  return problem.success ? problem.data.proxyTimeMs : undefined;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
