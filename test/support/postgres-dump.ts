import { Client } from "pg";
import { openPostgresStore } from "../../src/proxy/store/postgres-store.ts";
import { KEYS } from "./keys.ts";
import { ask } from "./postgres.ts";

/** All rows of a database, by table: a JSON array as PostgreSQL writes it. */
export type Dump = ReadonlyMap<string, string>;

/**
 * Takes all rows as of one moment while others go on writing, as `pg_dump` does: in one transaction that
 * sees a snapshot. The packaged binaries hold no `pg_dump`, and that of another version refuses.
 */
export async function takeDump(url: string): Promise<Dump> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const dump = new Map<string, string>();
    for (const table of await tablesOf(client)) {
      const { rows } = await client.query<{ all: string }>(
        `SELECT coalesce(json_agg(t), '[]')::text AS all FROM ${table} t`,
      );
      dump.set(table, rows[0]!.all);
    }
    await client.query("COMMIT");
    return dump;
  } finally {
    await client.end();
  }
}

/**
 * Makes the database anew with nothing in it but those rows, as `pg_restore --clean --create` does.
 *
 * @param prepare makes what the program's own schema has not
 */
export async function putDumpBack(
  url: string,
  dump: Dump,
  prepare: () => Promise<void>,
): Promise<void> {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = "/postgres";
  await ask(server.href, `DROP DATABASE ${name} WITH (FORCE)`);
  await ask(server.href, `CREATE DATABASE ${name}`);
  const store = await openPostgresStore({ url, keys: KEYS, warn: refuse });
  await store.close();
  await prepare();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`TRUNCATE ${(await tablesOf(client)).join(", ")}`);
    for (const [table, rows] of dump) {
      await client.query(
        `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`,
        [rows],
      );
    }
  } finally {
    await client.end();
  }
}

async function tablesOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ tablename: string }>(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  return rows.map(({ tablename }) => tablename);
}

function refuse(sentence: string): never {
  throw new Error(sentence);
}
