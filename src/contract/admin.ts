import * as z from "zod/mini";

/** Lists on the admin listener, behind its token: `GET`, newest first, at most 500 rows. */
export const INCIDENTS_PATH = "/v1/incidents";
export const DEAD_LETTERS_PATH = "/v1/dead-letters";

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
  type: z.enum(["updates-lost", "outbox-wiped", "outbox-torn", "sequence-reused"]),
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
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
