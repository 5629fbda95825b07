import type { DatabaseSync } from "node:sqlite";
import type { ClientBase } from "pg";
import { createFingerprint, type Cell, type Fingerprint, type Row } from "./fingerprint.ts";
import type { ColumnType, TablePlan } from "./table-plan.ts";

/** Told after every page how many rows of the table are done. */
export type OnPage = (rows: number) => void;

/** Ours: one way to the server for so many rows, or for so much text. */
const PAGE_ROWS = 1_000;
const PAGE_CHARACTERS = 4_000_000;

/** Copies every row, a page at a time, and gives what they come to. */
export async function copyTable(
  db: DatabaseSync,
  client: ClientBase,
  table: TablePlan,
  onPage: OnPage,
): Promise<Fingerprint> {
  const fingerprint = createFingerprint();
  const insert = insertInto(table);
  for (const page of pagesOf(db, table)) {
    for (const row of page) fingerprint.add(row);
    const columns = table.columns.map((_column, index) => page.map((row) => row[index]));
    await client.query(insert, columns);
    onPage(fingerprint.value().rows);
  }
  return fingerprint.value();
}

/** Reads every row back, a page at a time, and gives what they come to. */
export async function readTable(
  client: ClientBase,
  table: TablePlan,
  onPage: OnPage,
): Promise<Fingerprint> {
  const fingerprint = createFingerprint();
  await client.query(
    `DECLARE moved NO SCROLL CURSOR FOR SELECT ${namesOf(table)} FROM ${table.name}`,
  );
  for (;;) {
    const { rows } = await client.query<Cell[]>({
      text: `FETCH ${PAGE_ROWS} FROM moved`,
      rowMode: "array",
    });
    if (rows.length === 0) break;
    for (const row of rows) fingerprint.add(row);
    onPage(fingerprint.value().rows);
  }
  await client.query("CLOSE moved");
  return fingerprint.value();
}

function* pagesOf(db: DatabaseSync, table: TablePlan): Generator<readonly Row[]> {
  let page: Row[] = [];
  let characters = 0;
  for (const found of db.prepare(`SELECT ${namesOf(table)} FROM ${table.name}`).iterate()) {
    const row = table.columns.map(({ name }) => movable(found[name], `${table.name}.${name}`));
    page.push(row);
    for (const cell of row) if (typeof cell === "string") characters += cell.length;
    if (page.length < PAGE_ROWS && characters < PAGE_CHARACTERS) continue;
    yield page;
    page = [];
    characters = 0;
  }
  if (page.length > 0) yield page;
}

/** As the store in PostgreSQL would have written it: its text holds every character but NUL. */
function movable(value: unknown, column: string): Cell {
  switch (typeof value) {
    case "string":
      return value.replaceAll("\0", "\uFFFD");
    case "number":
      return value;
    default:
      if (value === null) return null;
      throw new Error(`${column} holds what no version of this program writes`);
  }
}

const POSTGRES_TYPES: Readonly<Record<ColumnType, string>> = {
  TEXT: "text",
  BIGINT: "bigint",
  INTEGER: "integer",
};

/** One array for each column: few parameters, however many rows. */
function insertInto(table: TablePlan): string {
  const arrays = table.columns.map(({ type }, index) => `$${index + 1}::${POSTGRES_TYPES[type]}[]`);
  return `INSERT INTO ${table.name} (${namesOf(table)}) SELECT * FROM unnest(${arrays.join(", ")})`;
}

function namesOf({ columns }: TablePlan): string {
  return columns.map(({ name }) => name).join(", ");
}
