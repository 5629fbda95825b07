import { existsSync, readFileSync } from "node:fs";
import { open, rename, type FileHandle } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { parseJson } from "../parse-json.ts";
import { StartupError } from "../startup-error.ts";
import { StoreFullError } from "../store/store-error.ts";
import type { Vault } from "../vault/vault.ts";

/** One withdrawal or erasure. Who it is about is said by hash alone. */
const VisitorRecord = z.strictObject({
  act: z.enum(["withdraw", "erase"]),
  visitorKey: z.string(),
  atMs: z.number(),
  /** Names of what may have reached Target by then, so that a database from before clears it too. */
  attributes: z.optional(z.array(z.string())),
});
export type VisitorRecord = z.infer<typeof VisitorRecord>;

/** A kiosk whose keys were all taken away: revoked, replaced or unpaired. */
const ShutOutRecord = z.strictObject({
  act: z.literal("shut-out"),
  deviceId: z.string(),
  /** The kiosk that took its place. */
  replacedBy: z.optional(z.string()),
  atMs: z.number(),
});
export type ShutOutRecord = z.infer<typeof ShutOutRecord>;

/**
 * What an act must never be undone by. `act` names the kind, and is the version too: new kinds and
 * members are added, none changes its meaning, and one this program does not know ends the start
 * rather than be left out.
 */
const PrivacyRecord = z.discriminatedUnion("act", [VisitorRecord, ShutOutRecord]);
export type PrivacyRecord = z.infer<typeof PrivacyRecord>;

/**
 * Every withdrawal and erasure ever asked for, and every kiosk ever shut out, outside the database, so
 * that a restored backup of it brings nobody back: append-only, each record sealed under the storage
 * key and bound to its place. One file for one installation.
 */
export interface PrivacyLog {
  /** Those found at opening, oldest first. */
  readonly records: readonly PrivacyRecord[];
  /** There was no file, and one was made. */
  readonly isNew: boolean;
  /**
   * Resolves when the record would survive a power cut; throws `StoreFullError` when there is no room
   * for it, and then it is not there.
   */
  readonly append: (record: PrivacyRecord) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The length in 4 bytes, big-endian, and its complement, so that a length that changed is not taken
 * for a record cut short; then that many bytes.
 */
const PREFIX_BYTES = 8;

/** Ours: a length above this was never written by us; 200 of the longest names take 36 kB. */
const MAX_RECORD_BYTES = 65_536;

/** Ours: names a record takes; far more than kiosks of one chain write. */
export const MAX_NAMES = 200;

/**
 * Opens the log, or makes it. A last record that the power cut short was never acknowledged, and is
 * cut off. Throws a `StartupError` when any other cannot be read: forwarding without it might send
 * what somebody withdrew.
 */
export async function openPrivacyLog(file: string, vault: Vault): Promise<PrivacyLog> {
  const isNew = !existsSync(file);
  const handle = await openFile(file);
  try {
    const bytes = await handle.readFile();
    const { records, length, kids } = readRecords(file, bytes, vault);
    if ([...kids].some((kid) => kid !== vault.kid)) {
      // Only at a start, when nobody appends: an older key may then go.
      await writePrivacyLog(file, records, vault);
      await handle.close();
      return await openPrivacyLog(file, vault);
    }
    if (length < bytes.length) await handle.truncate(length);
    await handle.sync();
    return overFile(handle, vault, { records, isNew }, length);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The records of a log that is only looked at, such as a backup's. Throws a `StartupError` like
 * `openPrivacyLog`.
 */
export function readPrivacyLog(file: string, vault: Vault): readonly PrivacyRecord[] {
  return readRecords(file, readFileSync(file), vault).records;
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, "a+", 0o600);
    await syncFolder(file);
    return handle;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `PRIVACY_LOG_FILE: ${file} cannot be opened (${code}); name a file in a folder this user owns.`,
      { cause },
    );
  }
}

