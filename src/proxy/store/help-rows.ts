import { HELP_LAPSES_MS, HelpReason, type HelpCall } from "../../contract/help-call.ts";
import { lockRecord } from "./device-rows.ts";
import {
  HELP_ENDS,
  type HelpAnswered,
  type HelpEnd,
  type HelpFigures,
  type HelpHeard,
  type HelpWord,
} from "./help-store.ts";
import type { Tx } from "./sql.ts";

/** Ours: new calls of one kiosk in ten minutes; whoever needs more help finds the till. */
const MOST_CALLS = 6;
const MOST_WITHIN_MS = 600_000;

const DAY_MS = 86_400_000;

/** Ours: of more a console shows the oldest, and counts them all the same up to here. */
const MOST_OPEN = 10_000;

interface HelpRow {
  readonly call_id: string;
  readonly device_id: string;
  readonly store_id: string;
  readonly kiosk_id: string;
  readonly reason: string;
  readonly state: string;
  readonly called_ms: number;
  readonly ended_ms: number | null;
}

/**
 * A call that is over stays over, whatever comes later of it: a word that was held up on its way, or one
 * that somebody repeats. A new call of a kiosk takes the place of the one before it (rules HC2, HC4).
 */
export async function hearHelp(tx: Tx, word: HelpWord): Promise<HelpHeard> {
  const { deviceId } = word.device;
  await lockRecord(tx, deviceId);
  const [known] = await tx.all<HelpRow>(
    "SELECT device_id, state, called_ms FROM help_call WHERE call_id = $1",
    [word.callId],
  );
  if (known === undefined) return meetCall(tx, word);
  if (known.device_id !== deviceId) return heard("ended");
  if (!isOpen(known, word.nowMs)) return heard(known.state === "answered" ? "answered" : "ended");
  if (word.word === "calling") return heard("open");
  await tx.run("UPDATE help_call SET state = $2, ended_ms = $3 WHERE call_id = $1", [
    word.callId,
    word.word,
    word.nowMs,
  ]);
  return heard("ended");
}

