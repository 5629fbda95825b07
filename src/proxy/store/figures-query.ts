import { callsUsed } from "./allowance.ts";
import { deadLettersByClass } from "./dead-letter-rows.ts";
import { forwardingState } from "./forwarding-rows.ts";
import { dayOf, scanShares } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import type { StoreFigures } from "./store.ts";

interface DeviceRow {
  readonly device_id: string;
  readonly store_id: string;
  readonly kiosk_id: string;
  readonly last_seen_ms: number;
  readonly owed: number;
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
  const deadByClass = await deadLettersByClass(tx);
  const waiting = await tx.all<{ waiting: number; oldest: number | null }>(
    `SELECT count(*) AS waiting, min(first_dirty_ms) AS oldest FROM visitor
     WHERE state = 'waiting'`,
    [],
  );
  const oldest = waiting[0]?.oldest ?? nowMs;
  const devices = await tx.all<DeviceRow>(
    "SELECT device_id, store_id, kiosk_id, last_seen_ms, owed FROM device ORDER BY device_id",
    [],
  );
  return {
    updatesByVerdict: {
      accepted: verdicts[0]?.accepted ?? 0,
      duplicate: verdicts[0]?.duplicate ?? 0,
      superseded: verdicts[0]?.superseded ?? 0,
      rejected: verdicts[0]?.rejected ?? 0,
      retry: verdicts[0]?.retry ?? 0,
    },
    updatesTooOld: verdicts[0]?.too_old ?? 0,
    visitorsWaiting: waiting[0]?.waiting ?? 0,
    oldestWaitingMs: Math.max(0, nowMs - oldest),
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
    scans: await scanShares(tx, dayOf(nowMs) - SHARE_DAYS + 1),
    openIncidents: await count(tx, "SELECT count(*) AS n FROM incident WHERE open = 1"),
    held: await count(tx, "SELECT count(*) AS n FROM held_update"),
    allowanceUsed: await callsUsed(tx, ledgerMs),
    kiosks: devices.map((row) => ({
      deviceId: row.device_id,
      storeId: row.store_id,
      kioskId: row.kiosk_id,
      lastSeenMs: row.last_seen_ms,
      owed: row.owed,
    })),
  };
}

/** Today and the six days before, in UTC. */
const SHARE_DAYS = 7;

async function count(tx: Tx, sql: string): Promise<number> {
  const rows = await tx.all<{ n: number }>(sql, []);
  return rows[0]?.n ?? 0;
}
