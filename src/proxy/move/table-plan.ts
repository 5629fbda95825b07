import type { DatabaseSync } from "node:sqlite";
import type { ClientBase } from "pg";
import { StartupError } from "../startup-error.ts";

/** A table to be moved. */
export interface TablePlan {
  readonly name: string;
  readonly columns: readonly ColumnPlan[];
  /** Rows there are to move. */
  readonly rows: number;
}

export interface ColumnPlan {
  readonly name: string;
  readonly type: ColumnType;
}

/** As the schema names them; see `store/sql.ts`. */
export type ColumnType = "TEXT" | "BIGINT" | "INTEGER";

/** Made by the schema itself, on either side. */
const NOT_MOVED = new Set(["schema_version", "moved_away"]);

/** All tables of the file and their columns, with how many rows each has. */
export function planTables(db: DatabaseSync): readonly TablePlan[] {
  return db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all()
    .map((row) => String(row["name"]))
    .filter((name) => !NOT_MOVED.has(name))
    .map((name) => ({
      name,
      columns: db
        .prepare(`SELECT name, type FROM pragma_table_info('${name}') ORDER BY cid`)
        .all()
        .map((column) => ({ name: String(column["name"]), type: typeFrom(column["type"]) })),
      rows: Number(db.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.["n"] ?? 0),
    }));
}

function typeFrom(type: unknown): ColumnType {
  if (type === "TEXT" || type === "BIGINT" || type === "INTEGER") return type;
  throw new Error(`a column of the type ${String(type)}`);
}

/** Refuses a database whose tables are not those of the file. */
export async function proveSameTables(
  client: ClientBase,
  tables: readonly TablePlan[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = current_schema()`,
  );
  const there = rows
    .map(({ name }) => name)
    .filter((name) => !NOT_MOVED.has(name.slice(0, name.indexOf("."))))
    .toSorted();
  const here = tables
    .flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`))
    .toSorted();
  const odd = [
    ...here.filter((name) => !there.includes(name)),
    ...there.filter((name) => !here.includes(name)),
  ];
  if (odd.length > 0) {
    throw new StartupError(
      `DATA_DIR: the file's tables are not those of this program's schema (${odd[0]}); nothing was moved.`,
    );
  }
}