/** Its end may come before its beginning, which then begins nothing. */
async function meetCall(tx: Tx, word: HelpWord): Promise<HelpHeard> {
  const { deviceId, storeId, kioskId } = word.device;
  const isCalling = word.word === "calling";
  const [lately] = await tx.all<{ calls: number; first_ms: number | null }>(
    `SELECT count(*) AS calls, min(called_ms) AS first_ms FROM help_call
     WHERE device_id = $1 AND called_ms > $2`,
    [deviceId, word.nowMs - MOST_WITHIN_MS],
  );
  if (lately !== undefined && lately.calls >= MOST_CALLS) {
    const freeMs = (lately.first_ms ?? word.nowMs) + MOST_WITHIN_MS;
    return { type: "too-many", waitMs: Math.min(MOST_WITHIN_MS, Math.max(0, freeMs - word.nowMs)) };
  }
  if (isCalling) {
    await tx.run(
      `UPDATE help_call SET state = 'replaced', ended_ms = $2
       WHERE device_id = $1 AND state = 'open'`,
      [deviceId, word.nowMs],
    );
  }
  await tx.run(
    `INSERT INTO help_call
       (call_id, device_id, store_id, kiosk_id, reason, state, called_ms, ended_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      word.callId,
      deviceId,
      storeId,
      kioskId,
      word.reason,
      isCalling ? "open" : word.word,
      word.nowMs - word.waitedMs,
      isCalling ? null : word.nowMs,
    ],
  );
  return heard(isCalling && word.waitedMs < HELP_LAPSES_MS ? "open" : "ended");
}

function heard(state: "open" | "answered" | "ended"): HelpHeard {
  return { type: "heard", state };
}

/** Nobody waits for longer, whether or not somebody has written that down yet. */
function isOpen(row: Pick<HelpRow, "state" | "called_ms">, nowMs: number): boolean {
  return row.state === "open" && row.called_ms > nowMs - HELP_LAPSES_MS;
}

/** No store's id is empty. */
const ANY_STORE = "";

export async function openHelpCalls(
  tx: Tx,
  nowMs: number,
  limit: number,
  storeId = ANY_STORE,
): Promise<readonly HelpCall[]> {
  const rows = await tx.all<HelpRow>(
    `SELECT call_id, device_id, store_id, kiosk_id, reason, called_ms FROM help_call
     WHERE state = 'open' AND called_ms > $1 AND ($2 = '' OR store_id = $2)
     ORDER BY called_ms, call_id LIMIT $3`,
    [nowMs - HELP_LAPSES_MS, storeId, limit],
  );
  return rows.map((row) => ({
    callId: row.call_id,
    deviceId: row.device_id,
    storeId: row.store_id,
    kioskId: row.kiosk_id,
    reason: reasonOf(row.reason),
    calledMs: row.called_ms,
  }));
}

/** A newer version of this program may know of others. */
function reasonOf(text: string): HelpReason {
  const known = HelpReason.safeParse(text);
  return known.success ? known.data : "other";
}

export async function answerHelp(
  tx: Tx,
  callId: string,
  nowMs: number,
  storeId = ANY_STORE,
): Promise<HelpAnswered | undefined> {
  await tx.run(
    `UPDATE help_call SET state = 'answered', ended_ms = $2
     WHERE call_id = $1 AND state = 'open' AND called_ms > $3 AND ($4 = '' OR store_id = $4)`,
    [callId, nowMs, nowMs - HELP_LAPSES_MS, storeId],
  );
  const [row] = await tx.all<HelpRow>(
    `SELECT store_id, kiosk_id, ended_ms FROM help_call
     WHERE call_id = $1 AND state = 'answered' AND ($2 = '' OR store_id = $2)`,
    [callId, storeId],
  );
  return row === undefined
    ? undefined
    : { storeId: row.store_id, kioskId: row.kiosk_id, answeredMs: row.ended_ms ?? nowMs };
}

export async function forgetHelp(
  tx: Tx,
  nowMs: number,
  beforeMs: number,
  limit: number,
): Promise<number> {
  await tx.run(
    `UPDATE help_call SET state = 'unanswered', ended_ms = called_ms + $2
     WHERE state = 'open' AND called_ms <= $1`,
    [nowMs - HELP_LAPSES_MS, HELP_LAPSES_MS],
  );
  return tx.run(
    `DELETE FROM help_call WHERE call_id IN
       (SELECT call_id FROM help_call WHERE called_ms < $1 ORDER BY called_ms LIMIT $2)`,
    [beforeMs, limit],
  );
}

export async function helpFigures(tx: Tx, nowMs: number): Promise<HelpFigures> {
  const rows = await tx.all<{ end: string; calls: number; waited_ms: number | null }>(
    `SELECT CASE WHEN state = 'open' THEN 'unanswered' ELSE state END AS "end",
       count(*) AS calls, CAST(sum(ended_ms - called_ms) AS BIGINT) AS waited_ms
     FROM help_call WHERE called_ms > $1 AND (state <> 'open' OR called_ms <= $2)
     GROUP BY CASE WHEN state = 'open' THEN 'unanswered' ELSE state END`,
    [nowMs - DAY_MS, nowMs - HELP_LAPSES_MS],
  );
  const ended: Record<HelpEnd, number> = {
    answered: 0,
    here: 0,
    left: 0,
    replaced: 0,
    unanswered: 0,
  };
  let waitedMs = 0;
  for (const { end, calls, waited_ms: sum } of rows) {
    const known = HELP_ENDS.find((each) => each === end);
    if (known === undefined) continue;
    ended[known] = calls;
    if (known === "answered" || known === "here") waitedMs += sum ?? 0;
  }
  const come = ended.answered + ended.here;
  return {
    open: await openHelpCalls(tx, nowMs, MOST_OPEN),
    ended,
    meanWaitMs: come === 0 ? 0 : waitedMs / come,
  };
}