function readRecords(
  file: string,
  bytes: Buffer,
  vault: Vault,
): {
  readonly records: readonly PrivacyRecord[];
  readonly length: number;
  /** Keys the records are sealed under. */
  readonly kids: ReadonlySet<string>;
} {
  const records: PrivacyRecord[] = [];
  const kids = new Set<string>();
  let at = 0;
  const damaged = (why: string) =>
    new StartupError(
      `PRIVACY_LOG_FILE: record ${records.length + 1} of ${file} ${why}; restore the file, or the keys, from a backup.`,
    );
  while (bytes.length - at >= PREFIX_BYTES) {
    const length = lengthAt(bytes, at);
    // Some file systems give a file its new length before its new bytes: then zeros stand there.
    const rest = bytes.subarray(at + PREFIX_BYTES);
    if (length === undefined && rest.every((byte) => byte === 0)) break;
    if (length === undefined) throw damaged("is damaged");
    const end = at + PREFIX_BYTES + length;
    if (end > bytes.length) break;
    const sealed = bytes.toString("latin1", at + PREFIX_BYTES, end);
    if (end === bytes.length && sealed.endsWith("\0")) break;
    const opened = vault.open(placeOf(records.length), sealed);
    if (opened.type === "unknown-key") throw damaged(`is sealed to the missing key ${opened.kid}`);
    if (opened.type === "damaged") throw damaged("is damaged");
    const record = PrivacyRecord.safeParse(parseJson(Buffer.from(opened.text)));
    if (!record.success) throw damaged("is of a newer version of this program");
    records.push(record.data);
    kids.add(sealed.split(".")[0]!);
    at = end;
  }
  return { records, length: at, kids };
}

/** Puts these records in place of all that is there, under the newest key, whole or not at all. */
export async function writePrivacyLog(
  file: string,
  records: readonly PrivacyRecord[],
  vault: Vault,
): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(
      Buffer.concat(records.map((record, index) => bytesOf(vault, record, index))),
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(file);
}

async function syncFolder(file: string): Promise<void> {
  const folder = await open(path.dirname(file));
  await folder.sync();
  await folder.close();
}

/** One record as it lies in the file. */
function bytesOf(vault: Vault, record: PrivacyRecord, index: number): Buffer {
  const sealed = Buffer.from(vault.seal(placeOf(index), JSON.stringify(record)), "latin1");
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(sealed.length);
  prefix.writeInt32BE(~sealed.length, 4);
  return Buffer.concat([prefix, sealed]);
}

function lengthAt(bytes: Buffer, at: number): number | undefined {
  const length = bytes.readUInt32BE(at);
  const isSound = bytes.readInt32BE(at + 4) === ~length && length <= MAX_RECORD_BYTES;
  return isSound ? length : undefined;
}

function placeOf(index: number): string {
  return `privacy log ${index}`;
}

function overFile(
  handle: FileHandle,
  vault: Vault,
  found: Pick<PrivacyLog, "records" | "isNew">,
  startLength: number,
): PrivacyLog {
  let length = startLength;
  let count = found.records.length;
  let last: Promise<unknown> = Promise.resolve();

  const appendNow = async (record: PrivacyRecord) => {
    const whole = bytesOf(vault, record, count);
    try {
      const { bytesWritten } = await handle.write(whole);
      if (bytesWritten !== whole.length) throw new Error("the privacy log took half a record");
      await handle.sync();
    } catch (cause) {
      // Half a record in the middle would make all after it unreadable.
      await handle.truncate(length);
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new StoreFullError(`the privacy log takes no record (${code ?? message})`, { cause });
    }
    length += whole.length;
    count += 1;
  };

  return {
    ...found,
    append: (record) => {
      const appending = last.then(() => appendNow(record));
      last = appending.catch(() => undefined);
      return appending;
    },
    close: async () => {
      await last;
      await handle.close();
    },
  };
}
