import type { Tx } from "./sql.ts";

// A SQLite file whose rows were moved to PostgreSQL stays as it is, but for this mark: two proxies on
// two copies of one truth would both be believed. Earlier versions of this program know no mark, and
// take the file for one of a version far ahead of them; so they do not start on it either.

/** The file was moved, or is being moved, and must not be worked on any more. */
export class MovedAwayError extends Error {
  override readonly name = "MovedAwayError";
}

export interface MovedMark {
  /** Also noted in the database it was moved to. */
  readonly id: string;
  readonly atMs: number;
}

/** Ours: no program will ever know so many versions. */
const FAR_AHEAD = 1_000_000;

/** Nothing when the file was not moved. */
export async function readMovedMark(tx: Tx): Promise<MovedMark | undefined> {
  const tables = await tx.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'moved_away'",
    [],
  );
  if (tables.length === 0) return undefined;
  const rows = await tx.all<{ id: string; at_ms: number }>("SELECT id, at_ms FROM moved_away", []);
  const [row] = rows;
  return row === undefined ? undefined : { id: row.id, atMs: row.at_ms };
}

/** Marks the file, or marks it anew. One transaction, which is the caller's. */
export async function markMoved(tx: Tx, { id, atMs }: MovedMark): Promise<void> {
  await unmarkMoved(tx);
  await tx.run("CREATE TABLE moved_away (id TEXT NOT NULL, at_ms BIGINT NOT NULL)", []);
  await tx.run("INSERT INTO moved_away (id, at_ms) VALUES ($1, $2)", [id, atMs]);
  await tx.run(`UPDATE schema_version SET version = version + ${FAR_AHEAD}`, []);
}

/** Takes the mark away, where there is one. */
export async function unmarkMoved(tx: Tx): Promise<void> {
  await tx.run("DROP TABLE IF EXISTS moved_away", []);
  await tx.run(
    `UPDATE schema_version SET version = version - ${FAR_AHEAD} WHERE version > ${FAR_AHEAD}`,
    [],
  );
}

/** The version of the schema, whether the file is marked or not; 0 where there is none. */
export async function schemaVersionOf(tx: Tx): Promise<number> {
  const tables = await tx.all("SELECT name FROM sqlite_schema WHERE name = 'schema_version'", []);
  if (tables.length === 0) return 0;
  const rows = await tx.all<{ version: number }>("SELECT version FROM schema_version", []);
  return (rows[0]?.version ?? 0) % FAR_AHEAD;
}

/** Throws `MovedAwayError`. To be asked before anything is changed in the file. */
export async function refuseMoved(tx: Tx): Promise<void> {
  const mark = await readMovedMark(tx);
  if (mark !== undefined) throw new MovedAwayError(dayOf(mark.atMs));
}

/** `2026-11-23 08:00 UTC`. */
export function dayOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
