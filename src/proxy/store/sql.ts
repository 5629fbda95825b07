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

/** Ours: keys asked about in one statement, always as many, so that it is one statement to prepare. */
const ASKED_AT_ONCE = 50;

const AMONG = `(${Array.from({ length: ASKED_AT_ONCE }, (_, index) => `$${index + 1}`).join(", ")})`;

/** The rows about any of these keys, however many; of a key that is empty there are none. */
export async function allAmong<Row>(
  tx: Tx,
  select: (among: string) => string,
  keys: readonly string[],
): Promise<readonly Row[]> {
  const parts: Promise<readonly Row[]>[] = [];
  for (let from = 0; from < keys.length; from += ASKED_AT_ONCE) {
    const part = keys.slice(from, from + ASKED_AT_ONCE);
    const padding = Array.from({ length: ASKED_AT_ONCE - part.length }, () => "");
    parts.push(tx.all<Row>(select(AMONG), [...part, ...padding]));
  }
  return (await together(parts)).flat();
}

/**
 * All of it, begun at once, in the order it was begun as far as the database sees it: on the way to
 * PostgreSQL one does not wait for the answer to another. Throws what went wrong first, and only when
 * nothing of it can reach the database any more.
 */
export async function together<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  let failure: { readonly cause: unknown } | undefined;
  const results: T[] = [];
  await Promise.all(
    works.map((work, index) =>
      work.then(
        (result) => void (results[index] = result),
        (cause: unknown) => void (failure ??= { cause }),
      ),
    ),
  );
  if (failure !== undefined) throw failure.cause;
  return results;
}
