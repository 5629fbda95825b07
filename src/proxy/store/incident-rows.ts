import type { Incident } from "../../contract/admin.ts";
import { size, type Intervals } from "../../domain/intervals.ts";
import type { Tx } from "./sql.ts";

/** Where an incident happened, as the kiosk named itself. */
export interface Place {
  readonly deviceId: string;
  readonly storeId: string;
  readonly kioskId: string;
}

export interface IncidentReport {
  readonly type: Incident["type"];
  readonly place: Place;
  readonly epoch: string;
  readonly detail: string;
  readonly atMs: number;
  readonly open: boolean;
}

/** Raises an incident, or brings the one of that type and epoch up to date. */
export async function reportIncident(tx: Tx, report: IncidentReport): Promise<void> {
  await tx.run(
    `INSERT INTO incident
       (id, type, device_id, store_id, kiosk_id, epoch, detail, first_at_ms, last_at_ms, open)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
     ON CONFLICT (id) DO UPDATE SET
       detail = excluded.detail, last_at_ms = excluded.last_at_ms, open = excluded.open`,
    [
      `${report.type}:${report.epoch}`,
      report.type,
      report.place.deviceId,
      report.place.storeId,
      report.place.kioskId,
      report.epoch,
      report.detail,
      report.atMs,
      report.open ? 1 : 0,
    ],
  );
}

/** What an incident was about is over. */
export async function closeIncident(tx: Tx, type: Incident["type"], about: string): Promise<void> {
  await tx.run("UPDATE incident SET open = 0 WHERE id = $1 AND open = 1", [`${type}:${about}`]);
}

/** Closes an open incident, saying why. */
export async function closeSaying(tx: Tx, id: string, why: string, atMs: number): Promise<void> {
  await tx.run(
    "UPDATE incident SET open = 0, last_at_ms = $2, detail = detail || $3 WHERE id = $1 AND open = 1",
    [id, atMs, ` (closed: ${why})`],
  );
}

/** Closes what was open because numbers of this epoch were missing: they have arrived. */
export async function closeLoss(tx: Tx, epoch: string, atMs: number): Promise<void> {
  await tx.run(
    `UPDATE incident SET open = 0, last_at_ms = $2, detail = detail || $3
     WHERE epoch = $1 AND open = 1 AND type IN ('updates-lost', 'outbox-wiped', 'outbox-torn')`,
    [epoch, atMs, CLOSED],
  );
}

const CLOSED = " (closed: everything is accounted for since)";

/** What others say in their own words must not carry a card number (rule PV2). */
export function withoutNumbers(words: string): string {
  return words.replaceAll(/\d{8,}/g, "…");
}

/** Ours: ranges named one by one; a person needs no more to start looking. */
const MAX_RANGES = 20;

/** `seq 3-5, 9 of epoch …`. */
export function numbersInWords(numbers: Intervals, epoch: string): string {
  const ranges = numbers
    .slice(0, MAX_RANGES)
    .map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
    .join(", ");
  const more = numbers.length > MAX_RANGES ? ` and more, ${size(numbers)} in all,` : "";
  return `seq ${ranges}${more} of epoch ${epoch}`;
}

interface IncidentRow {
  readonly id: string;
  readonly type: Incident["type"];
  readonly device_id: string;
  readonly store_id: string;
  readonly kiosk_id: string;
  readonly epoch: string;
  readonly detail: string;
  readonly first_at_ms: number;
  readonly last_at_ms: number;
  readonly open: number;
}

/** No store's id is empty. */
const ANY_STORE = "";

/** Newest first; of one store only, where it is given. */
export async function listIncidents(
  tx: Tx,
  limit: number,
  storeId?: string,
): Promise<readonly Incident[]> {
  const rows = await tx.all<IncidentRow>(
    `SELECT id, type, device_id, store_id, kiosk_id, epoch, detail, first_at_ms, last_at_ms, open
     FROM incident WHERE $2 = '' OR store_id = $2 ORDER BY last_at_ms DESC, id LIMIT $1`,
    [limit, storeId ?? ANY_STORE],
  );
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    deviceId: row.device_id,
    storeId: row.store_id,
    kioskId: row.kiosk_id,
    epoch: row.epoch,
    detail: row.detail,
    firstAtMs: row.first_at_ms,
    lastAtMs: row.last_at_ms,
    open: row.open === 1,
  }));
}
