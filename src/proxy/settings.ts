import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import path from "node:path";
import * as z from "zod";
import {
  OverflowVariables,
  overflowSettingsFrom,
  type OverflowSettings,
} from "./overflow/overflow-settings.ts";
import { ATTRIBUTE_NAME, MAX_VALUE_LENGTH } from "../domain/attribute.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { isLoopback } from "./loopback.ts";
import {
  refusalOfRetention,
  retentionFrom,
  RetentionVariables,
  type RetentionSettings,
} from "./retention-settings.ts";
import { refusalOfService } from "./service-address.ts";
import {
  refusalOfTarget,
  targetSettingsFrom,
  TargetVariables,
  type TargetSettings,
} from "./target-settings.ts";

export { isLoopback } from "./loopback.ts";

/** What the proxy was told by its environment, checked whole before anything starts. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /**
   * Who in front of us may speak for the client: so many hops, whoever they are, or those at these
   * addresses and in these networks.
   */
  readonly trustedHops: number | readonly string[] | undefined;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Given, or to be generated into `dataDir`. */
  readonly adminToken: string | undefined;
  /** Somebody compares fingerprints before a newly paired kiosk is let in. */
  readonly pairingApproval: boolean;
  readonly emulatorPort: number;
  readonly dataDir: string;
  /** Bytes that must stay free on the disk of `dataDir`, or nothing more is taken in; 0 for none. */
  readonly diskReserveBytes: number;
  /** The PostgreSQL that several proxies share; absent means SQLite in `dataDir`. Holds a password. */
  readonly databaseUrl: string | undefined;
  /** Where the proxy's keys lie, or are made at the first start. */
  readonly keysFile: string;
  /** Withdrawals, erasures and kiosks shut out, outside the database. */
  readonly privacyLogFile: string;
  /** How a card becomes the id Target knows the visitor by. */
  readonly visitorIds: VisitorIdSettings;
  /** Days without a scan after which a visitor's id is dropped. */
  readonly idRetentionDays: number;
  /** How long the past is kept, and how long ago an update may have taken effect. */
  readonly retention: RetentionSettings;
  /** Where to forward; absent means: start the emulator and forward there. */
  readonly target: TargetSettings | undefined;
  readonly dailyCalls: number;
  /** Shortest time between two calls for one visitor, in which updates coalesce. */
  readonly spacingSeconds: number;
  /** Minutes for which a scan goes before the backlog (rule QT4). */
  readonly freshMinutes: number;
  readonly updateMethod: "POST" | "GET";
  readonly updatePath: "code" | "literal";
  /** Minutes after Target's word at which its profile is looked at. */
  readonly readBackAfterMinutes: number;
  /** Days a visitor Target does not have is looked for, and a profile lasts unvisited. */
  readonly unknownDays: number;
  readonly profileDays: number;
  /** Whether a member Target does not have is created there, by a bulk file. */
  readonly unknownVisitors: "wait" | "create";
  /** Profiles fetched in 24 hours at most, to read back and to look for visitors. */
  readonly dailyFetches: number;
  readonly overflow: OverflowSettings | undefined;
  /** Longest attribute value that is sent, in UTF-16 code units. */
  readonly maxValueLength: number;
  /** How much the proxy says on standard error; no level ever names a visitor. */
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  /** What an attribute is overwritten with after a withdrawal, by name; `*` for all others. */
  readonly clearedValues: Readonly<Record<string, string>>;
  /** Adobe's id of the company, for Privacy Service jobs. */
  readonly organization: string;
  /** File with the chain's configuration of the kiosks; absent means the shipped example. */
  readonly kioskConfigFile: string | undefined;
}

/** `VISITOR_ID_MODE`, with what `lookup` looks into. */
export type VisitorIdSettings =
  | { readonly mode: "card" }
  | { readonly mode: "hmac" }
  | { readonly mode: "lookup-file"; readonly file: string }
  | {
      readonly mode: "lookup-url";
      readonly url: URL;
      readonly isLoopback: boolean;
      readonly token: string | undefined;
    };

/** Ours: a yearly shopper is still known at the second visit. */
const DEFAULT_ID_RETENTION_DAYS = 400;

/** Ours: what forwarding and settling write in hours, and time enough for somebody to come. */
const DEFAULT_DISK_RESERVE_MB = 256;
const MEGABYTE = 1_000_000;

const Port = z.coerce.number().int().min(0).max(65_535);

/**
 * Attribute names with what each is overwritten with when a visitor withdraws; `*` for all others.
 *
 * Adobe says that an empty value is ignored in a bulk update, and of a single one nothing.
 */
const ClearedValues = z.record(
  z.union([z.literal("*"), z.string().regex(ATTRIBUTE_NAME)]),
  z
    .string()
    .max(MAX_VALUE_LENGTH)
    .refine((text) => text.isWellFormed(), "holds half a surrogate pair, which cannot be sent"),
  'must be JSON such as {"visitReason":"none"}',
);

