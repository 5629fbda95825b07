import { callsPaced, type Ledger } from "./allowance.ts";
import type { OpenColumns } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import type { ClaimAsk } from "./store.ts";

// Whose turn it is (rule QT4). Fresh scans go first, and at once while a call is left: they do not wait
// for the pace, they only take its slots. The slots they leave are the backlog's, oldest first.

/** Ours: a shopper is still in the store, and may see on a screen or a phone what the scan changed. */
export const FRESH_MS = 5 * 60_000;

export interface DueRow extends OpenColumns {
  readonly visitor: string;
  readonly kind: "member" | "browser";
  readonly sealed_id: string;
  readonly version: number;
  readonly acked_version: number;
  readonly fence: number;
  readonly attempts: number;
  readonly look_first: number;
}

export interface DueVisitors {
  /** No more than calls are left; each locked until the transaction ends. */
  readonly rows: readonly DueRow[];
  /** Somebody is due whom the allowance, or its pace, does not let go yet. */
  readonly isHeldBack: boolean;
}

export async function dueVisitors(tx: Tx, ledger: Ledger, ask: ClaimAsk): Promise<DueVisitors> {
  const left = Math.max(0, ask.allowed - ledger.used);
  const fresh = await upTo(Math.min(ask.limit, left), ask.limit, (limit) =>
    freshDue(tx, ledger, ask, limit),
  );
  if (fresh.isHeldBack || fresh.rows.length === ask.limit) return fresh;
  const places = ask.limit - fresh.rows.length;
  const slots = callsPaced(ledger, ask.allowed) - fresh.rows.length;
  const room = Math.min(places, Math.max(0, slots));
  const backlog = await upTo(room, places, (limit) => backlogDue(tx, ledger, ask, limit));
  return { rows: [...fresh.rows, ...backlog.rows], isHeldBack: backlog.isHeldBack };
}

/** Takes `room` of those that are due, having looked, where there are places for more, for one more. */
async function upTo(
  room: number,
  places: number,
  look: (limit: number) => Promise<readonly DueRow[]>,
): Promise<DueVisitors> {
  const rows = await look(Math.min(places, room + 1));
  return { rows: rows.slice(0, room), isHeldBack: rows.length > room };
}

const COLUMNS = `visitor, kind, sealed_id, version, acked_version, fence, attempts, open_scans,
  open_updates, look_first`;

/** Read from the index of scan times, of which those of the last minutes are few. */
function freshDue(tx: Tx, ledger: Ledger, ask: ClaimAsk, limit: number) {
  return tx.all<DueRow>(
    `SELECT ${COLUMNS} FROM visitor
     WHERE state = 'waiting' AND last_scan_ms > $4 AND due_ms <= $1 AND lease_until_ms <= $2
     ORDER BY last_scan_ms LIMIT $3 {{FOR UPDATE SKIP LOCKED}}`,
    [ask.nowMs, ledger.ledgerMs, limit, freshFromMs(ask)],
  );
}

function backlogDue(tx: Tx, ledger: Ledger, ask: ClaimAsk, limit: number) {
  return tx.all<DueRow>(
    `SELECT ${COLUMNS} FROM visitor
     WHERE state = 'waiting' AND due_ms <= $1 AND lease_until_ms <= $2 AND last_scan_ms <= $4
     ORDER BY due_ms, first_dirty_ms LIMIT $3 {{FOR UPDATE SKIP LOCKED}}`,
    [ask.nowMs, ledger.ledgerMs, limit, freshFromMs(ask)],
  );
}

function freshFromMs({ freshFromMs: fromMs, nowMs }: ClaimAsk): number {
  return fromMs ?? nowMs - FRESH_MS;
}
