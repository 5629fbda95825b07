import {
  CREATED_WITHIN_MS,
  type ExpectedAttribute,
  type LookKind,
  type ReadBackState,
  type SentAttribute,
} from "./read-back-store.ts";
import { storedJsonIf } from "./stored-json.ts";
import type { Tx } from "./sql.ts";

// One row per visitor Target was ever called for: when the profile was last seen, and what the next
// look is about. Written by the forwarder's pace, never while updates are taken in, but for the first
// scan of somebody at rest.

/** The row, its JSON read. */
export interface ReadBackRow {
  readonly visitor: string;
  readonly confirmed_ms: number;
  readonly look: LookKind | null;
  readonly due_ms: number;
  readonly fence: number;
  readonly tries: number;
  /** Everything up to this version is acknowledged; applied once nothing is expected any more. */
  readonly version: number;
  readonly missed_ms: number;
  readonly book: Book;
}

/** What is remembered between two looks. */
export interface Book {
  readonly expected: readonly StoredExpected[];
  readonly seen: Readonly<Record<string, string>>;
  /** What goes out once more; the call that carries it is read back. */
  readonly resending: readonly Resending[];
  /** The visitor was missing: the next call is read back in any case. */
  readonly isMissed: boolean;
  /** When the visitor's state was last put into a file that creates profiles, if it was. */
  readonly createdMs?: number | undefined;
}

export interface Resending {
  readonly name: string;
  /** Something newer of ours has all its own chances. */
  readonly value: string;
  /** What the profile went back to: for this one call no word of the site, whatever its time says. */
  readonly revertedTo?: string | undefined;
}

export type StoredExpected = Omit<ExpectedAttribute, "otherValues">;

const EMPTY: Book = { expected: [], seen: {}, resending: [], isMissed: false };

