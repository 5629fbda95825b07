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
import { CREATION_FOLDER, OVERFLOW_FOLDER, prepareDataDir } from "../data-dir.ts";
import { StartupError } from "../startup-error.ts";
import { openKeysFile, readKeysFile, writeKeysFile } from "../keys/keys-file.ts";
import { mergeKeys, type Keys } from "../keys/keys.ts";
import { markRestored } from "../store/allowance.ts";
import { MovedAwayError, refuseMoved } from "../store/moved-mark.ts";
import {
  openSqliteDatabase,
  overConnection,
  sqliteFailure,
  UnusableFileError,
} from "../store/sqlite-database.ts";
import { createVault, type Vault } from "../vault/vault.ts";
import type { Tx } from "../store/sql.ts";
import { DATABASE_FILE, KEYS_FILE, PRIVACY_LOG_FILE, readArchive, syncToDisk } from "./archive.ts";
import { checkCopy } from "./check-copy.ts";
import { openAlone } from "./open-alone.ts";
import { noteLog, planLog, putLog, type PutLog } from "./put-log.ts";
import { NO_STAGES, type Stages } from "./stages.ts";
import { stamp } from "./take-backup.ts";

export interface RestoreOptions {
  /** A folder that `takeBackup` made. */
  readonly archive: string;
  readonly dataDir: string;
  readonly keysFile: string;
  readonly privacyLogFile: string;
  /** Replace what is there. */
  readonly force: boolean;
  readonly nowMs: number;
  readonly stages?: Stages;
}

export interface Restored {
  readonly madeAtMs: number;
  /** A copy of the keys that were there, where they were not those of the backup. */
  readonly formerKeysFile: string | undefined;
  readonly privacyLog: PutLog["state"];
}

/**
 * Puts a backup back, so that the next proxy started on the folder goes on from it. Everything is
 * checked and prepared beside what is there, which is replaced last.
 *
 * Keys that were made since the backup stay, in front of the backup's: kiosks have sealed to them, and
 * the log beside the database lies under them. Only keys of another installation are replaced.
 *
 * So does the privacy log that is there, with what only the backup's has. Where it is missing, or older
 * than the backup, nobody here knows what was asked for since: an incident in the database says so.
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
  const { archive, dataDir, keysFile, force, stages = NO_STAGES } = options;
  stages.begin("reading the backup");
  const manifest = await readArchive(archive);
  prepareDataDir(dataDir);
  const database = path.join(dataDir, DATABASE_FILE);
  const hasKeys = manifest.files.some(({ name }) => name === KEYS_FILE);
  const archivedKeys = hasKeys ? path.join(archive, KEYS_FILE) : undefined;
  const plan = planKeys(archivedKeys, keysFile);

  await refuseIfInUse(database);
  if (!force && (existsSync(database) || plan.isReplacing)) {
    const there = existsSync(database) ? database : keysFile;
    throw new StartupError(
      `${there}: is there already; give --force to replace it, or set DATA_DIR to another folder.`,
    );
  }

  const prepared = `${database}.restoring`;
  try {
    const keys = plan.keys ?? openKeysFile(keysFile, true);
    const vault = createVault(keys);
    const archivedLog = manifest.files.some(({ name }) => name === PRIVACY_LOG_FILE)
      ? path.join(archive, PRIVACY_LOG_FILE)
      : undefined;
    const log = planLog(archivedLog, options.privacyLogFile, vault, plan.isReplacing);
    const mark = async (tx: Tx) => {
      await markRestored(tx);
      await noteLog(tx, log, manifest.madeAtMs, options.nowMs);
    };
    await prepareDatabase(path.join(archive, DATABASE_FILE), prepared, { vault, mark, stages });
    stages.begin("putting it in place");
    const formerKeysFile = plan.isChanging
      ? `${keysFile}.before-${stamp(options.nowMs)}`
      : undefined;
    if (formerKeysFile !== undefined) copyPrivately(keysFile, formerKeysFile);
    // Keys first: without them the database is of no use, while keys alone do no harm.
    putKeys(plan, archivedKeys, keysFile);
    await putLog(log, options.privacyLogFile, vault, options.nowMs);
    // A log that is left beside another database would be taken for its own.
    for (const log of ["-wal", "-shm", "-journal"]) rmSync(database + log, { force: true });
    // Files of a later time: this database knows nothing of who is in them.
    for (const folder of [CREATION_FOLDER, OVERFLOW_FOLDER]) {
      rmSync(path.join(dataDir, folder), { recursive: true, force: true });
    }
    renameSync(prepared, database);
    syncToDisk(dataDir);
    return { madeAtMs: manifest.madeAtMs, formerKeysFile, privacyLog: log.state };
  } finally {
    for (const rest of ["", "-wal", "-shm", "-journal"]) rmSync(prepared + rest, { force: true });
  }
}

/** What becomes of the keys that are there. */
interface KeysPlan {
  /** Those to go on with; nothing when neither archive nor folder has any. */
  readonly keys: Keys | undefined;
  /** They are there, and not the backup's very own. */
  readonly isChanging: boolean;
  /** They are another installation's, or cannot be read: they only stay aside. */
  readonly isReplacing: boolean;
}

