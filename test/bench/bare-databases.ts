import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { clientOptions } from "../../src/proxy/store/postgres-database.ts";
import { postgresTx } from "../../src/proxy/store/postgres-tx.ts";
import { migrate } from "../../src/proxy/store/migrations.ts";
import type { Params } from "../../src/proxy/store/sql.ts";
import { overConnection } from "../../src/proxy/store/sqlite-database.ts";
import { BARE_SQL, BARE_TABLES, type BareDatabase } from "./bare-rows.ts";

/** In the store's own file format, with its own durability. */
export async function openBareSqlite(file: string): Promise<BareDatabase> {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000");
  const { tx, begin, commit } = overConnection(db);
  begin();
  await migrate(tx);
  commit();
  return {
    commit: async (groups) => {
      const startMs = performance.now();
      for (const group of groups) {
        begin();
        for (const rows of group) {
          for (const table of BARE_TABLES) await tx.runMany(BARE_SQL[table], rows[table]);
        }
        commit();
      }
      return performance.now() - startMs;
    },
    close: async () => db.close(),
  };
}

/**
 * On as many connections as kiosks send at once. Several rows go in one statement, and in the order of
 * their keys, so that two connections never wait for each other in a ring.
 */
export async function openBarePostgres(url: string, connections: number): Promise<BareDatabase> {
  const pool = new Pool({ ...clientOptions(url), max: connections });
  const first = await pool.connect();
  await first.query("BEGIN");
  await migrate(postgresTx(first));
  await first.query("COMMIT");
  first.release();
  return {
    commit: async (groups) => {
      const startMs = performance.now();
      let next = 0;
      await Promise.all(
        Array.from({ length: connections }, async () => {
          const client = await pool.connect();
          const tx = postgresTx(client);
          while (next < groups.length) {
            const group = groups[next]!;
            next += 1;
            await client.query("BEGIN");
            for (const table of BARE_TABLES) {
              await tx.runMany(BARE_SQL[table], distinct(group.flatMap((rows) => rows[table])));
            }
            await client.query("COMMIT");
          }
          client.release();
        }),
      );
      return performance.now() - startMs;
    },
    close: () => pool.end(),
  };
}

/** One statement may not meet a row twice: of the same key, the last. */
function distinct(rows: readonly Params[]): readonly Params[] {
  const byKey = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row]));
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