/**
 * Ours: what an attribute without a value of its own becomes after a withdrawal. Not empty: Target's
 * bulk updates ignore empty values, and for single ones nothing is documented.
 */
const CLEARED = "-";

/** Ours: no chain of terminators is longer, and no list of them. */
const MAX_HOPS = 16;
const MAX_TERMINATORS = 64;

const TrustedHops = z.custom<number | readonly string[]>(
  (hops) =>
    Array.isArray(hops)
      ? hops.length <= MAX_TERMINATORS && hops.every(isAddressOrNetwork)
      : Number.isInteger(hops) && Number(hops) >= 1 && Number(hops) <= MAX_HOPS,
  "must be a number from 1 to 16, or addresses and networks such as 10.0.0.5,192.168.4.0/24",
);

function trustedHopsFrom(text: string): number | readonly string[] {
  const trimmed = text.trim();
  return /^-?\d+(\.\d+)?$/.test(trimmed) && isIP(trimmed) === 0
    ? Number(trimmed)
    : trimmed.split(",").map((each) => each.trim());
}

/** A network has at least one fixed bit: everybody is no terminator of ours. */
function isAddressOrNetwork(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

const Environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: Port.default(8080),
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  TRUSTED_HOPS: z.string().transform(trustedHopsFrom).pipe(TrustedHops).optional(),
  ADMIN_HOST: z.string().min(1).default("127.0.0.1"),
  ADMIN_PORT: Port.default(8082),
  ADMIN_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  PAIRING_APPROVAL: z.enum(["on", "off"], "must be on or off").default("off"),
  EMULATOR_PORT: Port.default(8081),
  DATA_DIR: z.string().min(1).default("./data"),
  DISK_RESERVE_MB: z.coerce
    .number("must be a number of megabytes")
    .int("must be a whole number of megabytes")
    .min(0)
    .max(1_000_000)
    .default(DEFAULT_DISK_RESERVE_MB),
  KEYS_FILE: z.string().min(1).optional(),
  PRIVACY_LOG_FILE: z.string().min(1).optional(),
  DATABASE_URL: z
    .string()
    .refine(
      isPostgresUrl,
      "must be postgres://user:password@host:port/database; leave it unset to use SQLite in DATA_DIR",
    )
    .optional(),
  ...TargetVariables,
  ...OverflowVariables,
  VISITOR_ID_MODE: z
    .enum(["card", "hmac", "lookup"], "must be card, hmac or lookup")
    .default("card"),
  VISITOR_ID_LOOKUP: z.string().min(1).optional(),
  VISITOR_ID_LOOKUP_TOKEN: z.string().min(1).optional(),
  VISITOR_ID_RETENTION_DAYS: z.coerce
    .number()
    .int("must be a whole number of days")
    .min(1, "must be at least a day")
    .max(36_500)
    .default(DEFAULT_ID_RETENTION_DAYS),
  ...RetentionVariables,
  LOG_LEVEL: z
    .enum(
      ["fatal", "error", "warn", "info", "debug", "trace"],
      "must be fatal, error, warn, info, debug or trace",
    )
    .default("warn"),
  CLEARED_VALUES: z.string().transform(jsonFrom).pipe(ClearedValues).default({}),
  ADOBE_ORGANIZATION: z
    .string()
    .regex(/^[A-Za-z0-9]+@AdobeOrg$/, "must be the organization's id, such as 1234ABCD@AdobeOrg")
    .default("YOUR-ORGANIZATION@AdobeOrg"),
  KIOSK_CONFIG: z.string().min(1).optional(),
});

/** A host may also stand behind the question mark, as a socket's folder does. */
function isPostgresUrl(text: string): boolean {
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) return false;
  try {
    return decodeURIComponent(new URL(text).pathname).length > 1 && decodeURIComponent(text) !== "";
  } catch {
    // A URIError is how it says that a percent sign in it begins nothing.
    return false;
  }
}

/** Nothing when it is not JSON, which the schema after it refuses by name. */
function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A SyntaxError is how JSON.parse says no.
    return undefined;
  }
}

