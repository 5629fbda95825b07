import { chmodSync, closeSync, openSync } from "node:fs";
import { backup, DatabaseSync, type StatementSync } from "node:sqlite";
import type { Vault } from "../vault/vault.ts";
import { migrate, NewerSchemaError } from "./migrations.ts";
import { MovedAwayError, refuseMoved } from "./moved-mark.ts";
import { sqliteText, type Params, type Tx } from "./sql.ts";
import {
  needsCompacting,
  noteCompacted,
  proveKeys,
  sealPlainVisitors,
  WrongKeysError,
} from "./vault-rows.ts";

export interface SqliteOptions {
  readonly path: string;
  /** Largest size in pages of 4 KiB; for tests of a full disk. */
  readonly maxPageCount?: number | undefined;
}

/** Hears what takes long while a store is opened; a sentence for whoever starts it. */
export type Say = (sentence: string) => void;

/** SQLite on this thread: one connection, one transaction at a time. */
export interface SqliteDatabase {
  readonly tx: Tx;
  readonly begin: () => void;
  readonly commit: () => void;
  /** Also after SQLite has already rolled back by itself. */
  readonly rollback: () => void;
  readonly savepoint: () => void;
  readonly release: () => void;
  /** Undoes what came after the savepoint; false when the whole transaction is gone with it. */
  readonly rollbackToSavepoint: () => boolean;
  /** Empties the log, so that nothing of what was deleted is left in it. Not within a transaction. */
  readonly emptyLog: () => void;
  /**
   * Copies everything committed into the file, all at once. Nothing may be written until it is done:
   * SQLite refuses a step of the copy while its own connection writes. 68 MB took 0.3 s.
   */
  readonly copyTo: (file: string) => Promise<void>;
  readonly close: () => void;
}

/** Why the file cannot be used, as one sentence for the person who started the proxy. */
export class UnusableFileError extends Error {
  override readonly name = "UnusableFileError";
}

/** Ours: how long another process may take to let go of the file, as one does that is stopping. */
const BUSY_TIMEOUT_MS = 1_000;

/**
 * Opens the file for this process alone, makes it if need be, and brings its schema up to date.
 *
 * The exclusive lock is the operating system's and dies with the process, so nothing is left behind
 * by a crash. A store from before ids were sealed is rewritten, and no byte of them is left when this
 * resolves. Throws `UnusableFileError`, also when `vault` has other keys than the store.
 */
export async function openSqliteDatabase(
  options: SqliteOptions,
  vault: Vault,
  say?: Say,
): Promise<SqliteDatabase> {
  let db: DatabaseSync | undefined;
  try {
    createPrivately(options.path);
    db = new DatabaseSync(options.path, {
      timeout: BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: true,
    });
    // Before anything is read: SQLite then keeps its lock, and needs no shared memory for the log.
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA wal_autocheckpoint = 4000");
    // What is deleted or overwritten is zeroed in its page.
    db.exec("PRAGMA secure_delete = ON");
    const database = overConnection(db);
    database.begin();
    await refuseMoved(database.tx);
    await migrate(database.tx, undefined, say);
    await proveKeys(database.tx, vault);
    await sealPlainVisitors(database.tx, vault);
    database.commit();
    await compactIfOwed(db, database);
    if (options.maxPageCount !== undefined) {
      db.exec(`PRAGMA max_page_count = ${options.maxPageCount}`);
    }
    return database;
  } catch (cause) {
    db?.close();
    throw unusable(options.path, cause);
  }
}

/** Again at the next start when the power fails between: the note is deleted last. */
async function compactIfOwed(db: DatabaseSync, database: SqliteDatabase): Promise<void> {
  if (await needsCompacting(database.tx)) {
    db.exec("VACUUM");
    database.emptyLog();
    await noteCompacted(database.tx);
  }
  database.emptyLog();
}

/** What visitors said lies in it: nobody else may read it. SQLite gives the log the same permissions. */
function createPrivately(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  chmodSync(path, 0o600);
}

/** More pages than a file can have (SQLite's limit is 2^32 - 2, and ours of one step 2^31 - 1). */
const ALL_PAGES = 2_147_483_647;

