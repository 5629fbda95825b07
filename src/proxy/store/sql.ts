/**
 * One SQL text for both engines.
 *
 * Columns are TEXT, BIGINT and INTEGER only: JSON is TEXT, times are milliseconds since 1970, yes
 * and no are 1 and 0. Placeholders are `$1`, `$2`, ... . What the engines say differently is one of
 * two words in double braces, at the end of a SELECT: `{{FOR UPDATE}}` and
 * `{{FOR UPDATE SKIP LOCKED}}`.
 */
export type SqlValue = string | number | null;

export type Params = readonly SqlValue[];

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
}

/**
 * The text as SQLite takes it. Without row locks, since it has one writer; with `?1` for `$1`, since
 * SQLite takes `$1` for a name and then does not bind it by position.
 */
export function sqliteText(sql: string): string {
  return sql.replaceAll(/\{\{FOR UPDATE(?: SKIP LOCKED)?\}\}/g, "").replaceAll(/\$(\d+)/g, "?$1");
}
