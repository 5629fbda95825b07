import type { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { openAlone } from "../backup/open-alone.ts";
import type { Keys } from "../keys/keys.ts";
import { StartupError } from "../startup-error.ts";
import { migrate, MIGRATIONS } from "../store/migrations.ts";
import { markMoved, readMovedMark, schemaVersionOf, type MovedMark } from "../store/moved-mark.ts";
import { clientOptions, proveFit } from "../store/postgres-database.ts";
import { postgresFailure, reasonOf } from "../store/postgres-failure.ts";
import { refusalOfServer } from "../store/postgres-store.ts";
import { LOCKS, postgresTx, SCHEMA_LOCK } from "../store/postgres-tx.ts";
import { overConnection, type SqliteDatabase } from "../store/sqlite-database.ts";
import type { Tx } from "../store/sql.ts";
import { proveKeys, WrongKeysError } from "../store/vault-rows.ts";
import { createVault, type Vault } from "../vault/vault.ts";
import { copyTable, readTable } from "./copy-table.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { MoveProgress } from "./move-progress.ts";
import { planTables, proveSameTables, type TablePlan } from "./table-plan.ts";

export interface MoveOptions {
  /** The SQLite file, which no proxy may run on. */
  readonly file: string;
  /** `postgres://…` of an empty database; never printed, since it holds a password. */
  readonly url: string;
  /** Those the file was written with. */
  readonly keys: Pick<Keys, "storage" | "pepper">;
  readonly newId: () => string;
  readonly wallMs: () => number;
  readonly progress: MoveProgress;
}

export type Moved =
  | { readonly type: "moved"; readonly tables: number; readonly rows: number }
  /** An earlier move of this file had come through. */
  | { readonly type: "was-moved"; readonly atMs: number };

/**
 * Moves every row of a SQLite store into an empty PostgreSQL database, and marks the file so that no
 * proxy starts on it again.
 *
 * On PostgreSQL all of it is one transaction: whatever ends it early leaves that database empty and
 * the file as it was. The mark is put on the file after every row was read back and compared, and
 * right before that transaction is committed. So there is no moment at which proxies start on both;
 * where the connection or the power fails just between the two, they start on neither, and the same
 * command finishes the move, or makes it anew.
 *
 * Throws a `StartupError` that names what to change.
 */
export async function moveToPostgres(options: MoveOptions): Promise<Moved> {
  const { file, url, progress } = options;
  const db = openSource(file);
  try {
    const source = overConnection(db);
    const mark = await readMovedMark(source.tx);
    await proveSource(source, file, createVault(options.keys));
    const client = await connect(url);
    try {
      await begin(client);
      if (mark !== undefined && (await noteIn(client)) === noteOf(mark)) {
        return { type: "was-moved", atMs: mark.atMs };
      }
      await refuseUnlessEmpty(client);
      const tables = planTables(db);
      progress.begin(tables);
      const rows = await fill(db, client, tables, progress);
      const next = { id: options.newId(), atMs: options.wallMs() };
      await client.query(`COMMENT ON TABLE schema_version IS '${noteOf(next)}'`);
      await client.query("ANALYZE");
      await markSource(source, file, next);
      await commit(client);
      return { type: "moved", tables: tables.length, rows };
    } catch (cause) {
      throw cause instanceof StartupError ? cause : interrupted(cause);
    } finally {
      // Also of one that broke; what was not committed is not there.
      await client.end().catch(() => {});
    }
  } finally {
    db.close();
  }
}

function openSource(file: string): DatabaseSync {
  try {
    const db = openAlone(file);
    db.exec("PRAGMA synchronous = FULL");
    return db;
  } catch (cause) {
    if (cause instanceof StartupError) throw cause;
    throw new StartupError(
      `DATA_DIR: ${file} cannot be read as a store (${messageOf(cause)}); restore it from a backup.`,
      { cause },
    );
  }
}

/** Whether this program can read the file, whole, and these are its keys. Changes nothing in it. */
async function proveSource(source: SqliteDatabase, file: string, vault: Vault): Promise<void> {
  const version = await schemaVersionOf(source.tx);
  if (version > MIGRATIONS.length) {
    throw new StartupError(
      `DATA_DIR: ${file} was written by a newer version (schema ${version}, and this one knows ${MIGRATIONS.length}); move it with that version.`,
    );
  }
  if (version < MIGRATIONS.length || (await owesWork(source.tx))) {
    throw new StartupError(
      `DATA_DIR: ${file} was written by an older version (schema ${version}, and this one has ${MIGRATIONS.length}); start this version on it once, stop it, and move it then.`,
    );
  }
  source.begin();
  try {
    // It notes a key that is new here, which is not ours to do: it is taken back.
    await proveKeys(source.tx, vault);
  } catch (cause) {
    if (!(cause instanceof WrongKeysError)) throw cause;
    throw new StartupError(
      `KEYS_FILE: these are not the keys ${file} was written with (${cause.message}); give the ones in use there.`,
      { cause },
    );
  } finally {
    source.rollback();
  }
}

async function owesWork(tx: Tx): Promise<boolean> {
  return (await tx.all("SELECT name FROM owed_work", [])).length > 0;
}

/** Ours: who moves waits for a name to resolve and a server to answer. */
const CONNECT_MS = 10_000;

async function connect(url: string): Promise<Client> {
  const client = new Client({ ...clientOptions(url), connectionTimeoutMillis: CONNECT_MS });
  client.on("error", () => {}); // The statement under way says it too.
  try {
    await client.connect();
    await proveFit(client);
    return client;
  } catch (cause) {
    await client.end().catch(() => {});
    throw refusalOfServer(cause);
  }
}

/** Under the lock of the schema: a proxy that is started meanwhile waits for the end of it. */
async function begin(client: Client): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  // Whatever limits the user has: a large table takes as long as it takes.
  for (const limit of [
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
  ]) {
    await client.query(`SET LOCAL ${limit} = 0`);
  }
  await client.query(`SELECT pg_advisory_xact_lock(${LOCKS}, ${SCHEMA_LOCK})`);
}

