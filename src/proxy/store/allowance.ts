import type { Tx } from "./sql.ts";
import type { ChargeAsk } from "./store.ts";

// The ledger of calls (rules QT1, QT2). A call charged at ledger time c can arrive until
// c + maxCallMs; it is written into the minute that holds that moment and counts until 24 hours
// after that minute's end. So no call is forgotten while one 24-hour window can still hold it.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The minute in which a call that leaves now arrives at the latest. */
export function bucketOf(ledgerMs: number, maxCallMs: number): number {
  return Math.floor((ledgerMs + maxCallMs) / MINUTE_MS);
}

/** Ledger time from which the calls of a bucket no longer count. */
export function bucketFreeAtMs(bucket: number): number {
  return (bucket + 1) * MINUTE_MS + DAY_MS;
}

/** The last bucket that no longer counts. */
function lastFreeBucket(ledgerMs: number): number {
  return Math.floor((ledgerMs - DAY_MS) / MINUTE_MS) - 1;
}

/** What stands in the ledger at one moment; only buckets that still count. */
export interface Ledger {
  /** Never earlier than any ledger time charged at before. */
  readonly ledgerMs: number;
  readonly used: number;
  /** Oldest first. */
  readonly buckets: readonly Bucket[];
}

interface Bucket {
  readonly bucket: number;
  readonly calls: number;
}

/** Reads the ledger; on an engine with several writers, whoever reads it may charge next. */
export async function readLedger(tx: Tx, ledgerMs: number): Promise<Ledger> {
  const furthestMs = (await furthestLedgerMs(tx)) ?? ledgerMs;
  const nowMs = Math.max(furthestMs, ledgerMs);
  const buckets = await tx.all<Bucket>(
    "SELECT bucket, calls FROM allowance_bucket WHERE bucket > $1 ORDER BY bucket",
    [lastFreeBucket(nowMs)],
  );
  return { ledgerMs: nowMs, buckets, used: buckets.reduce((sum, { calls }) => sum + calls, 0) };
}

export async function furthestLedgerMs(tx: Tx): Promise<number | undefined> {
  const rows = await tx.all<{ ledger_ms: number | null }>(
    "SELECT ledger_ms FROM allowance_clock WHERE id = 1 {{FOR UPDATE}}",
    [],
  );
  return rows[0]?.ledger_ms ?? undefined;
}

/** Charges `calls` and gives the bucket they stand in. The caller has seen that they are left. */
export async function charge(
  tx: Tx,
  ledger: Ledger,
  ask: ChargeAsk,
  calls: number,
): Promise<number> {
  const bucket = bucketOf(ledger.ledgerMs, ask.maxCallMs);
  await tx.run(
    `INSERT INTO allowance_bucket (bucket, calls) VALUES ($1, $2)
     ON CONFLICT (bucket) DO UPDATE SET calls = allowance_bucket.calls + excluded.calls`,
    [bucket, calls],
  );
  await tx.run("UPDATE allowance_clock SET ledger_ms = $1 WHERE id = 1", [ledger.ledgerMs]);
  await tx.run("DELETE FROM allowance_bucket WHERE bucket <= $1", [
    lastFreeBucket(ledger.ledgerMs),
  ]);
  return bucket;
}

/** Gives back one call that provably never left, to the bucket it was charged in. */
export async function refund(tx: Tx, bucket: number): Promise<void> {
  await tx.run("UPDATE allowance_bucket SET calls = calls - 1 WHERE bucket = $1 AND calls > 0", [
    bucket,
  ]);
}

/** Ledger time at which the next call becomes free; nothing when none ever does. */
export function nextFreeAtMs({ used, buckets }: Ledger, allowed: number): number | undefined {
  let counted = used;
  for (const { bucket, calls } of buckets) {
    counted -= calls;
    if (counted < allowed) return bucketFreeAtMs(bucket);
  }
  return undefined;
}
