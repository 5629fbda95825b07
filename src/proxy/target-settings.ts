import { isIP } from "node:net";
import path from "node:path";
import * as z from "zod";
import { isPublicAddress } from "./address-guard.ts";
import { isLoopback } from "./loopback.ts";
import { refusalOfService } from "./service-address.ts";
import { isToken } from "./target/token-file.ts";
import { DEFAULT_MAX_VALUE_LENGTH } from "./target/update-limits.ts";

/** Where to forward, and with what right. */
export interface TargetSettings {
  readonly client: string;
  readonly origin: string;
  readonly token: string | undefined;
  /** The file `token` came from, to be followed when it changes. */
  readonly tokenFile?: string | undefined;
  /** In place of `token`: where tokens are made. */
  readonly tokenEndpoint?: TokenEndpointSettings | undefined;
}

export interface TokenEndpointSettings {
  readonly url: URL;
  readonly clientId: string;
  readonly secret: string;
  /** The file `secret` came from, to be read again at each use. */
  readonly secretFile: string | undefined;
  /** Where the token lies between two starts. */
  readonly keptIn: string;
}

/** Source: Adobe Target developer guide, Single Profile Update API, caveats: 1 million in any rolling 24 hours. */
const TARGET_CALLS_PER_DAY = 1_000_000;

/** Ours: a time as ISO 8601 has 24 characters, and below that no scan could be told. */
const MIN_VALUE_LENGTH = 24;

/** Source: Delivery API, OpenAPI: 5000, which is what the limits page said for a while. */
const HIGHEST_VALUE_LENGTH = 5_000;

/** Source: older Adobe documentation, profile fetch: one million requests over 24 hours. */
const TARGET_FETCHES_PER_DAY = 1_000_000;

const Days = z.coerce
  .number()
  .int("must be a whole number of days")
  .min(1, "must be at least a day")
  .max(90, "must be 90 days at most, the longest a profile lasts")
  .default(14);

const Token = z.string().refine(isToken, "must be the token alone, without spaces");

/** The environment's variables about Target. */
export const TargetVariables = {
  TARGET_CLIENT: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, "must be a Target client code, letters and digits")
    .optional(),
  TARGET_ORIGIN: z.url("must be an address such as https://example.tt.omtrdc.net").optional(),
  TARGET_TOKEN: Token.optional(),
  TARGET_TOKEN_FILE: z.string().min(1).optional(),
  TARGET_TOKEN_URL: z.string().min(1).optional(),
  TARGET_TOKEN_CLIENT_ID: z
    .string()
    .refine(isToken, "must be the client id alone, without spaces")
    .optional(),
  TARGET_TOKEN_SECRET: Token.optional(),
  TARGET_TOKEN_SECRET_FILE: z.string().min(1).optional(),
  TARGET_DAILY_CALLS: z.coerce
    .number()
    .int()
    .min(1)
    .max(TARGET_CALLS_PER_DAY, "Target allows 1000000 in any rolling 24 hours")
    .default(TARGET_CALLS_PER_DAY),
  TARGET_SPACING_SECONDS: z.coerce
    .number("must be a number of seconds")
    .int("must be a whole number of seconds")
    .min(1, "must be at least a second")
    .max(3_600, "must be an hour at most")
    .default(10),
  FRESH_MINUTES: z.coerce
    .number("must be a number of minutes")
    .min(1, "must be at least a minute")
    .max(60, "must be an hour at most: what is older is looked at before it is sent")
    .default(5),
  TARGET_METHOD: z.enum(["POST", "GET"], "must be POST or GET").default("POST"),
  TARGET_MAX_VALUE_LENGTH: z.coerce
    .number()
    .int("must be a whole number of characters")
    .min(MIN_VALUE_LENGTH, `must be at least ${MIN_VALUE_LENGTH}, the length of a time`)
    .max(HIGHEST_VALUE_LENGTH, `must be at most ${HIGHEST_VALUE_LENGTH}`)
    .default(DEFAULT_MAX_VALUE_LENGTH),
  TARGET_PATH: z.enum(["code", "literal"], "must be code or literal").default("code"),
  TARGET_DAILY_FETCHES: z.coerce
    .number()
    .int()
    .min(10, "must be at least 10")
    .max(TARGET_FETCHES_PER_DAY, "Target once allowed 1000000 in 24 hours")
    .default(TARGET_FETCHES_PER_DAY / 2),
  TARGET_PROFILE_DAYS: Days,
  READ_BACK_AFTER_MINUTES: z.coerce
    .number("must be a number of minutes")
    .min(0.01)
    .max(1_440, "must be a day at most")
    .default(60),
  UNKNOWN_DAYS: Days,
  UNKNOWN_VISITORS: z.enum(["wait", "create"], "must be wait or create").default("wait"),
};

