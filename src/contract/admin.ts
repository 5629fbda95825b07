import * as z from "zod/mini";

/** Lists on the admin listener, behind a token: `GET`, newest first, at most 500 rows. */
export const INCIDENTS_PATH = "/v1/incidents";
export const DEAD_LETTERS_PATH = "/v1/dead-letters";
export const AUDIT_PATH = "/v1/audit";

/** `POST` a token to get a cookie, `GET` who one is, `DELETE` to leave. */
export const SESSION_PATH = "/v1/session";

/** `GET` the named tokens, `POST` a new one, `DELETE` one by its name. */
export const TOKENS_PATH = "/v1/tokens";

/** What a person, or a program of theirs, may do on the admin listener. */
export const Role = z.enum(["viewer", "marketer", "operator", "privacy", "store"]);
export type Role = z.infer<typeof Role>;

/** Lowercase, for addresses and lists; `admin` is the token the proxy was started with. */
export const TokenName = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/));

export const SessionRequest = z.strictObject({
  token: z.string().check(z.minLength(1), z.maxLength(256)),
});

/** Who somebody is to the admin listener. */
export const SessionAnswer = z.object({ name: z.string(), role: Role });
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const NewTokenRequest = z.strictObject({ name: TokenName, role: Role });

/** One administrative act. Append-only; never holds a card number or a token. */
export const AuditedAct = z.object({
  atMs: z.number(),
  /** Name of the token, or `nobody`. */
  who: z.string(),
  role: z.string(),
  what: z.string(),
  /** `done`, or the code of the problem it was answered with. */
  outcome: z.string(),
});
export type AuditedAct = z.infer<typeof AuditedAct>;

/** Makes a backup in `DATA_DIR/backups`, on the admin listener, behind its token: `POST`, no body. */
export const BACKUP_PATH = "/v1/backup";

export const BackupReceipt = z.object({
  /** The archive's folder, on the proxy's machine. */
  folder: z.string(),
});
export type BackupReceipt = z.infer<typeof BackupReceipt>;

/** A loss or a doubt that a person should look at. Never holds a card number. */
export const Incident = z.object({
  id: z.string(),
  type: z.enum([
    "updates-lost",
    "outbox-wiped",
    "outbox-torn",
    "sequence-reused",
    "limit-reached",
    "unknown-key",
  ]),
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  /** The outbox it is about; for an unknown key, the key. */
  epoch: z.string(),
  /** In words: which sequence numbers, and what the kiosk said. */
  detail: z.string(),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
  /** Whether what was missing has arrived since. */
  open: z.boolean(),
});
export type Incident = z.infer<typeof Incident>;

/** A visitor whose update Target refused. Never holds a card number. */
export const DeadLetter = z.object({
  /** Names the visitor to people without naming the card: a truncated hash. */
  visitor: z.string(),
  reason: z.string(),
  attributes: z.array(z.string()),
  atMs: z.number(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