export async function findReadBack(tx: Tx, visitor: string): Promise<ReadBackRow | undefined> {
  const rows = await tx.all<Omit<ReadBackRow, "book"> & { readonly book: string }>(
    `SELECT visitor, confirmed_ms, look, due_ms, fence, tries, version, missed_ms, book
     FROM read_back WHERE visitor = $1 {{FOR UPDATE}}`,
    [visitor],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return { ...row, book: storedJsonIf(row.book, isBook) ?? (await bookAnew(tx, row)) };
}

/** In place of a damaged one: all that was acknowledged is looked for, and the next call is read back. */
async function bookAnew(tx: Tx, row: Omit<ReadBackRow, "book">): Promise<Book> {
  const isChecked = row.look === "check";
  const acked = await tx.all<{ name: string; value: string; effective_ms: number }>(
    `SELECT name, value, effective_ms FROM attribute
     WHERE visitor = $1 AND version <= $2 ORDER BY name`,
    [row.visitor, isChecked ? row.version : 0],
  );
  const expected = acked.map(({ name, value, effective_ms: effectiveMs }): StoredExpected => ({
    name,
    value,
    effectiveMs,
    phase: "sent",
    ackedMs: row.due_ms,
    dueMs: row.due_ms,
    tries: 0,
    isAgain: false,
  }));
  return { ...EMPTY, expected, isMissed: true };
}

/** A visitor Target was never called for. */
export function newReadBack(visitor: string): ReadBackRow {
  return {
    visitor,
    confirmed_ms: 0,
    look: null,
    due_ms: 0,
    fence: 0,
    tries: 0,
    version: 0,
    missed_ms: 0,
    book: EMPTY,
  };
}

/** Writes the row; its fence rises, so that a look under way ends without effect. */
export async function saveReadBack(tx: Tx, row: ReadBackRow): Promise<void> {
  await tx.run(
    `INSERT INTO read_back
       (visitor, confirmed_ms, look, due_ms, fence, tries, version, missed_ms, book)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (visitor) DO UPDATE SET
       confirmed_ms = excluded.confirmed_ms, look = excluded.look, due_ms = excluded.due_ms,
       fence = excluded.fence, tries = excluded.tries, version = excluded.version,
       missed_ms = excluded.missed_ms, book = excluded.book`,
    [
      row.visitor,
      row.confirmed_ms,
      row.look,
      row.due_ms,
      row.fence + 1,
      row.tries,
      row.version,
      row.missed_ms,
      JSON.stringify(row.book),
    ],
  );
}

export async function forgetReadBack(tx: Tx, visitor: string): Promise<void> {
  await tx.run("DELETE FROM read_back WHERE visitor = $1", [visitor]);
}

/** Of somebody who withdrew: all but that a file may yet speak of them. */
export async function forgetLooks(tx: Tx, visitor: string): Promise<void> {
  const row = await findReadBack(tx, visitor);
  if (row === undefined) return;
  const { createdMs } = row.book;
  if (createdMs === undefined) return forgetReadBack(tx, visitor);
  await saveReadBack(tx, {
    ...newReadBack(visitor),
    fence: row.fence,
    book: { ...EMPTY, createdMs },
  });
}

/** Until when a file that creates profiles may yet take effect for the visitor; long ago without one. */
export async function mayBeCreatedUntilMs(tx: Tx, visitor: string): Promise<number> {
  const row = await findReadBack(tx, visitor);
  return (row?.book.createdMs ?? -Infinity) + CREATED_WITHIN_MS;
}

export function readBackState(row: ReadBackRow | undefined, nowMs: number): ReadBackState {
  if (row === undefined) return { confirmedMs: 0, isAsked: false };
  const { resending, isMissed, expected, createdMs = -Infinity } = row.book;
  // A file that creates profiles may yet speak after the call.
  const mayBeOverridden = nowMs < createdMs + CREATED_WITHIN_MS;
  return {
    confirmedMs: row.confirmed_ms,
    // What is still looked for by an older call is looked for together with what follows it.
    isAsked: isMissed || mayBeOverridden || resending.length > 0 || expected.some(isLookedFor),
  };
}

function isLookedFor({ phase }: StoredExpected): boolean {
  return phase === "sent";
}

export interface LookOrder {
  readonly version: number;
  readonly atMs: number;
  readonly dueMs: number;
  readonly sent: readonly SentAttribute[];
  /** Given when the profile was seen before the call. */
  readonly confirmedMs?: number | undefined;
}

/** A call was acknowledged and is to be read back, together with what older calls still wait for. */
export async function orderLook(tx: Tx, visitor: string, order: LookOrder): Promise<void> {
  const row = (await findReadBack(tx, visitor)) ?? newReadBack(visitor);
  const { book } = row;
  const names = new Set(order.sent.map(({ name }) => name));
  const expected: readonly StoredExpected[] = [
    ...book.expected.filter(({ name }) => !names.has(name)),
    ...order.sent.map((sent): StoredExpected => {
      const before = sent.before ?? book.seen[sent.name];
      return {
        ...sent,
        ...(before === undefined || before === sent.value ? {} : { before }),
        phase: "sent",
        ackedMs: order.atMs,
        dueMs: order.dueMs,
        tries: 0,
        isAgain: book.resending.some(
          ({ name, value }) => name === sent.name && value === sent.value,
        ),
      };
    }),
  ];
  await saveReadBack(tx, {
    ...row,
    confirmed_ms: Math.max(row.confirmed_ms, order.confirmedMs ?? 0),
    look: "check",
    due_ms: Math.min(...expected.map(({ dueMs }) => dueMs)),
    tries: 0,
    version: order.version,
    missed_ms: 0,
    book: {
      ...book,
      expected,
      resending: book.resending.filter(({ name }) => !names.has(name)),
      isMissed: false,
    },
  });
}

/**
 * The profile was seen, and held something newer than all that was to be sent. True when what older
 * calls sent is still looked for: `version` is applied together with that.
 */
export async function noteNothingSent(
  tx: Tx,
  visitor: string,
  version: number,
  atMs: number,
): Promise<boolean> {
  const row = (await findReadBack(tx, visitor)) ?? newReadBack(visitor);
  const isWaiting = row.book.expected.some(isLookedFor);
  await saveReadBack(tx, {
    ...row,
    confirmed_ms: Math.max(row.confirmed_ms, atMs),
    version: isWaiting ? version : row.version,
    book: { ...row.book, resending: [] },
  });
  return isWaiting;
}

/** The profile was seen, by a look that was made for another reason. */
export async function confirmProfile(tx: Tx, visitor: string, atMs: number): Promise<void> {
  const row = (await findReadBack(tx, visitor)) ?? newReadBack(visitor);
  await saveReadBack(tx, { ...row, confirmed_ms: Math.max(row.confirmed_ms, atMs) });
}

/** Target has no such profile: from `dueMs` on somebody looks for it. */
export async function beginSearch(
  tx: Tx,
  visitor: string,
  atMs: number,
  dueMs: number,
): Promise<void> {
  const row = (await findReadBack(tx, visitor)) ?? newReadBack(visitor);
  await saveReadBack(tx, {
    ...row,
    confirmed_ms: 0,
    look: "search",
    due_ms: dueMs,
    tries: 0,
    missed_ms: row.look === "search" && row.missed_ms > 0 ? row.missed_ms : atMs,
    book: { ...row.book, ...EMPTY, isMissed: true },
  });
}

/** When a visitor was last put into a file that creates profiles; 0 for never. */
export function createdMsIn(book: string): number {
  return storedJsonIf(book, isBook)?.createdMs ?? 0;
}

function isBook(value: unknown): value is Book {
  if (typeof value !== "object" || value === null) return false;
  const { expected, seen, resending, isMissed, createdMs } = value as Record<string, unknown>;
  return (
    Array.isArray(expected) &&
    expected.every(isExpected) &&
    isTexts(seen) &&
    Array.isArray(resending) &&
    resending.every(isResending) &&
    typeof isMissed === "boolean" &&
    (createdMs === undefined || Number.isFinite(createdMs))
  );
}

function isResending(value: unknown): value is Resending {
  if (typeof value !== "object" || value === null) return false;
  const { name, value: sent, revertedTo } = value as Record<string, unknown>;
  return (
    typeof name === "string" &&
    typeof sent === "string" &&
    (revertedTo === undefined || typeof revertedTo === "string")
  );
}

function isExpected(value: unknown): value is StoredExpected {
  if (typeof value !== "object" || value === null) return false;
  const each = value as Record<string, unknown>;
  return (
    typeof each["name"] === "string" &&
    typeof each["value"] === "string" &&
    (each["phase"] === "sent" || each["phase"] === "applied") &&
    ["effectiveMs", "ackedMs", "dueMs", "tries"].every((key) => Number.isFinite(each[key])) &&
    typeof each["isAgain"] === "boolean" &&
    (each["before"] === undefined || typeof each["before"] === "string")
  );
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => typeof each === "string")
  );
}
