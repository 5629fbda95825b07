/**
 * One SQL text for both engines.
 *
 * Columns are TEXT, BIGINT and INTEGER only: JSON is TEXT, times are milliseconds since 1970, yes
 * and no are 1 and 0. Placeholders are `$1`, `$2`, ... . What the engines say differently is one of
 * two words in double braces, at the end of a SELECT: `{{FOR UPDATE}}` and
 * `{{FOR UPDATE SKIP LOCKED}}`; and `Tx.lock`, where there may be no row yet to lock.
 *
 * Where several write, each statement sees what was committed before it began. So a script locks the
 * row its decision rests on before it reads it: first the gate of suppression, then the sender's row,
 * then outboxes, then visitors, each in the order of their keys, and of a visitor the row in `visitor`
 * before all others. What two writers insert at once is one row for both, or breaks a key; then the
 * engine runs the whole script again.
 */
export type SqlValue = string | number | null;

export type Params = readonly SqlValue[];

/**
 * - `suppression`: who takes updates in shares it, who suppresses a visitor has it alone; so that
 *   nothing of a visitor slips in behind their withdrawal (rule PV6).
 */
export type Gate = "suppression";

/**
 * One running transaction. Whoever made it commits or rolls back; a script only reads and writes,
 * and throws when it cannot go on.
 */
export interface Tx {
  /** Rows as the text of the SELECT names them; the caller says what it selected. */
  readonly all: <Row>(sql: string, params: Params) => Promise<readonly Row[]>;
  /** Number of rows changed. */
  readonly run: (sql: string, params: Params) => Promise<number>;
  /** The same statement once per row of `rows`, in that order. */
  readonly runMany: (sql: string, rows: readonly Params[]) => Promise<void>;
  /** Holds the gate until the transaction ends: many share it, or one has it alone. */
  readonly lock: (gate: Gate, mode: "shared" | "alone") => Promise<void>;
}

/**
 * The text as SQLite takes it. Without row locks, since it has one writer; with `?1` for `$1`, since
 * SQLite takes `$1` for a name and then does not bind it by position.
 */
export function sqliteText(sql: string): string {
  return sql.replaceAll(/\{\{FOR UPDATE(?: SKIP LOCKED)?\}\}/g, "").replaceAll(/\$(\d+)/g, "?$1");
}

/** The text as PostgreSQL takes it. */
export function postgresText(sql: string): string {
  return sql.replaceAll(/\{\{(FOR UPDATE(?: SKIP LOCKED)?)\}\}/g, "$1");
}