const Variables = z.object(TargetVariables);
type Variables = z.infer<typeof Variables>;

/** Nothing without a client code: then the emulator is Target. */
export function targetSettingsFrom(env: Variables, dataDir: string): TargetSettings | undefined {
  if (env.TARGET_CLIENT === undefined) return undefined;
  const tokenEndpoint = tokenEndpointFrom(env, dataDir);
  return {
    client: env.TARGET_CLIENT,
    origin: env.TARGET_ORIGIN ?? `https://${env.TARGET_CLIENT}.tt.omtrdc.net`,
    token: env.TARGET_TOKEN,
    tokenFile: tokenEndpoint === undefined ? env.TARGET_TOKEN_FILE : undefined,
    tokenEndpoint,
  };
}

/** Ours: the file's name where `TARGET_TOKEN_FILE` names none. */
const KEPT_TOKEN = "target-token";

function tokenEndpointFrom(env: Variables, dataDir: string): TokenEndpointSettings | undefined {
  const {
    TARGET_TOKEN_URL: url,
    TARGET_TOKEN_CLIENT_ID: clientId,
    TARGET_TOKEN_SECRET: secret,
  } = env;
  if (url === undefined || clientId === undefined || secret === undefined) return undefined;
  return {
    url: new URL(url),
    clientId,
    secret,
    secretFile: env.TARGET_TOKEN_SECRET_FILE,
    keptIn: path.resolve(env.TARGET_TOKEN_FILE ?? path.join(dataDir, KEPT_TOKEN)),
  };
}

/** What does not go together, as one sentence. */
export function refusalOfTarget(env: Variables): string | undefined {
  return refusalOfOrigin(env) ?? refusalOfTokens(env);
}

function refusalOfOrigin(env: Variables): string | undefined {
  if (env.TARGET_ORIGIN === undefined) return undefined;
  const origin = new URL(env.TARGET_ORIGIN);
  if (origin.origin !== env.TARGET_ORIGIN.replace(/\/$/, "")) {
    return "TARGET_ORIGIN: must be an origin only, without path, query or password.";
  }
  if (origin.protocol !== "https:" && !isLoopback(origin.hostname)) {
    return "TARGET_ORIGIN: must begin with https:// unless it is a loopback address.";
  }
  const bare = origin.hostname.replace(/^\[|\]$/g, "");
  if (isIP(bare) !== 0 && !isLoopback(bare) && !isPublicAddress(bare)) {
    return "TARGET_ORIGIN: a private address is no Target; only loopback is let through.";
  }
  return env.TARGET_CLIENT === undefined
    ? "TARGET_ORIGIN: needs TARGET_CLIENT beside it; without both the emulator is used."
    : undefined;
}

function refusalOfTokens(env: Variables): string | undefined {
  const { TARGET_TOKEN_URL: url } = env;
  if (url === undefined) {
    const stray = (["TARGET_TOKEN_CLIENT_ID", "TARGET_TOKEN_SECRET"] as const).find(
      (name) => env[name] !== undefined,
    );
    return stray === undefined
      ? undefined
      : `${stray}: is for TARGET_TOKEN_URL; set that too, or leave it out.`;
  }
  if (env.TARGET_TOKEN !== undefined) {
    return "TARGET_TOKEN: TARGET_TOKEN_URL makes tokens by itself; keep one of them.";
  }
  if (env.TARGET_CLIENT === undefined) {
    return "TARGET_TOKEN_URL: needs TARGET_CLIENT beside it; the emulator makes no tokens.";
  }
  if (env.TARGET_TOKEN_CLIENT_ID === undefined) {
    return "TARGET_TOKEN_CLIENT_ID: TARGET_TOKEN_URL needs it: what is sent as X-Api-Key.";
  }
  if (env.TARGET_TOKEN_SECRET === undefined) {
    return "TARGET_TOKEN_SECRET: TARGET_TOKEN_URL needs it, or TARGET_TOKEN_SECRET_FILE: the bearer token of Adobe's identity service.";
  }
  return refusalOfService("TARGET_TOKEN_URL", url, "TARGET_TOKEN_SECRET");
}
