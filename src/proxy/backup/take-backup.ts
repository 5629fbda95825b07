import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import {
  DATABASE_FILE,
  describeFile,
  KEYS_FILE,
  MANIFEST_FILE,
  PRIVACY_LOG_FILE,
  syncToDisk,
  type Manifest,
} from "./archive.ts";
import { checkCopyAside } from "./check-copy.ts";
import { NO_STAGES, type Stages } from "./stages.ts";

export interface BackupOptions {
  /** Where the archive's folder is made. */
  readonly backupsDir: string;
  /** May be missing: a proxy that seals nothing has no keys. */
  readonly keysFile: string;
  readonly privacyLogFile: string;
  /** Copies the database, as it is at one moment, into an empty file. */
  readonly copyDatabase: (file: string) => Promise<void>;
  readonly nowMs: number;
  readonly stages?: Stages;
}

/**
 * Makes a backup of database, keys and privacy log, for its owner only, and gives its folder. The folder appears
 * under its name when everything in it is on disk and was checked; whatever fails leaves nothing.
 *
 * The keys are copied after the database: keys are added before they are used, so that later keys
 * open all of an earlier database, and not the other way round. The log is copied before the keys that
 * it lies under; a record that is being appended meanwhile may be cut short in the copy, and was then
 * not answered yet.
 */
export async function takeBackup(options: BackupOptions): Promise<string> {
  const { backupsDir, keysFile, nowMs, stages = NO_STAGES } = options;
  const folder = path.join(backupsDir, `tarjeta-${stamp(nowMs)}`);
  const partial = `${folder}.partial`;
  mkdirSync(backupsDir, { recursive: true, mode: 0o700 });
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  try {
    const database = path.join(partial, DATABASE_FILE);
    closeSync(openSync(database, "wx", 0o600));
    stages.begin("copying the database");
    await options.copyDatabase(database);
    stages.begin("checking the copy");
    const wrong = await checkCopyAside(database);
    if (wrong !== undefined) throw new Error(`the copy of the database is damaged: ${wrong}`);
    const files = [await describeFile(partial, DATABASE_FILE)];
    const beside = [
      [options.privacyLogFile, PRIVACY_LOG_FILE],
      [keysFile, KEYS_FILE],
    ] as const;
    for (const [from, name] of beside) {
      if (!existsSync(from)) continue;
      const copy = path.join(partial, name);
      copyFileSync(from, copy);
      chmodSync(copy, 0o600);
      files.push(await describeFile(partial, name));
    }
    const manifest: Manifest = { v: 1, madeAtMs: nowMs, files };
    writeFileSync(path.join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, {
      mode: 0o600,
    });
    for (const { name } of files) syncToDisk(path.join(partial, name));
    syncToDisk(path.join(partial, MANIFEST_FILE));
    syncToDisk(partial);
    renameSync(partial, folder);
    syncToDisk(backupsDir);
    return folder;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** `2026-11-23T08-00-00-000Z`: sorts by time, and is a file name everywhere. */
export function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-");
}
