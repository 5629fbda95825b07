import { DatabaseSync } from "node:sqlite";
import { ask } from "./postgres.ts";

/** Every row of every table as one text, the same from both engines where they hold the same. */
export type StoreDump = readonly string[];

/** The engines' own, and what tells a schema or a move. */
const NOT_DATA = new Set(["schema_version", "moved_away"]);

/** Of a file that nobody works on. */
export function dumpSqlite(file: string): StoreDump {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all();
    return tables
      .map((row) => String(row["name"]))
      .filter((name) => !NOT_DATA.has(name))
      .flatMap((name) => db.prepare(`SELECT * FROM ${name}`).all().map(lineOf(name)))
      .toSorted();
  } finally {
    db.close();
  }
}

export async function dumpPostgres(url: string): Promise<StoreDump> {
  const lines: string[] = [];
  for (const name of await tablesIn(url)) {
    if (NOT_DATA.has(name)) continue;
    lines.push(...(await ask(url, `SELECT * FROM ${name}`)).map(lineOf(name)));
  }
  return lines.toSorted();
}

export async function tablesIn(url: string): Promise<readonly string[]> {
  const rows = await ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  return rows.map((row) => String(row["tablename"]));
}

/** PostgreSQL's text holds every character but NUL, and its driver gives 64 bits as text. */
function lineOf(table: string) {
  return (row: Readonly<Record<string, unknown>>): string => {
    const cells = Object.entries(row).map(
      ([name, value]) =>
        `${name}=${value === null ? "NULL" : JSON.stringify(String(value).replaceAll("\0", "\uFFFD"))}`,
    );
    return `${table} ${cells.toSorted().join(" ")}`;
  };
}