/** Statements are prepared once each and kept: there are a few dozen of them. */
export function overConnection(db: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sqliteText(sql));
    statements.set(sql, statement);
    return statement;
  };
  const tx: Tx = {
    // The caller names the columns it selects; this is where rows are believed to have them.
    all: async <Row>(sql: string, params: Params) => prepared(sql).all(...params) as Row[],
    run: async (sql, params) => Number(prepared(sql).run(...params).changes),
    runMany: async (sql, rows) => {
      const statement = prepared(sql);
      for (const params of rows) statement.run(...params);
    },
    // It has one writer.
    lock: async () => {},
  };
  const command = (sql: string) => () => {
    prepared(sql).run();
  };
  const undo = command("ROLLBACK TO operation");
  const release = command("RELEASE operation");
  return {
    tx,
    begin: command("BEGIN IMMEDIATE"),
    commit: command("COMMIT"),
    rollback: () => {
      if (db.isTransaction) db.exec("ROLLBACK");
    },
    savepoint: command("SAVEPOINT operation"),
    release,
    rollbackToSavepoint: () => {
      if (!db.isTransaction) return false;
      undo();
      release();
      return true;
    },
    emptyLog: () => {
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    },
    copyTo: async (file) => void (await backup(db, file, { rate: ALL_PAGES })),
    close: () => db.close(),
  };
}

function unusable(path: string, cause: unknown): Error {
  const sentence = (text: string) => new UnusableFileError(text, { cause });
  if (cause instanceof MovedAwayError) {
    return sentence(
      `DATA_DIR: ${path} was moved to PostgreSQL on ${cause.message}; give its DATABASE_URL, or take the file back with npm run move -- --back.`,
    );
  }
  if (cause instanceof NewerSchemaError) {
    return sentence(
      `DATA_DIR: ${path} was written by a newer version (${cause.message}); start that version, or set DATA_DIR to another folder.`,
    );
  }
  if (cause instanceof WrongKeysError) {
    return sentence(
      `KEYS_FILE: these are not the keys ${path} was written with (${cause.message}); give the ones that were backed up with it.`,
    );
  }
  if (isNodeError(cause) && cause.syscall !== undefined) {
    return sentence(
      `DATA_DIR: ${path} cannot be opened for writing (${cause.code}); set DATA_DIR to a folder this user owns.`,
    );
  }
  switch (sqliteFailure(cause)) {
    case "busy":
      return sentence(
        `DATA_DIR: ${path} is in use by another process; stop that one, or set DATA_DIR to another folder.`,
      );
    case "broken":
      return sentence(
        `DATA_DIR: ${path} cannot be used as a store (${messageOf(cause)}); restore it from a backup, or set DATA_DIR to another folder.`,
      );
    case "full":
      return sentence(`DATA_DIR: there is no room for ${path}; free some space.`);
    case "other":
      return cause instanceof Error ? cause : new Error(messageOf(cause));
  }
}

/** What an error of SQLite means for us. */
export type SqliteFailure =
  /** No room; nothing is wrong with what is there. */
  | "full"
  /** Another process holds the file. */
  | "busy"
  /** The file or the disk below it cannot be trusted any more. */
  | "broken"
  /** Not SQLite's, or a bug of ours. */
  | "other";

/** Source: sqlite.org/rescode.html, primary result codes. */
const FULL = 13;
const BUSY_CODES: ReadonlySet<number> = new Set([5, 6]);
/** READONLY, IOERR, CORRUPT, CANTOPEN, PROTOCOL, NOTADB. */
const BROKEN_CODES: ReadonlySet<number> = new Set([8, 10, 11, 14, 15, 26]);

export function sqliteFailure(error: unknown): SqliteFailure {
  if (!(error instanceof Error) || !("errcode" in error)) return "other";
  // Extended codes carry the primary one in their low byte.
  const code = Number(error.errcode) & 0xff;
  if (code === FULL) return "full";
  if (BUSY_CODES.has(code)) return "busy";
  return BROKEN_CODES.has(code) ? "broken" : "other";
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
