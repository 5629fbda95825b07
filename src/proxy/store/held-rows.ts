import type { HeldMinute, HeldReceipt } from "../../contract/admin.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Vault } from "../vault/vault.ts";
import { closeIncident, reportIncident } from "./incident-rows.ts";
import type { VisitorWrite } from "./merge-visitor.ts";
import type { Tx } from "./sql.ts";
import { storedJson } from "./stored-json.ts";

/** An update that is kept for an operator, with what the journal says of it. */
export interface HeldUpdate {
  readonly write: VisitorWrite;
  readonly copy: number;
  readonly minute: string;
}

/** Keeps updates unmerged: whose they are and what they say lies sealed, bound to their number. */
export async function holdUpdates(
  tx: Tx,
  vault: Vault,
  deviceId: string,
  held: readonly HeldUpdate[],
): Promise<void> {
  await tx.runMany(
    `INSERT INTO held_update
       (epoch, seq, copy, device_id, visitor, capture_minute, effective_ms, sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    held.map(({ write, copy, minute }) => {
      const { stamp, key, visitor, values } = write;
      const content: HeldContent = { visitor, values: [...values] };
      return [
        stamp.epoch,
        stamp.seq,
        copy,
        deviceId,
        key,
        minute,
        stamp.effectiveMs,
        vault.seal(contextOf({ ...stamp, copy }), JSON.stringify(content)),
      ];
    }),
  );
}

interface HeldContent {
  readonly visitor: VisitorId;
  readonly values: readonly (readonly [name: string, value: string])[];
}

export interface HeldKey {
  readonly epoch: string;
  readonly seq: number;
  readonly copy: number;
}

/** What a held update is bound to. */
export function contextOf({ epoch, seq, copy }: HeldKey): string {
  return `held ${epoch} ${seq} ${copy}`;
}

export interface HeldRow extends HeldKey {
  readonly visitor: string;
  readonly effective_ms: number;
  readonly sealed: string;
  /** From the journal. */
  readonly occasion: string;
  /** Of the kiosk that sent it. */
  readonly store_id: string | null;
}

/** What was held, as it would have been merged; nothing when it cannot be opened. */
export function openHeld(vault: Vault, row: HeldRow): VisitorWrite | undefined {
  const opened = vault.open(contextOf(row), row.sealed);
  if (opened.type !== "opened") return undefined;
  const { visitor, values } = storedJson("held_update.sealed", opened.text, isHeldContent);
  return {
    key: row.visitor,
    visitor,
    stamp: { effectiveMs: row.effective_ms, epoch: row.epoch, seq: row.seq },
    values: new Map(values),
    isScan: row.occasion === "scan",
    storeId: row.store_id ?? "",
  };
}

function isHeldContent(value: unknown): value is HeldContent {
  if (typeof value !== "object" || value === null) return false;
  const visitor: unknown = Reflect.get(value, "visitor");
  return (
    typeof visitor === "object" && visitor !== null && Array.isArray(Reflect.get(value, "values"))
  );
}

/** What an operator decided about what is held of a kiosk. */
export interface HeldOrder {
  readonly deviceId: string;
  readonly nowMs: number;
  /** Updates looked at in one go, in the order they took effect. */
  readonly limit: number;
  /** Those at the front that could not be opened before. */
  readonly skip: number;
}

/** Deletes what is held of a kiosk, and notes in the journal that it never took effect. */
export async function discardHeld(tx: Tx, order: HeldOrder): Promise<HeldReceipt> {
  const rows = await tx.all<HeldKey>(
    `SELECT epoch, seq, copy FROM held_update WHERE device_id = $1
     ORDER BY effective_ms, epoch, seq, copy LIMIT $2 {{FOR UPDATE}}`,
    [order.deviceId, order.limit],
  );
  await discard(tx, rows);
  await tellHeld(tx, order.deviceId, order.nowMs);
  return { updates: rows.length, unopened: 0 };
}

/** Deletes what is held of a visitor, of whichever kiosk (rule PV6). */
export async function discardVisitor(tx: Tx, visitor: string, nowMs: number): Promise<void> {
  const rows = await tx.all<HeldKey & { device_id: string }>(
    "SELECT epoch, seq, copy, device_id FROM held_update WHERE visitor = $1 {{FOR UPDATE}}",
    [visitor],
  );
  await discard(tx, rows);
  for (const deviceId of new Set(rows.map((row) => row.device_id))) {
    await tellHeld(tx, deviceId, nowMs);
  }
}

/** Deletes what nobody decided about within the retention, `limit` updates at a time (rule PV9). */
export async function discardHeldBefore(tx: Tx, beforeMs: number, limit: number): Promise<void> {
  const rows = await tx.all<HeldKey & { device_id: string }>(
    `SELECT epoch, seq, copy, device_id FROM held_update WHERE effective_ms < $1
     LIMIT $2 {{FOR UPDATE}}`,
    [beforeMs, limit],
  );
  await discard(tx, rows);
  for (const deviceId of new Set(rows.map((row) => row.device_id))) {
    await tellHeld(tx, deviceId, undefined);
  }
}

async function discard(tx: Tx, rows: readonly HeldKey[]): Promise<void> {
  await tx.runMany(
    `UPDATE journal SET verdict = 'discarded' WHERE epoch = $1 AND seq = $2 AND copy = $3`,
    rows.map(({ epoch, seq, copy }) => [epoch, seq, copy]),
  );
  await forgetHeld(tx, rows);
}

export async function forgetHeld(tx: Tx, rows: readonly HeldKey[]): Promise<void> {
  await tx.runMany(
    "DELETE FROM held_update WHERE epoch = $1 AND seq = $2 AND copy = $3",
    rows.map(({ epoch, seq, copy }) => [epoch, seq, copy]),
  );
}

interface HeldSum {
  readonly updates: number;
  readonly cards: number;
  readonly minutes: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

/**
 * Raises the incident that names what is held of a kiosk, brings it up to date, or closes it when
 * nothing is. Without a time it keeps the one it has.
 */
export async function tellHeld(tx: Tx, deviceId: string, atMs: number | undefined): Promise<void> {
  const sums = await tx.all<HeldSum>(
    `SELECT count(*) AS updates, count(DISTINCT visitor) AS cards,
       count(DISTINCT capture_minute) AS minutes,
       min(effective_ms) AS from_ms, max(effective_ms) AS to_ms
     FROM held_update WHERE device_id = $1`,
    [deviceId],
  );
  const places = await tx.all<{ store_id: string; kiosk_id: string; last_seen_ms: number }>(
    "SELECT store_id, kiosk_id, last_seen_ms FROM device WHERE device_id = $1",
    [deviceId],
  );
  const [sum, place] = [sums[0], places[0]];
  if (sum === undefined || sum.updates === 0 || place === undefined) {
    await closeIncident(tx, "cards-held", deviceId);
    await closeIncident(tx, "limit-reached", `held ${deviceId}`);
    return;
  }
  await reportIncident(tx, {
    type: "cards-held",
    place: { deviceId, storeId: place.store_id, kioskId: place.kiosk_id },
    epoch: deviceId,
    detail:
      `${sum.cards} cards (${sum.updates} updates) beyond the limit of a minute wait for an ` +
      `operator; ${sum.minutes} minutes, ${minuteInWords(sum.from_ms)} to ${minuteInWords(sum.to_ms)}`,
    atMs: atMs ?? place.last_seen_ms,
    open: true,
  });
}

/** `2026-11-23T08:00Z`. */
function minuteInWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`;
}

/** Newest first, at most `limit`. */
export async function listHeld(tx: Tx, limit: number): Promise<readonly HeldMinute[]> {
  const rows = await tx.all<{
    device_id: string;
    store_id: string;
    kiosk_id: string;
    cards: number;
    updates: number;
    from_ms: number;
    to_ms: number;
  }>(
    `SELECT h.device_id, d.store_id, d.kiosk_id, count(DISTINCT h.visitor) AS cards,
       count(*) AS updates, min(h.effective_ms) AS from_ms, max(h.effective_ms) AS to_ms
     FROM held_update h JOIN device d ON d.device_id = h.device_id
     GROUP BY h.device_id, d.store_id, d.kiosk_id, h.capture_minute
     ORDER BY to_ms DESC, h.device_id, from_ms DESC LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    deviceId: row.device_id,
    storeId: row.store_id,
    kioskId: row.kiosk_id,
    cards: row.cards,
    updates: row.updates,
    fromMs: row.from_ms,
    toMs: row.to_ms,
  }));
}
