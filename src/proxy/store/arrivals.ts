import type { Tx } from "./sql.ts";

// How many visitors came to owe Target something, by the minute of receipt: what a forecast of the
// backlog rests on (rule QT5). Several scans of one who waits already are one arrival, as they will be one
// call.

const MINUTE_MS = 60_000;

/** Ours: an hour is asked for, and clocks of several proxies differ. */
const KEPT_MINUTES = 120;

/** One row of a minute, which all who take in meet in: to be called last. */
export async function addArrivals(tx: Tx, atMs: number, visitors: number): Promise<void> {
  if (visitors === 0) return;
  await tx.run(
    `INSERT INTO arrival (minute, visitors) VALUES ($1, $2)
     ON CONFLICT (minute) DO UPDATE SET visitors = arrival.visitors + excluded.visitors`,
    [Math.floor(atMs / MINUTE_MS), visitors],
  );
}

/** Whole minutes, the first of them only if it began after `sinceMs`. */
export async function arrivedSince(tx: Tx, sinceMs: number): Promise<number> {
  const rows = await tx.all<{ visitors: number | null }>(
    "SELECT CAST(sum(visitors) AS BIGINT) AS visitors FROM arrival WHERE minute > $1",
    [Math.floor(sinceMs / MINUTE_MS)],
  );
  return rows[0]?.visitors ?? 0;
}

export async function forgetArrivals(tx: Tx, nowMs: number): Promise<void> {
  await tx.run("DELETE FROM arrival WHERE minute < $1", [
    Math.floor(nowMs / MINUTE_MS) - KEPT_MINUTES,
  ]);
}
