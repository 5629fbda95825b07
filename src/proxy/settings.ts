import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import * as z from "zod";
import { err, ok, type Result } from "../domain/result.ts";

/** What the proxy was told by its environment, checked whole before anything starts. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Hops in front of us that may speak for the client, as Fastify's `trustProxy`. */
  readonly trustedHops: number | undefined;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Given, or to be generated into `dataDir`. */
  readonly adminToken: string | undefined;
  readonly emulatorPort: number;
  readonly dataDir: string;
  /** What the database is worth nothing without; backed up and restored with it. May be missing. */
  readonly keysFile: string;
  /** Where to forward; absent means: start the emulator and forward there. */
  readonly target: TargetSettings | undefined;
  readonly dailyCalls: number;
  readonly updateMethod: "POST" | "GET";
  /** File with the chain's configuration of the kiosks; absent means the shipped example. */
  readonly kioskConfigFile: string | undefined;
}

export interface TargetSettings {
  readonly client: string;
  readonly origin: string;
  readonly token: string | undefined;
}

/** Source: Adobe Target developer guide, Single Profile Update API, caveats: 1 million in any rolling 24 hours. */
const TARGET_CALLS_PER_DAY = 1_000_000;

const Port = z.coerce.number().int().min(0).max(65_535);

const Environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: Port.default(8080),
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  TRUSTED_HOPS: z.coerce.number().int().min(1).max(16).optional(),
  ADMIN_HOST: z.string().min(1).default("127.0.0.1"),
  ADMIN_PORT: Port.default(8082),
  ADMIN_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  EMULATOR_PORT: Port.default(8081),
  DATA_DIR: z.string().min(1).default("./data"),
  KEYS_FILE: z.string().min(1).optional(),
  DATABASE_URL: z
    .undefined("PostgreSQL is not part of this version; leave it unset to use SQLite in DATA_DIR")
    .optional(),
  TARGET_CLIENT: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, "must be a Target client code, letters and digits")
    .optional(),
  TARGET_ORIGIN: z.url("must be an address such as https://example.tt.omtrdc.net").optional(),
  TARGET_TOKEN: z.string().min(1).optional(),
  TARGET_DAILY_CALLS: z.coerce
    .number()
    .int()
    .min(1)
    .max(TARGET_CALLS_PER_DAY, "Target allows 1000000 in any rolling 24 hours")
    .default(TARGET_CALLS_PER_DAY),
  TARGET_METHOD: z.enum(["POST", "GET"], "must be POST or GET").default("POST"),
  VISITOR_ID_MODE: z
    .literal("card", "this version knows only card: the normalised card number is the visitor id")
    .default("card"),
  KIOSK_CONFIG: z.string().min(1).optional(),
});

/** Variables that may also be given as the name of a file that holds the value. */
const SECRETS = ["ADMIN_TOKEN", "TARGET_TOKEN", "DATABASE_URL"] as const;

/** Reads the environment. The error is one sentence that names the variable and the cure. */
export function settingsFrom(
  environment: Readonly<Record<string, string | undefined>>,
): Result<Settings, string> {
  const secrets = withSecretFiles(environment);
  if (!secrets.ok) return secrets;
  const parsed = Environment.safeParse(secrets.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(`${issue?.path.join(".")}: ${issue?.message ?? "not usable"}.`);
  }
  const env = parsed.data;
  const refusal = refusalOfCombination(env);
  if (refusal !== undefined) return err(refusal);
  return ok({
    host: env.HOST,
    port: env.PORT,
    tls:
      env.TLS_CERT_FILE !== undefined && env.TLS_KEY_FILE !== undefined
        ? { certFile: env.TLS_CERT_FILE, keyFile: env.TLS_KEY_FILE }
        : undefined,
    trustedHops: env.TRUSTED_HOPS,
    adminHost: env.ADMIN_HOST,
    adminPort: env.ADMIN_PORT,
    adminToken: env.ADMIN_TOKEN,
    emulatorPort: env.EMULATOR_PORT,
    dataDir: path.resolve(env.DATA_DIR),
    keysFile: path.resolve(env.KEYS_FILE ?? path.join(env.DATA_DIR, "keys.json")),
    target:
      env.TARGET_CLIENT === undefined
        ? undefined
        : {
            client: env.TARGET_CLIENT,
            origin: env.TARGET_ORIGIN ?? `https://${env.TARGET_CLIENT}.tt.omtrdc.net`,
            token: env.TARGET_TOKEN,
          },
    dailyCalls: env.TARGET_DAILY_CALLS,
    updateMethod: env.TARGET_METHOD,
    kioskConfigFile: env.KIOSK_CONFIG,
  });
}

function refusalOfCombination(env: z.infer<typeof Environment>): string | undefined {
  if ((env.TLS_CERT_FILE === undefined) !== (env.TLS_KEY_FILE === undefined)) {
    return "TLS_CERT_FILE and TLS_KEY_FILE: give both or neither.";
  }
  if (!isLoopback(env.HOST) && env.TLS_CERT_FILE === undefined && env.TRUSTED_HOPS === undefined) {
    return (
      `HOST: browsers run the kiosk offline only over https, so ${env.HOST} needs TLS_CERT_FILE and ` +
      "TLS_KEY_FILE, or TRUSTED_HOPS when a terminator stands in front; 127.0.0.1 needs neither."
    );
  }
  if (env.TARGET_ORIGIN !== undefined) {
    const origin = new URL(env.TARGET_ORIGIN);
    if (origin.origin !== env.TARGET_ORIGIN.replace(/\/$/, "")) {
      return "TARGET_ORIGIN: must be an origin only, without path, query or password.";
    }
    if (origin.protocol !== "https:" && !isLoopback(origin.hostname)) {
      return "TARGET_ORIGIN: must begin with https:// unless it is a loopback address.";
    }
    if (env.TARGET_CLIENT === undefined) {
      return "TARGET_ORIGIN: needs TARGET_CLIENT beside it; without both the emulator is used.";
    }
  }
  return undefined;
}

/** Whether a host name can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  if (bare === "localhost" || bare === "::1") return true;
  return isIP(bare) === 4 && bare.startsWith("127.");
}

function withSecretFiles(
  environment: Readonly<Record<string, string | undefined>>,
): Result<Record<string, string | undefined>, string> {
  // An empty variable is how a compose file says "not set".
  const merged: Record<string, string | undefined> = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ""),
  );
  for (const name of SECRETS) {
    const file = merged[`${name}_FILE`];
    if (file === undefined) continue;
    if (merged[name] !== undefined) return err(`${name}_FILE: ${name} is given too; keep one.`);
    try {
      merged[name] = readFileSync(file, "utf8").trim();
    } catch (cause) {
      return err(`${name}_FILE: cannot be read (${(cause as NodeJS.ErrnoException).code}).`);
    }
  }
  return ok(merged);
}
