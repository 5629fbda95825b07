import { dayOf, sharesFrom, type ScanFate, type ScanShares } from "./scan-counts.ts";
import { hourOf, SCAN } from "./open-updates.ts";
import type { Tx } from "./sql.ts";
import type { MatchCounts, ScanSlot, ScanSlots } from "./operations-store.ts";

// The counts of `scan-counts.ts`, read for people (rules OP1, OP3, AD4).

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Today and the six days before, in UTC. */
const DAYS = 7;

/** This hour and the 23 before. */
const HOURS = 24;

interface SlotRow {
  readonly slot: number;
  readonly fate: ScanFate;
  readonly scans: number;
}

/** What became of the scans of the whole chain. */
export async function scanSlots(tx: Tx, nowMs: number): Promise<ScanSlots> {
  const days = await tx.all<SlotRow>(
    `SELECT day AS slot, fate, scans FROM scan_count WHERE day >= $1 AND day <= $2`,
    [firstDay(nowMs), dayOf(nowMs)],
  );
  const hours = await tx.all<SlotRow>(
    `SELECT hour AS slot, fate, CAST(sum(scans) AS BIGINT) AS scans FROM hour_count
     WHERE hour >= $1 AND hour <= $2 GROUP BY hour, fate`,
    [firstHour(nowMs), hourOf(nowMs)],
  );
  return slotsFrom(nowMs, days, hours);
}

/** What became of the scans of one store. */
export async function storeScans(tx: Tx, nowMs: number, storeId: string): Promise<ScanSlots> {
  const days = await tx.all<SlotRow>(
    `SELECT day AS slot, fate, updates AS scans FROM update_count
     WHERE day >= $1 AND day <= $2 AND store_id = $3 AND question = $4`,
    [firstDay(nowMs), dayOf(nowMs), storeId, SCAN],
  );
  const hours = await tx.all<SlotRow>(
    `SELECT hour AS slot, fate, scans FROM hour_count
     WHERE hour >= $1 AND hour <= $2 AND store_id = $3`,
    [firstHour(nowMs), hourOf(nowMs), storeId],
  );
  return slotsFrom(nowMs, days, hours);
}

function firstDay(nowMs: number): number {
  return dayOf(nowMs) - DAYS + 1;
}

function firstHour(nowMs: number): number {
  return hourOf(nowMs) - HOURS + 1;
}

function slotsFrom(nowMs: number, days: readonly SlotRow[], hours: readonly SlotRow[]): ScanSlots {
  return {
    scans: sharesFrom(days),
    days: everySlot(days, firstDay(nowMs), DAYS, DAY_MS),
    hours: everySlot(hours, firstHour(nowMs), HOURS, HOUR_MS),
  };
}

function everySlot(
  rows: readonly SlotRow[],
  first: number,
  count: number,
  slotMs: number,
): readonly ScanSlot[] {
  const bySlot = Map.groupBy(rows, ({ slot }) => slot);
  return Array.from({ length: count }, (_, index) => ({
    fromMs: (first + index) * slotMs,
    ...sharesFrom(bySlot.get(first + index) ?? []),
  }));
}

interface UpdateRow {
  readonly name: string;
  readonly fate: ScanFate;
  readonly scans: number;
}

/** What became of updates, by store and by question; of one store only, where it is given. */
export async function matchRate(tx: Tx, sinceDay: number, storeId?: string): Promise<MatchCounts> {
  const counts = (column: "store_id" | "question", condition: string) =>
    tx.all<UpdateRow>(
      `SELECT ${column} AS name, fate, CAST(sum(updates) AS BIGINT) AS scans FROM update_count
       WHERE day >= $1 AND ($2 = '' OR store_id = $2) ${condition}
       GROUP BY ${column}, fate ORDER BY ${column}`,
      [sinceDay, storeId ?? ANY_STORE],
    );
  const stores = await counts("store_id", "");
  const questions = await counts("question", `AND question <> '${SCAN}'`);
  return {
    stores: named(stores).map(([name, shares]) => ({ storeId: name, ...shares })),
    questions: named(questions).map(([name, shares]) => ({ attribute: name, ...shares })),
  };
}

/** No store's id is empty. */
const ANY_STORE = "";

function named(rows: readonly UpdateRow[]): readonly (readonly [string, ScanShares])[] {
  return [...Map.groupBy(rows, ({ name }) => name)]
    .map(([name, own]) => [name, sharesFrom(own)] as const)
    .filter(([, shares]) => Object.values(shares).some((count) => count !== 0))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Ours: as far back as a rate may be asked for, and a month; and two days for what goes by hours. */
const KEPT_DAYS = 62;
const KEPT_HOURS = 48;

/** Forgets counts nobody can ask for any more; what moves in them afterwards is forgotten next time. */
export async function pruneCounts(tx: Tx, nowMs: number): Promise<void> {
  await tx.run("DELETE FROM update_count WHERE day < $1", [dayOf(nowMs) - KEPT_DAYS]);
  await tx.run("DELETE FROM hour_count WHERE hour < $1", [hourOf(nowMs) - KEPT_HOURS]);
}
