import { addArrivals } from "./arrivals.ts";
import {
  addUpdate,
  dayOfHour,
  hourOf,
  NO_UPDATES,
  openUpdatesFrom,
  SCAN,
  type CountedUpdate,
  type OpenUpdates,
} from "./open-updates.ts";
import { storedJsonIf } from "./stored-json.ts";
import type { SqlValue, Tx } from "./sql.ts";
import type { VisitorState } from "./visitor-state.ts";

// What became of every update taken in (rules UN1, OP3): counted by when, where and fate, and moved
// from one fate to another in the transaction that decides it, so that the fates always sum to all.

/**
 * - `applied`: Target showed it, or acknowledged it for a visitor seen there before.
 * - `waiting`: on its way, or its visitor is looked for.
 * - `unknown`: Target did not have its visitor for the whole of the term.
 * - `refused`: Target would not have it.
 */
export type ScanFate = "applied" | "waiting" | "unknown" | "refused";

export type ScanShares = Readonly<Record<ScanFate, number>>;

/** What the open updates of a visitor count as. */
export function fateOf(state: VisitorState): Exclude<ScanFate, "applied"> {
  if (state === "unknown") return "unknown";
  return state === "dead" ? "refused" : "waiting";
}

/** Scans of one visitor that are not applied yet: day, how many, and the newest version among them. */
export type OpenScans = readonly (readonly [day: number, scans: number, version: number])[];

/**
 * The scans of a visitor that are not applied yet by day, and all updates by hour, store and question.
 * Both, because the first are what every version of this program counts.
 */
export interface OpenCounts {
  readonly scans: OpenScans;
  readonly updates: OpenUpdates;
}

/** As they are stored with a visitor. */
export interface OpenColumns {
  readonly open_scans: string;
  readonly open_updates: string;
}

export const NONE_OPEN: OpenCounts = { scans: [], updates: [] };

const NO_SCANS = "[]";

const DAY_MS = 86_400_000;

/** Days since 1970 in UTC. */
export function dayOf(effectiveMs: number): number {
  return Math.floor(effectiveMs / DAY_MS);
}

/**
 * None where the row is damaged: those stay counted as what they were, so that the fates still sum to
 * all, and nothing that is owed, asked or withdrawn stops at it.
 */
export function openFrom({ open_scans, open_updates }: OpenColumns): OpenCounts {
  return {
    scans: open_scans === NO_SCANS ? [] : (storedJsonIf(open_scans, isOpenScans) ?? []),
    updates: openUpdatesFrom(open_updates),
  };
}

