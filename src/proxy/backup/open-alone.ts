import { DatabaseSync } from "node:sqlite";
import { StartupError } from "../startup-error.ts";
import { sqliteFailure } from "../store/sqlite-database.ts";

/** Ours: how long a proxy that is stopping may take to let go of the file. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Opens a database that no proxy runs on, and keeps every proxy from it until it is closed. Changes
 * nothing in it. Throws a `StartupError` when somebody has it, and SQLite's error when it is damaged.
 */
export function openAlone(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("BEGIN EXCLUSIVE");
    db.exec("COMMIT");
    return db;
  } catch (cause) {
    db.close();
    if (sqliteFailure(cause) !== "busy") throw cause;
    throw new StartupError(`DATA_DIR: ${file} is in use by a proxy that runs; stop it first.`, {
      cause,
    });
  }
}
