import * as z from "zod/mini";
import { DeadLetterClass } from "./dead-letters.ts";
import { DeviceName } from "./pairing.ts";
import { PlaceId, TimeZone, Uuid } from "./primitives.ts";

/** Lists on the admin listener, behind a token: `GET`, newest first, at most 500 rows. */
export const INCIDENTS_PATH = "/v1/incidents";
export const DEAD_LETTERS_PATH = "/v1/dead-letters";
export const AUDIT_PATH = "/v1/audit";

/** `GET` what became of the scans of the last 7 days. */
export const OUTCOMES_PATH = "/v1/outcomes";

/** `POST` a token to get a cookie, `GET` who one is, `DELETE` to leave. */
export const SESSION_PATH = "/v1/session";

/** `GET` the named tokens, `POST` a new one, `DELETE` one by its name. */
export const TOKENS_PATH = "/v1/tokens";

/** `POST` to make a one-time pairing code. */
export const PAIRINGS_PATH = "/v1/pairings";

/** `GET` the paired kiosks; `POST` to `/:deviceId/revoke`, `/:deviceId/approve` and `/:deviceId/write-off`. */
export const DEVICES_PATH = "/v1/devices";

/** `GET` what waits for an operator; `POST` to `/:deviceId/release` and `/:deviceId/discard`. */
export const HELD_PATH = "/v1/held";

/** What a person, or a program of theirs, may do on the admin listener. */
export const Role = z.enum(["viewer", "marketer", "operator", "privacy", "store"]);
export type Role = z.infer<typeof Role>;

/** Lowercase, for addresses and lists; `admin` is the token the proxy was started with. */
export const TokenName = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/));

export const SessionRequest = z.strictObject({
  token: z.string().check(z.minLength(1), z.maxLength(256)),
});

/** Who somebody is to the admin listener. */
export const SessionAnswer = z.object({
  name: z.string(),
  role: Role,
  /** What the role `store` sees. */
  storeId: z.optional(z.string()),
});
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const NewTokenRequest = z.strictObject({
  name: TokenName,
  role: Role,
  /** The store that the role `store` is for; no other role has one. */
  storeId: z.optional(PlaceId),
});

/** Which kiosk a code is for. Replacing takes place and name from the old one where none are given. */
export const NewPairingRequest = z.strictObject({
  storeId: z.optional(PlaceId),
  kioskId: z.optional(PlaceId),
  name: z.optional(DeviceName),
  timeZone: z.optional(TimeZone),
  /** The kiosk whose place it takes: its keys are revoked in the same moment. */
  replaces: z.optional(Uuid),
});
export type NewPairingRequest = z.infer<typeof NewPairingRequest>;

/** Told once. `setupCode` is the same code as a text for a QR code, with the proxy's word for it. */
export const NewPairingAnswer = z.object({
  code: z.string(),
  setupCode: z.string(),
  endsMs: z.number(),
});
export type NewPairingAnswer = z.infer<typeof NewPairingAnswer>;

/** One key of a kiosk; during a rotation a kiosk has two. */
export const PairedDevice = z.object({
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  timeZone: z.string(),
  name: z.string(),
  state: z.enum(["waiting", "active", "revoked"]),
  /** To compare with what the kiosk shows. */
  fingerprint: z.string(),
  pairedMs: z.number(),
  /** When the key ends, once another one followed it. */
  endsMs: z.optional(z.number()),
  replaces: z.optional(z.string()),
  replacedBy: z.optional(z.string()),
});
export type PairedDevice = z.infer<typeof PairedDevice>;

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

/** Cards that one kiosk took in one minute, beyond what is merged unseen. Never names one. */
export const HeldMinute = z.object({
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  /** Distinct cards, and updates about them. */
  cards: z.int(),
  updates: z.int(),
  /** When they took effect: the first and the last of them. */
  fromMs: z.number(),
  toMs: z.number(),
});
export type HeldMinute = z.infer<typeof HeldMinute>;

/** How many numbers were missing, and are no longer expected. */
export const WriteOffReceipt = z.object({ numbers: z.int() });
export type WriteOffReceipt = z.infer<typeof WriteOffReceipt>;

/** What became of what was held; `unopened` stays held, since its key is missing or it is damaged. */
export const HeldReceipt = z.object({ updates: z.int(), unopened: z.int() });
export type HeldReceipt = z.infer<typeof HeldReceipt>;

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
    "unknown-config",
    "cards-held",
    "kiosk-replaced",
    "privacy-log-behind",
  ]),
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  /** What it is about: an outbox, a key, a kiosk. */
  epoch: z.string(),
  /** In words: which sequence numbers, and what the kiosk said. */
  detail: z.string(),
  firstAtMs: z.number(),
  lastAtMs: z.number(),
  /** Whether what was missing has arrived since. */
  open: z.boolean(),
});
export type Incident = z.infer<typeof Incident>;

/**
 * What became of the scans that took effect in the last 7 days, UTC; together they are all of them.
 * What is held for an operator is in none until it was let through.
 */
export const Outcomes = z.object({
  /** Seen in Target; or acknowledged, for a visitor seen there not long ago. */
  applied: z.int(),
  /** On their way, or their visitor is looked for. */
  waiting: z.int(),
  /** Target did not have their visitor for the whole term. */
  unknown: z.int(),
  refused: z.int(),
});
export type Outcomes = z.infer<typeof Outcomes>;

/** A visitor whose update Target refused. Never holds a card number. */
export const DeadLetter = z.object({
  /** Names the visitor to people without naming the card: a truncated hash. */
  visitor: z.string(),
  class: DeadLetterClass,
  reason: z.string(),
  attributes: z.array(z.string()),
  atMs: z.number(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

export const Incidents = z.object({ incidents: z.array(Incident) });
export const DeadLetters = z.object({ deadLetters: z.array(DeadLetter) });
export const AuditedActs = z.object({ acts: z.array(AuditedAct) });
export const PairedDevices = z.object({ devices: z.array(PairedDevice) });
export const HeldMinutes = z.object({ held: z.array(HeldMinute) });

/** A named token, as the list has it; never itself. */
export const NamedToken = z.object({
  name: z.string(),
  role: Role,
  storeId: z.optional(z.string()),
  createdMs: z.number(),
});
export const NamedTokens = z.object({ tokens: z.array(NamedToken) });

/** Told once. */
export const NewTokenAnswer = z.object({
  name: z.string(),
  role: Role,
  storeId: z.optional(z.string()),
  token: z.string(),
});