function isOpenScans(value: unknown): value is OpenScans {
  return (
    Array.isArray(value) &&
    value.every((each: unknown) => Array.isArray(each) && each.length === 3 && each.every(isCount))
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** As they are to be stored: `open_scans`, `open_updates`. */
export function openTexts({ scans, updates }: OpenCounts): readonly [string, string] {
  return [
    scans.length === 0 ? NO_SCANS : JSON.stringify(scans),
    updates.length === 0 ? NO_UPDATES : JSON.stringify(updates),
  ];
}

export async function saveOpen(tx: Tx, visitor: string, open: OpenCounts): Promise<void> {
  await tx.run("UPDATE visitor SET open_scans = $2, open_updates = $3 WHERE visitor = $1", [
    visitor,
    ...openTexts(open),
  ]);
}

/** Whether nothing is open any more. */
export function areNoneOpen({ scans, updates }: OpenCounts): boolean {
  return scans.length === 0 && updates.length === 0;
}

export function withUpdate(open: OpenCounts, update: CountedUpdate, version: number): OpenCounts {
  return {
    scans:
      update.question === SCAN
        ? addScan(open.scans, dayOf(update.effectiveMs), version)
        : open.scans,
    updates: addUpdate(open.updates, update, version),
  };
}

/** One line a day, whatever is added: a visitor who is scanned for a year has 365 at most. */
function addScan(open: OpenScans, day: number, version: number): OpenScans {
  const known = open.find(([each]) => each === day);
  if (known === undefined) return [...open, [day, 1, version] as const];
  return open.map((line) =>
    line === known ? ([day, known[1] + 1, Math.max(known[2], version)] as const) : line,
  );
}

/** Those that `version` covers whole, and the others. */
export function splitAt(
  { scans, updates }: OpenCounts,
  version: number,
): { readonly covered: OpenCounts; readonly rest: OpenCounts } {
  return {
    covered: {
      scans: scans.filter(([, , newest]) => newest <= version),
      updates: updates.filter((line) => line[4] <= version),
    },
    rest: {
      scans: scans.filter(([, , newest]) => newest > version),
      updates: updates.filter((line) => line[4] > version),
    },
  };
}

/** The same, with `raised` in place of every newest version up to `version`. */
export function raiseOpen(open: OpenCounts, version: number, raised: number): OpenCounts {
  const newer = (newest: number) => (newest <= version ? raised : newest);
  return {
    scans: open.scans.map(([day, scans, newest]) => [day, scans, newer(newest)] as const),
    updates: open.updates.map(
      ([hour, storeId, question, updates, newest]) =>
        [hour, storeId, question, updates, newer(newest)] as const,
    ),
  };
}

/** What is to be added to the counts, gathered over one transaction. */
export interface ScanTally {
  readonly add: (fate: ScanFate, update: CountedUpdate) => void;
  readonly move: (open: OpenCounts, from: ScanFate, to: ScanFate) => void;
  /** Takes open ones out of a fate, into none. */
  readonly remove: (open: OpenCounts, fate: ScanFate) => void;
  /** One more visitor owes Target something, as of `atMs`: the same for the whole transaction. */
  readonly arrive: (atMs: number) => void;
  readonly save: (tx: Tx) => Promise<void>;
}

export function createScanTally(): ScanTally {
  const scansByDay = createSums();
  const scansByHour = createSums();
  const updatesByDay = createSums();
  let arrived = 0;
  let arrivedMs = 0;

  const addUpdates = (
    fate: ScanFate,
    [hour, storeId, question]: readonly [hour: number, storeId: string, question: string],
    count: number,
  ) => {
    updatesByDay.add([dayOfHour(hour), storeId, question, fate], count);
    if (question === SCAN) scansByHour.add([hour, storeId, fate], count);
  };
  const addOpen = ({ scans, updates }: OpenCounts, fate: ScanFate, sign: 1 | -1) => {
    for (const [day, count] of scans) scansByDay.add([day, fate], sign * count);
    for (const [hour, storeId, question, count] of updates) {
      addUpdates(fate, [hour, storeId, question], sign * count);
    }
  };
  return {
    add: (fate, { effectiveMs, storeId, question }) => {
      if (question === SCAN) scansByDay.add([dayOf(effectiveMs), fate], 1);
      addUpdates(fate, [hourOf(effectiveMs), storeId, question], 1);
    },
    move: (open, from, to) => {
      addOpen(open, from, -1);
      addOpen(open, to, 1);
    },
    remove: (open, fate) => addOpen(open, fate, -1),
    arrive: (atMs) => {
      arrived += 1;
      arrivedMs = atMs;
    },
    save: async (tx) => {
      await updatesByDay.save(
        tx,
        `INSERT INTO update_count (day, store_id, question, fate, updates)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (day, store_id, question, fate) DO UPDATE SET
           updates = update_count.updates + excluded.updates`,
      );
      await scansByHour.save(
        tx,
        `INSERT INTO hour_count (hour, store_id, fate, scans) VALUES ($1, $2, $3, $4)
         ON CONFLICT (hour, store_id, fate) DO UPDATE SET
           scans = hour_count.scans + excluded.scans`,
      );
      await addArrivals(tx, arrivedMs, arrived);
      arrived = 0;
      // Last: all stores meet in these rows, and whoever has changed one holds it until it is on disk.
      await scansByDay.save(
        tx,
        `INSERT INTO scan_count (day, fate, scans) VALUES ($1, $2, $3)
         ON CONFLICT (day, fate) DO UPDATE SET scans = scan_count.scans + excluded.scans`,
      );
    },
  };
}

/** Sums by key, and the statement that adds them to the rows of those keys. */
function createSums() {
  const sums = new Map<string, readonly [key: readonly SqlValue[], sum: number]>();
  return {
    add: (key: readonly SqlValue[], count: number) => {
      const name = key.join("\n");
      sums.set(name, [key, (sums.get(name)?.[1] ?? 0) + count]);
    },
    save: async (tx: Tx, sql: string) => {
      // In one order always, so that two replicas never wait for each other in a ring.
      const rows = [...sums]
        .filter(([, [, sum]]) => sum !== 0)
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      sums.clear();
      if (rows.length === 0) return;
      await tx.runMany(
        sql,
        rows.map(([, [key, sum]]) => [...key, sum]),
      );
    },
  };
}

/** Moves updates from one fate to another at once. */
export async function moveScans(
  tx: Tx,
  open: OpenCounts,
  from: ScanFate,
  to: ScanFate,
): Promise<void> {
  const tally = createScanTally();
  tally.move(open, from, to);
  await tally.save(tx);
}

/** Forgets updates of which nothing may be kept: they count nowhere from here on. */
export async function uncountScans(tx: Tx, open: OpenCounts, fate: ScanFate): Promise<void> {
  const tally = createScanTally();
  tally.remove(open, fate);
  await tally.save(tx);
}

/** A row for each fate that has any; the others are 0. */
export function sharesFrom(
  rows: readonly { readonly fate: ScanFate; readonly scans: number }[],
): ScanShares {
  const shares = { applied: 0, waiting: 0, unknown: 0, refused: 0 };
  for (const { fate, scans } of rows) shares[fate] += scans;
  return shares;
}
