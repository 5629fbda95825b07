import { createHash } from "node:crypto";
import type { DeadLetter } from "../../contract/admin.ts";
import { releasedByHour, seeLedger } from "./allowance.ts";
import { arrivedSince } from "./arrivals.ts";
import { FRESH_MS } from "./due-visitors.ts";
import { dayOf, scanShares } from "./scan-counts.ts";
import type { Params, Tx } from "./sql.ts";
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
}

/** The figures behind `/metrics`. */
export async function figures(tx: Tx, nowMs: number, ledgerMs: number): Promise<StoreFigures> {
  const verdicts = await tx.all<VerdictRow>(
    `SELECT CAST(sum(accepted) AS BIGINT) AS accepted, CAST(sum(duplicate) AS BIGINT) AS duplicate,
       CAST(sum(superseded) AS BIGINT) AS superseded, CAST(sum(rejected) AS BIGINT) AS rejected,
       CAST(sum(retry) AS BIGINT) AS retry
     FROM device`,
    [],
  );
  const waiting = await tx.all<{ waiting: number; oldest: number | null }>(
    `SELECT count(*) AS waiting, min(first_dirty_ms) AS oldest FROM visitor
     WHERE state = 'waiting'`,
    [],
  );
  const oldest = waiting[0]?.oldest ?? nowMs;
  const ledger = await seeLedger(tx, ledgerMs);
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
    visitorsWaiting: waiting[0]?.waiting ?? 0,
    oldestWaitingMs: Math.max(0, nowMs - oldest),
    deadLetters: await count(tx, "SELECT count(*) AS n FROM visitor WHERE state = 'dead'"),
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
    visitorsFresh: await count(
      tx,
      "SELECT count(*) AS n FROM visitor WHERE state = 'waiting' AND last_scan_ms > $1",
      [nowMs - FRESH_MS],
    ),
    arrivedLastHour: await arrivedSince(tx, nowMs - HOUR_MS),
    allowanceUsed: ledger.used,
    allowanceReleasedByHour: await releasedByHour(tx, ledger),
    kiosks: devices.map((row) => ({
      deviceId: row.device_id,
      storeId: row.store_id,
      kioskId: row.kiosk_id,
      lastSeenMs: row.last_seen_ms,
      owed: row.owed,
    })),
  };
}

const HOUR_MS = 3_600_000;

/** Today and the six days before, in UTC. */
const SHARE_DAYS = 7;

async function count(tx: Tx, sql: string, params: Params = []): Promise<number> {
  const rows = await tx.all<{ n: number }>(sql, params);
  return rows[0]?.n ?? 0;
}

/** Visitors whose update Target refused, newest first; never by their card. */
export async function deadLetters(tx: Tx, limit: number): Promise<readonly DeadLetter[]> {
  const rows = await tx.all<{
    visitor: string;
    reason: string | null;
    dead_ms: number;
    acked_version: number;
  }>(
    `SELECT visitor, reason, dead_ms, acked_version FROM visitor
     WHERE state = 'dead' ORDER BY dead_ms DESC, visitor LIMIT $1`,
    [limit],
  );
  const letters: DeadLetter[] = [];
  for (const row of rows) {
    const names = await tx.all<{ name: string }>(
      "SELECT name FROM attribute WHERE visitor = $1 AND version > $2 ORDER BY name",
      [row.visitor, row.acked_version],
    );
    letters.push({
      visitor: visitorAlias(row.visitor),
      reason: row.reason ?? "",
      attributes: names.map(({ name }) => name),
      atMs: row.dead_ms,
    });
  }
  return letters;
}

/** Ours: 64 bits tell any two visitors of a programme apart. */
const ALIAS_LENGTH = 16;

/** Names a visitor to people without naming the card. */
function visitorAlias(visitorKey: string): string {
  return createHash("sha256").update(visitorKey).digest("hex").slice(0, ALIAS_LENGTH);
}
