/** How a batch is worked off: evenly, row by row, from its arrival to its end. */
export interface Schedule {
  readonly rows: number;
  readonly startMs: number;
  /** When the last row is consumed, if nothing gets in the way. */
  readonly endMs: number;
  /** From this row on nothing is consumed, and from `sinceMs` on the batch says so. */
  readonly stuck?: { readonly atRow: number; readonly sinceMs: number };
  /** The moment somebody had all the rest consumed at once. */
  readonly forcedAtMs?: number;
}

/** Source: `complete`, `incomplete` (still processing) and `stuck` (could not complete). */
export type BatchStatus = "complete" | "incomplete" | "stuck";

export function statusAt(schedule: Schedule, nowMs: number): BatchStatus {
  if (consumedBy(schedule, nowMs) === schedule.rows) return "complete";
  const { stuck } = schedule;
  return stuck !== undefined && nowMs >= stuck.sinceMs ? "stuck" : "incomplete";
}

/** How many rows, counted from the first, are consumed by then. */
export function consumedBy(schedule: Schedule, nowMs: number): number {
  const { rows, startMs, endMs, stuck, forcedAtMs } = schedule;
  if (forcedAtMs !== undefined && nowMs >= forcedAtMs) return rows;
  const share = nowMs >= endMs ? 1 : Math.max(0, (nowMs - startMs) / (endMs - startMs));
  return Math.min(Math.floor(rows * share), stuck?.atRow ?? rows);
}

/** When a row, counted from 0, is consumed; nothing while it will never be. */
export function consumedAtMs(schedule: Schedule, row: number): number | undefined {
  const { rows, startMs, endMs, stuck, forcedAtMs } = schedule;
  const dueMs =
    stuck === undefined || row < stuck.atRow
      ? startMs + ((endMs - startMs) * (row + 1)) / rows
      : undefined;
  if (forcedAtMs === undefined) return dueMs;
  return dueMs === undefined ? forcedAtMs : Math.min(dueMs, forcedAtMs);
}

/** The batch stops where it stands. */
export function stuckAt(schedule: Schedule, nowMs: number): Schedule {
  return { ...schedule, stuck: { atRow: consumedBy(schedule, nowMs), sinceMs: nowMs } };
}

/** All that is left is consumed now, of a stuck batch too. */
export function forcedAt(schedule: Schedule, nowMs: number): Schedule {
  return { ...schedule, forcedAtMs: nowMs };
}
