import type { Tx } from "./sql.ts";
import type { BacklogAge, StoreFigures } from "./store.ts";

/** Ours: ages that mean something to whoever is on call, in milliseconds; the last class has no end. */
export const AGE_CLASSES_MS = [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000] as const;

/** Ours: who came to owe something within an hour is fresh. One of the classes ends here. */
export const FRESH_MS = 3_600_000;

interface AgeRow {
  readonly age: number;
  readonly visitors: number;
  readonly oldest: number;
}

export type BacklogFigures = Pick<
  StoreFigures,
  "visitorsWaiting" | "oldestWaitingMs" | "lanes" | "ages"
>;

/** Who waits, by age; one pass over the index of those who do. */
export async function backlog(tx: Tx, nowMs: number): Promise<BacklogFigures> {
  const classes = AGE_CLASSES_MS.map((_, index) => `WHEN first_dirty_ms >= $${index + 1} THEN ${index}`);
  const rows = await tx.all<AgeRow>(
    `SELECT age, count(*) AS visitors, min(first_dirty_ms) AS oldest FROM (
       SELECT first_dirty_ms, CASE ${classes.join(" ")} ELSE ${AGE_CLASSES_MS.length} END AS age
       FROM visitor WHERE state = 'waiting'
     ) waiting GROUP BY age ORDER BY age`,
    AGE_CLASSES_MS.map((upToMs) => nowMs - upToMs),
  );
  const isFresh = ({ age }: AgeRow) => (AGE_CLASSES_MS[age] ?? Infinity) <= FRESH_MS;
  return {
    ...laneOf(rows, nowMs),
    lanes: {
      fresh: lane(rows.filter(isFresh), nowMs),
      backlog: lane(
        rows.filter((row) => !isFresh(row)),
        nowMs,
      ),
    },
    ages: [...AGE_CLASSES_MS, undefined].map((upToMs, age): BacklogAge => {
      const row = rows.find((each) => each.age === age);
      const visitors = row?.visitors ?? 0;
      const fresh = row !== undefined && isFresh(row) ? visitors : 0;
      return { ...(upToMs === undefined ? {} : { upToMs }), fresh, backlog: visitors - fresh };
    }),
  };
}

function lane(rows: readonly AgeRow[], nowMs: number) {
  const { visitorsWaiting: visitors, oldestWaitingMs: oldestMs } = laneOf(rows, nowMs);
  return { visitors, oldestMs };
}

function laneOf(
  rows: readonly AgeRow[],
  nowMs: number,
): Pick<BacklogFigures, "visitorsWaiting" | "oldestWaitingMs"> {
  return {
    visitorsWaiting: rows.reduce((sum, { visitors }) => sum + visitors, 0),
    oldestWaitingMs: Math.max(0, nowMs - Math.min(nowMs, ...rows.map(({ oldest }) => oldest))),
  };
}
