import { FRESH_MS } from "./due-visitors.ts";
import type { Tx } from "./sql.ts";
import type { BacklogAge, BacklogLaneFigures } from "./operations-store.ts";
import type { StoreFigures } from "./store.ts";

/** Ours: ages that mean something to whoever is on call, in milliseconds; the last class has no end. */
export const AGE_CLASSES_MS = [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000] as const;

interface AgeRow {
  readonly age: number;
  readonly visitors: number;
  readonly oldest: number;
}

export type BacklogFigures = Pick<
  StoreFigures,
  "visitorsWaiting" | "oldestWaitingMs" | "lanes" | "ages"
>;

/**
 * Who waits, by lane and age: one pass over the index of those who wait, and one over the few of them
 * who are fresh (rule QT4).
 */
export async function backlog(tx: Tx, nowMs: number): Promise<BacklogFigures> {
  const all = await byAge(tx, nowMs, "", []);
  const fresh = await byAge(tx, nowMs, `AND last_scan_ms > $${AGE_CLASSES_MS.length + 1}`, [
    nowMs - FRESH_MS,
  ]);
  const total = laneOf(all, nowMs);
  const freshLane = laneOf(fresh, nowMs);
  return {
    visitorsWaiting: total.visitors,
    oldestWaitingMs: total.oldestMs,
    lanes: {
      fresh: freshLane,
      backlog: {
        visitors: total.visitors - freshLane.visitors,
        oldestMs: await oldestOfBacklog(tx, nowMs, total, freshLane),
      },
    },
    ages: [...AGE_CLASSES_MS, undefined].map((upToMs, age): BacklogAge => {
      const own = visitorsOf(fresh, age);
      const backlog = visitorsOf(all, age) - own;
      return { ...(upToMs === undefined ? {} : { upToMs }), fresh: own, backlog };
    }),
  };
}

function byAge(
  tx: Tx,
  nowMs: number,
  condition: string,
  more: readonly number[],
): Promise<readonly AgeRow[]> {
  const classes = AGE_CLASSES_MS.map(
    (_, index) => `WHEN first_dirty_ms >= $${index + 1} THEN ${index}`,
  );
  return tx.all<AgeRow>(
    `SELECT age, count(*) AS visitors, min(first_dirty_ms) AS oldest FROM (
       SELECT first_dirty_ms, CASE ${classes.join(" ")} ELSE ${AGE_CLASSES_MS.length} END AS age
       FROM visitor WHERE state = 'waiting' ${condition}
     ) waiting GROUP BY age ORDER BY age`,
    [...AGE_CLASSES_MS.map((upToMs) => nowMs - upToMs), ...more],
  );
}

/** The oldest of all, as a rule; only where a fresh scan is of that one, the others are gone through. */
async function oldestOfBacklog(
  tx: Tx,
  nowMs: number,
  total: BacklogLaneFigures,
  fresh: BacklogLaneFigures,
): Promise<number> {
  if (total.visitors === fresh.visitors) return 0;
  if (fresh.visitors === 0 || fresh.oldestMs < total.oldestMs) return total.oldestMs;
  const rows = await tx.all<{ oldest: number | null }>(
    `SELECT min(first_dirty_ms) AS oldest FROM visitor
     WHERE state = 'waiting' AND last_scan_ms <= $1`,
    [nowMs - FRESH_MS],
  );
  return Math.max(0, nowMs - (rows[0]?.oldest ?? nowMs));
}

function visitorsOf(rows: readonly AgeRow[], age: number): number {
  return rows.find((row) => row.age === age)?.visitors ?? 0;
}

function laneOf(rows: readonly AgeRow[], nowMs: number): BacklogLaneFigures {
  return {
    visitors: rows.reduce((sum, { visitors }) => sum + visitors, 0),
    oldestMs: Math.max(0, nowMs - Math.min(nowMs, ...rows.map(({ oldest }) => oldest))),
  };
}
