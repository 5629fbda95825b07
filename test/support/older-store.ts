import { renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "../../src/proxy/store/migrations.ts";

/**
 * Makes of a closed store's file what a program of that schema version would have written: the same
 * rows, without what came later.
 */
export function makeOlder(file: string, version: number): void {
  const newer = `${file}.newer`;
  renameSync(file, newer);
  const older = new DatabaseSync(file);
  older.exec("PRAGMA journal_mode = WAL; CREATE TABLE schema_version (version INTEGER NOT NULL)");
  for (const statement of MIGRATIONS.slice(0, version).flat()) older.exec(statement);
  older.prepare("ATTACH ? AS newer").run(newer);
  const tables = older
    .prepare(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name <> 'schema_version'",
    )
    .all();
  for (const { name } of tables) {
    const columns = older
      .prepare("SELECT name FROM pragma_table_info(?)")
      .all(name!)
      .map((column) => column["name"])
      .join(", ");
    older.exec(`DELETE FROM main.${name}`);
    older.exec(`INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM newer.${name}`);
  }
  older.prepare("INSERT INTO schema_version (version) VALUES (?)").run(version);
  older.close();
}