/** Variables that may also be given as the name of a file that holds the value. */
const SECRETS = [
  "ADMIN_TOKEN",
  "TARGET_TOKEN",
  "TARGET_TOKEN_SECRET",
  "VISITOR_ID_LOOKUP_TOKEN",
  "DATABASE_URL",
] as const;

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
    pairingApproval: env.PAIRING_APPROVAL === "on",
    emulatorPort: env.EMULATOR_PORT,
    dataDir: path.resolve(env.DATA_DIR),
    diskReserveBytes: env.DISK_RESERVE_MB * MEGABYTE,
    databaseUrl: env.DATABASE_URL,
    keysFile: path.resolve(env.KEYS_FILE ?? path.join(env.DATA_DIR, "keys.json")),
    privacyLogFile: path.resolve(env.PRIVACY_LOG_FILE ?? path.join(env.DATA_DIR, "privacy.log")),
    target: targetSettingsFrom(env, env.DATA_DIR),
    dailyCalls: env.TARGET_DAILY_CALLS,
    spacingSeconds: env.TARGET_SPACING_SECONDS,
    freshMinutes: env.FRESH_MINUTES,
    updateMethod: env.TARGET_METHOD,
    updatePath: env.TARGET_PATH,
    readBackAfterMinutes: env.READ_BACK_AFTER_MINUTES,
    unknownDays: env.UNKNOWN_DAYS,
    profileDays: env.TARGET_PROFILE_DAYS,
    unknownVisitors: env.UNKNOWN_VISITORS,
    dailyFetches: env.TARGET_DAILY_FETCHES,
    overflow: overflowSettingsFrom(env),
    maxValueLength: env.TARGET_MAX_VALUE_LENGTH,
    visitorIds: visitorIdsFrom(env),
    idRetentionDays: env.VISITOR_ID_RETENTION_DAYS,
    retention: retentionFrom(env),
    logLevel: env.LOG_LEVEL,
    clearedValues: { "*": CLEARED, ...env.CLEARED_VALUES },
    organization: env.ADOBE_ORGANIZATION,
    kioskConfigFile: env.KIOSK_CONFIG,
  });
}

function visitorIdsFrom(env: z.infer<typeof Environment>): VisitorIdSettings {
  const lookup = env.VISITOR_ID_LOOKUP;
  if (env.VISITOR_ID_MODE !== "lookup" || lookup === undefined) {
    return { mode: env.VISITOR_ID_MODE === "hmac" ? "hmac" : "card" };
  }
  if (!isUrl(lookup)) return { mode: "lookup-file", file: path.resolve(lookup) };
  const url = new URL(lookup);
  return {
    mode: "lookup-url",
    url,
    isLoopback: isLoopback(url.hostname),
    token: env.VISITOR_ID_LOOKUP_TOKEN,
  };
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** What is wrong with the lookup, as one sentence. */
function refusalOfLookup(env: z.infer<typeof Environment>): string | undefined {
  const lookup = env.VISITOR_ID_LOOKUP;
  if (env.VISITOR_ID_MODE !== "lookup") {
    return lookup === undefined
      ? undefined
      : "VISITOR_ID_LOOKUP: is for VISITOR_ID_MODE=lookup; set that too, or leave it out.";
  }
  if (lookup === undefined) {
    return "VISITOR_ID_LOOKUP: VISITOR_ID_MODE=lookup needs it: a CSV file of card,id, or an https address.";
  }
  if (!isUrl(lookup)) return undefined;
  return refusalOfService("VISITOR_ID_LOOKUP", lookup, "VISITOR_ID_LOOKUP_TOKEN");
}

/** What could not be sent would never clear anything. */
function refusalOfCleared(env: z.infer<typeof Environment>): string | undefined {
  const isTooLong = Object.values(env.CLEARED_VALUES).some(
    (value) => value.length > env.TARGET_MAX_VALUE_LENGTH,
  );
  return isTooLong ? "CLEARED_VALUES: a value is longer than TARGET_MAX_VALUE_LENGTH." : undefined;
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
  if (
    !isLoopback(env.ADMIN_HOST) &&
    env.TLS_CERT_FILE === undefined &&
    env.TRUSTED_HOPS === undefined
  ) {
    return (
      `ADMIN_HOST: tokens must not travel in the clear, so ${env.ADMIN_HOST} needs TLS_CERT_FILE and ` +
      "TLS_KEY_FILE, or TRUSTED_HOPS when a terminator stands in front; 127.0.0.1 needs neither."
    );
  }
  if (env.DATABASE_URL !== undefined && env.KEYS_FILE === undefined) {
    return (
      "KEYS_FILE: with DATABASE_URL it must be given, and hold the same keys for every proxy on that " +
      "database."
    );
  }
  return (
    refusalOfTarget(env) ?? refusalOfCleared(env) ?? refusalOfLookup(env) ?? refusalOfRetention(env)
  );
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
    // With an address that makes tokens, the file is where they are kept, and may not be there yet.
    if (name === "TARGET_TOKEN" && merged["TARGET_TOKEN_URL"] !== undefined) continue;
    if (merged[name] !== undefined) return err(`${name}_FILE: ${name} is given too; keep one.`);
    try {
      merged[name] = readFileSync(file, "utf8").trim();
    } catch (cause) {
      return err(`${name}_FILE: cannot be read (${(cause as NodeJS.ErrnoException).code}).`);
    }
  }
  return ok(merged);
}