/** What an extension brought is nobody's data. */
const RELATIONS = `SELECT count(*)::int AS n FROM pg_class c
  JOIN pg_namespace s ON s.oid = c.relnamespace
  WHERE s.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

async function refuseUnlessEmpty(client: Client): Promise<void> {
  const { rows } = await client.query<{ n: number }>(RELATIONS);
  const found = rows[0]?.n ?? 0;
  if (found === 0) return;
  throw new StartupError(
    `DATABASE_URL: that database is not empty (it has ${found} tables); make a new one for this and give that.`,
  );
}

/** Makes the schema, copies every row and reads it back. Gives how many there are. */
async function fill(
  db: DatabaseSync,
  client: Client,
  tables: readonly TablePlan[],
  progress: MoveProgress,
): Promise<number> {
  await migrate(postgresTx(client));
  await proveSameTables(client, tables);
  const copied = new Map<string, Fingerprint>();
  for (const table of tables) {
    // Rows that the schema itself begins with: the file has them too.
    await client.query(`DELETE FROM ${table.name}`);
    copied.set(table.name, await copyTable(db, client, table, progress.step("Copied", table)));
  }
  let rows = 0;
  for (const table of tables) {
    const there = await readTable(client, table, progress.step("Checked", table));
    const here = copied.get(table.name)!;
    if (there.rows !== here.rows || there.sum !== here.sum) {
      throw new StartupError(
        `DATABASE_URL: the table ${table.name} does not read as it was written (${there.rows} of ${here.rows} rows); nothing was moved.`,
      );
    }
    rows += there.rows;
  }
  return rows;
}

async function markSource(source: SqliteDatabase, file: string, mark: MovedMark): Promise<void> {
  try {
    source.begin();
    await markMoved(source.tx, mark);
    source.commit();
  } catch (cause) {
    throw new StartupError(
      `DATA_DIR: ${file} could not be marked as moved (${messageOf(cause)}); nothing was moved.`,
      { cause },
    );
  }
}

async function commit(client: Client): Promise<void> {
  try {
    await client.query("COMMIT");
  } catch (cause) {
    throw new StartupError(
      `DATABASE_URL: whether the database kept it is not known (${reasonOf(cause)}); run npm run move again: it finishes the move or makes it anew. Until then no proxy starts on the file.`,
      { cause },
    );
  }
}

/** Only where the server is to blame: what is a bug stays one. */
function interrupted(cause: unknown): unknown {
  switch (postgresFailure(cause)) {
    case "full":
    case "unreachable":
    case "again":
      return new StartupError(
        `DATABASE_URL: the move broke off (${reasonOf(cause)}); nothing was moved.`,
        { cause },
      );
    case "other":
      return cause;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function noteOf({ id }: MovedMark): string {
  return `moved from SQLite ${id}`;
}

/** What stands at the schema of a database that something was moved to. */
async function noteIn(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ note: string | null }>(
    "SELECT obj_description(to_regclass('schema_version'), 'pg_class') AS note",
  );
  return rows[0]?.note ?? undefined;
}
