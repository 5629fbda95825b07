import type { ClientBase } from "pg";
import { postgresText, together, type Gate, type Params, type SqlValue, type Tx } from "./sql.ts";

/** The transaction that was begun on this connection. */
export function postgresTx(client: ClientBase, isOpen: () => boolean = () => true): Tx {
  const query = async (sql: string, params: Params) => {
    // It would be a transaction of its own.
    if (!isOpen()) throw new Error("a script went on after its transaction had ended");
    return client.query(preparedFor(sql, params));
  };
  return {
    // The caller names the columns it selects; this is where rows are believed to have them.
    all: async <Row>(sql: string, params: Params) => (await query(sql, params)).rows as Row[],
    run: async (sql, params) => (await query(sql, params)).rowCount ?? 0,
    runMany: async (sql, rows) => {
      if (!INSERT_OF_ONE.test(sql)) {
        await together(rows.map((params) => query(sql, params)));
        return;
      }
      const parts = [...inParts(rows)];
      await together(parts.map((part) => query(insertOf(sql, part), part.flat())));
    },
    lock: async (gate, mode) => {
      const lock = mode === "alone" ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
      await query(`SELECT ${lock}(${LOCKS}, ${GATES[gate]})`, []);
    },
  };
}

/** Ours: the first number of every advisory lock of this program's; `tarj` in ASCII. */
export const LOCKS = 0x74_61_72_6a;

/** Held while the schema is brought up to date. */
export const SCHEMA_LOCK = 1;

const GATES: Readonly<Record<Gate, number>> = { suppression: 2 };

interface Statement {
  readonly text: string;
  /** Under which a connection keeps it prepared; only what can be prepared has one. */
  readonly name?: string;
}

/** There are a few dozen of them, and some more by numbers of rows. */
const statements = new Map<string, Statement>();

function preparedFor(sql: string, params: Params) {
  const known = statements.get(sql) ?? statementOf(sql);
  return { ...known, values: params.map(storable) };
}

function statementOf(sql: string): Statement {
  const canBePrepared = /^\s*(?:SELECT|INSERT|UPDATE|DELETE)\b/.test(sql);
  if (!canBePrepared) return { text: sql };
  const statement = { text: postgresText(sql), name: `tarjeta_${statements.size + 1}` };
  statements.set(sql, statement);
  return statement;
}

/** PostgreSQL's text holds every character but one, which nobody means. */
function storable(value: SqlValue): SqlValue {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}

/** An INSERT of one row: what stands before its row, the row, and what after it. */
const INSERT_OF_ONE = /^(\s*INSERT\s[^]*?\sVALUES\s*)\(([^()]*)\)([^]*)$/;

/** By the text for one row, then by how many. */
const inserts = new Map<string, Map<number, string>>();

/** The same for several rows at once: one way to the server instead of one for each. */
function insertOf(sql: string, part: readonly Params[]): string {
  const bySize = inserts.get(sql) ?? new Map<number, string>();
  inserts.set(sql, bySize);
  const text = bySize.get(part.length) ?? insertOfMany(sql, part.length, part[0]!.length);
  bySize.set(part.length, text);
  return text;
}

function insertOfMany(sql: string, rows: number, width: number): string {
  const [, before, row, after] = INSERT_OF_ONE.exec(sql)!;
  const tuples = Array.from({ length: rows }, (_, index) =>
    row!.replaceAll(/\$(\d+)/g, (_all, number) => `$${Number(number) + index * width}`),
  );
  return `${before}${tuples.map((tuple) => `(${tuple})`).join(", ")}${after}`;
}

/** Ours: few sizes, so that there are few statements to prepare. */
const PART_SIZES = [64, 16, 4, 1];

function* inParts(rows: readonly Params[]): Generator<readonly Params[]> {
  let from = 0;
  while (from < rows.length) {
    const size = PART_SIZES.find((each) => each <= rows.length - from)!;
    yield rows.slice(from, from + size);
    from += size;
  }
}
