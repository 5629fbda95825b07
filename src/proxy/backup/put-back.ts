import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { CREATION_FOLDER, prepareDataDir } from "../data-dir.ts";
import { StartupError } from "../startup-error.ts";
import { openKeysFile } from "../keys/keys-file.ts";
import { markRestored } from "../store/allowance.ts";
import { openSqliteDatabase, sqliteFailure, UnusableFileError } from "../store/sqlite-database.ts";
import { createVault, type Vault } from "../vault/vault.ts";
import { DATABASE_FILE, KEYS_FILE, readArchive, syncToDisk } from "./archive.ts";
import { checkCopy } from "./check-copy.ts";
import { openAlone } from "./open-alone.ts";
import { stamp } from "./take-backup.ts";

export interface RestoreOptions {
  /** A folder that `takeBackup` made. */
  readonly archive: string;
  readonly dataDir: string;
  readonly keysFile: string;
  /** Replace what is there. */
  readonly force: boolean;
  readonly nowMs: number;
}

export interface Restored {
  readonly madeAtMs: number;
  /** Where the keys that were there lie now; entries may still be sealed to them. */
  readonly formerKeysFile: string | undefined;
}

/**
 * Puts a backup back, so that the next proxy started on the folder goes on from it. Everything is
 * checked and prepared beside what is there, which is replaced last.
 *
 * The proxy whose database this was went on charging after the copy was made, and nobody knows until
 * when. So the copy is marked, and the proxy charges, before its first call, all that is left of the
 * last 24 hours: see `openLedger`. What was taken in since the copy comes again from the kiosks
 * (rule IN5).
 *
 * Throws a `StartupError`: the archive is damaged or newer than this program, a proxy runs on the
 * folder, or something is there and `force` was not given. Then nothing was changed.
 */
export async function putBack(options: RestoreOptions): Promise<Restored> {
  const { archive, dataDir, keysFile, force } = options;
  const manifest = await readArchive(archive);
  prepareDataDir(dataDir);
  const database = path.join(dataDir, DATABASE_FILE);
  const hasKeys = manifest.files.some(({ name }) => name === KEYS_FILE);
  const archivedKeys = path.join(archive, KEYS_FILE);
  const isKeysInTheWay = hasKeys && existsSync(keysFile) && !isSame(archivedKeys, keysFile);

  refuseIfInUse(database);
  if (!force && (existsSync(database) || isKeysInTheWay)) {
    const there = existsSync(database) ? database : keysFile;
    throw new StartupError(
      `${there}: is there already; give --force to replace it, or set DATA_DIR to another folder.`,
    );
  }

  const prepared = `${database}.restoring`;
  try {
    const keys = openKeysFile(hasKeys ? archivedKeys : keysFile, !hasKeys);
    await prepareDatabase(path.join(archive, DATABASE_FILE), prepared, createVault(keys));
    const formerKeysFile = isKeysInTheWay
      ? `${keysFile}.before-${stamp(options.nowMs)}`
      : undefined;
    if (formerKeysFile !== undefined) renameSync(keysFile, formerKeysFile);
    // Keys first: without them the database is of no use, while keys alone do no harm.
    if (hasKeys) copyPrivately(archivedKeys, keysFile);
    // A log that is left beside another database would be taken for its own.
    for (const log of ["-wal", "-shm", "-journal"]) rmSync(database + log, { force: true });
    // Files of a later time: this database knows nothing of who is in them.
    rmSync(path.join(dataDir, CREATION_FOLDER), { recursive: true, force: true });
    renameSync(prepared, database);
    syncToDisk(dataDir);
    return { madeAtMs: manifest.madeAtMs, formerKeysFile };
  } finally {
    for (const rest of ["", "-wal", "-shm", "-journal"]) rmSync(prepared + rest, { force: true });
  }
}

function refuseIfInUse(database: string): void {
  if (!existsSync(database)) return;
  try {
    openAlone(database).close();
  } catch (error) {
    // Damaged: nobody runs on it, and it is why somebody restores.
    if (error instanceof StartupError || sqliteFailure(error) !== "broken") throw error;
  }
}

/** A copy with the newest schema and the mark, in one file that needs no log. */
async function prepareDatabase(from: string, to: string, vault: Vault): Promise<void> {
  for (const rest of ["", "-wal", "-shm", "-journal"]) rmSync(to + rest, { force: true });
  copyPrivately(from, to);
  const wrong = checkCopy(to);
  if (wrong !== undefined) {
    throw new StartupError(`${from}: is damaged (${wrong}); use another backup.`);
  }
  try {
    const database = await openSqliteDatabase({ path: to }, vault);
    database.begin();
    await markRestored(database.tx);
    database.commit();
    database.close();
  } catch (error) {
    if (!(error instanceof UnusableFileError)) throw error;
    throw new StartupError(error.message, { cause: error });
  }
  const wrongNow = checkCopy(to);
  if (wrongNow !== undefined) throw new StartupError(`${to}: is damaged (${wrongNow}).`);
  syncToDisk(to);
}

/** Whole or not at all, for its owner only. */
function copyPrivately(from: string, to: string): void {
  const partial = `${to}.partial`;
  mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, partial);
  chmodSync(partial, 0o600);
  syncToDisk(partial);
  renameSync(partial, to);
}

function isSame(one: string, other: string): boolean {
  return readFileSync(one).equals(readFileSync(other));
}
