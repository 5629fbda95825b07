import { releasedByHour, seeLedger } from "./allowance.ts";
import { arrivedSince } from "./arrivals.ts";
import { backlog } from "./backlog-query.ts";
import { deadLettersByClass } from "./dead-letter-rows.ts";
import { forwardingState } from "./forwarding-rows.ts";
import { readHealth } from "./health-rows.ts";
import { helpFigures } from "./help-rows.ts";
import { scanSlots } from "./scan-slots.ts";
import type { Tx } from "./sql.ts";
import type { KioskFigures, StoreFigures } from "./store.ts";

interface DeviceRow {
  readonly device_id: string;
  readonly store_id: string;
  readonly kiosk_id: string;
  readonly last_seen_ms: number;
  readonly owed: number;
  readonly app_version: string | null;
  readonly storage_persisted: number | null;
  readonly clock_offset_ms: number | null;
  readonly health: string | null;
}

interface VerdictRow {
  readonly accepted: number | null;
  readonly duplicate: number | null;
  readonly superseded: number | null;
  readonly rejected: number | null;
  readonly retry: number | null;
  readonly too_old: number | null;
}

/** The figures behind `/metrics`. */
export async function figures(tx: Tx, nowMs: number, ledgerMs: number): Promise<StoreFigures> {
  const verdicts = await tx.all<VerdictRow>(
    `SELECT CAST(sum(accepted) AS BIGINT) AS accepted, CAST(sum(duplicate) AS BIGINT) AS duplicate,
       CAST(sum(superseded) AS BIGINT) AS superseded, CAST(sum(rejected) AS BIGINT) AS rejected,
       CAST(sum(retry) AS BIGINT) AS retry, CAST(sum(too_old) AS BIGINT) AS too_old
     FROM device`,
    [],
  );
  const ledger = await seeLedger(tx, ledgerMs);
  const deadByClass = await deadLettersByClass(tx);
  return {
    atMs: nowMs,
    updatesByVerdict: {
      accepted: verdicts[0]?.accepted ?? 0,
      duplicate: verdicts[0]?.duplicate ?? 0,
      superseded: verdicts[0]?.superseded ?? 0,
      rejected: verdicts[0]?.rejected ?? 0,
      retry: verdicts[0]?.retry ?? 0,
    },
    updatesTooOld: verdicts[0]?.too_old ?? 0,
    ...(await backlog(tx, nowMs)),
    deadLetters: Object.values(deadByClass).reduce((sum, letters) => sum + letters, 0),
    deadLettersByClass: deadByClass,
    forwarding: await forwardingState(tx, ledgerMs),
    visitorsAbsent: await count(
      tx,
      "SELECT count(*) AS n FROM visitor WHERE state IN ('absent', 'unknown') AND state = 'absent'",
    ),
    visitorsUnknown: await count(
      tx,
      "SELECT count(*) AS n FROM visitor WHERE state IN ('absent', 'unknown') AND state = 'unknown'",
    ),
    looksWaiting: await count(tx, "SELECT count(*) AS n FROM read_back WHERE look IS NOT NULL"),
    ...(await scanSlots(tx, nowMs)),
    ...(await incidentFigures(tx)),
    help: await helpFigures(tx, nowMs),
    held: await count(tx, "SELECT count(*) AS n FROM held_update"),
    arrivedLastHour: await arrivedSince(tx, nowMs - HOUR_MS),
    allowanceUsed: ledger.used,
    allowanceReleasedByHour: await releasedByHour(tx, ledger),
    kiosks: await kioskFigures(tx, nowMs),
  };
}

/**
 * Not those whose every key is revoked or has ended, unless they owe something: else nobody waits for a
 * word of theirs.
 */
async function kioskFigures(tx: Tx, nowMs: number): Promise<readonly KioskFigures[]> {
  const rows = await tx.all<DeviceRow>(
    `SELECT device_id, store_id, kiosk_id, last_seen_ms, owed, app_version, storage_persisted,
       clock_offset_ms, health
     FROM device d
     WHERE owed > 0 OR NOT EXISTS (SELECT 1 FROM device_key k WHERE k.device_id = d.device_id)
       OR EXISTS (SELECT 1 FROM device_key k WHERE k.device_id = d.device_id
         AND k.state <> 'revoked' AND (k.ends_ms IS NULL OR k.ends_ms > $1))
     ORDER BY device_id`,
    [nowMs],
  );
  return rows.map((row) => ({
    deviceId: row.device_id,
    storeId: row.store_id,
    kioskId: row.kiosk_id,
    lastSeenMs: row.last_seen_ms,
    owed: row.owed,
    ...(row.app_version === null ? {} : { appVersion: row.app_version }),
    ...(row.storage_persisted === null ? {} : { storagePersisted: row.storage_persisted === 1 }),
    ...(row.clock_offset_ms === null ? {} : { clockOffsetMs: row.clock_offset_ms }),
    ...readHealth(row.health),
  }));
}

async function incidentFigures(
  tx: Tx,
): Promise<Pick<StoreFigures, "openIncidents" | "openIncidentsByType">> {
  const rows = await tx.all<{ type: string; n: number }>(
    "SELECT type, count(*) AS n FROM incident WHERE open = 1 GROUP BY type ORDER BY type",
    [],
  );
  return {
    openIncidents: rows.reduce((sum, { n }) => sum + n, 0),
    openIncidentsByType: Object.fromEntries(rows.map(({ type, n }) => [type, n])),
  };
}

const HOUR_MS = 3_600_000;

async function count(tx: Tx, sql: string): Promise<number> {
  const rows = await tx.all<{ n: number }>(sql, []);
  return rows[0]?.n ?? 0;
}