function planKeys(archived: string | undefined, present: string): KeysPlan {
  const isThere = existsSync(present);
  if (archived === undefined) {
    const keys = isThere ? readKeysFile(present) : undefined;
    return { keys, isChanging: false, isReplacing: false };
  }
  const ofBackup = readKeysFile(archived);
  if (!isThere || isSame(archived, present)) {
    return { keys: ofBackup, isChanging: false, isReplacing: false };
  }
  const there = readable(present);
  const both = there === undefined ? undefined : mergeKeys(there, ofBackup);
  return { keys: both ?? ofBackup, isChanging: true, isReplacing: both === undefined };
}

/** Nothing when the file is damaged, which may be why somebody restores. */
function readable(keysFile: string): Keys | undefined {
  try {
    return readKeysFile(keysFile);
  } catch (error) {
    if (error instanceof StartupError) return undefined;
    throw error;
  }
}

function putKeys(plan: KeysPlan, archived: string | undefined, keysFile: string): void {
  if (archived === undefined) return;
  if (plan.isChanging && plan.keys !== undefined) writeKeysFile(keysFile, plan.keys);
  else copyPrivately(archived, keysFile);
}

async function refuseIfInUse(database: string): Promise<void> {
  if (!existsSync(database)) return;
  try {
    const db = openAlone(database);
    try {
      await refuseMoved(overConnection(db).tx);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof MovedAwayError) {
      throw new StartupError(
        `DATA_DIR: ${database} was moved to PostgreSQL on ${error.message}; take it back first, with npm run move -- --back.`,
        { cause: error },
      );
    }
    // Damaged: nobody runs on it, and it is why somebody restores.
    if (error instanceof StartupError || sqliteFailure(error) !== "broken") throw error;
  }
}

interface Preparation {
  readonly vault: Vault;
  readonly mark: (tx: Tx) => Promise<void>;
  readonly stages: Stages;
}

/** A copy with the newest schema and the marks, in one file that needs no log. */
async function prepareDatabase(
  from: string,
  to: string,
  { vault, mark, stages }: Preparation,
): Promise<void> {
  stages.begin("copying the database");
  for (const rest of ["", "-wal", "-shm", "-journal"]) rmSync(to + rest, { force: true });
  copyPrivately(from, to);
  stages.begin("checking the copy");
  const wrong = checkCopy(to);
  if (wrong !== undefined) {
    throw new StartupError(`${from}: is damaged (${wrong}); use another backup.`);
  }
  stages.begin("bringing its schema up to date");
  try {
    const database = await openSqliteDatabase({ path: to }, vault);
    database.begin();
    await mark(database.tx);
    database.commit();
    database.close();
  } catch (error) {
    if (!(error instanceof UnusableFileError)) throw error;
    throw new StartupError(error.message, { cause: error });
  }
  stages.begin("checking it once more");
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
