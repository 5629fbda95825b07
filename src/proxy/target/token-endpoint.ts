import * as z from "zod";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Lookup } from "../address-guard.ts";
import { createBoundedPool } from "./bounded-pool.ts";
import { failureFrom } from "./target-outcome.ts";
import { isToken } from "./token-file.ts";

export interface TokenEndpointOptions {
  /** Whole address, such as `https://mc.adobe.io/{tenant}/target/authentication/token?scope=profile_api`. */
  readonly url: URL;
  /** Sent as `X-Api-Key`. */
  readonly clientId: string;
  /** The bearer token of Adobe's identity service, or why there is none; asked at each use, since it expires too. */
  readonly secret: () => Promise<Result<string, string>>;
  readonly timeoutMs?: number | undefined;
  readonly lookup?: Lookup | undefined;
}

/** A token as the endpoint made it. */
export interface NewToken {
  readonly token: string;
  /** From now; absent where the endpoint does not say. */
  readonly lifetimeMs?: number | undefined;
}

export interface TokenEndpoint {
  /**
   * Makes a new token, which ends the one before. The error is fit for a log: it holds neither token
   * nor secret. No redirect is followed.
   */
  readonly newToken: () => Promise<Result<NewToken, string>>;
  readonly close: () => Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** Ours: Adobe's example has 150 bytes. */
const MAX_ANSWER_BYTES = 16_384;

/** Source: the retired developer site, "Generate a token"; `expiresIn` is in seconds. */
const Answer = z.object({
  accessToken: z.string().refine(isToken),
  tokenType: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expiresIn: z.number().positive().optional(),
});

/** Source: as above. Without its scope the token would open nothing here. */
const SCOPE = "profile_api";
const CONTENT_TYPE = "application/vnd.adobe.target.v1+json";

export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { clientId, secret, timeoutMs = DEFAULT_TIMEOUT_MS, lookup } = options;
  const url = new URL(options.url);
  if (!url.searchParams.has("scope")) url.searchParams.set("scope", SCOPE);
  const pool = createBoundedPool({ origin: url.origin, connections: 1, timeoutMs, lookup });

  const ask = async (bearer: string) =>
    pool.request({
      method: "POST",
      path: url.pathname + url.search,
      headers: {
        authorization: `Bearer ${bearer}`,
        "x-api-key": clientId,
        "content-type": CONTENT_TYPE,
      },
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });

  return {
    newToken: async () => {
      const bearer = await secret();
      if (!bearer.ok) return bearer;
      try {
        const { status, body } = await ask(bearer.value);
        if (status < 200 || status > 299) return err(`status ${status}`);
        const answer = Answer.safeParse(parsed(body));
        if (!answer.success) return err("not an answer of the token endpoint");
        const { accessToken: token, expiresIn } = answer.data;
        return ok(expiresIn === undefined ? { token } : { token, lifetimeMs: expiresIn * 1_000 });
      } catch (error) {
        return err(failureFrom(error).reason);
      }
    },
    close: pool.close,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A login page is not JSON; the schema refuses nothing as it should.
    return undefined;
  }
}
