import {
  evenRate,
  intervalUsOf,
  slotAfter,
  slotsDue,
  type Outlook,
  type Release,
} from "../../domain/pace.ts";
import type { Tx } from "./sql.ts";
import type { ChargedCalls, ChargedMinute } from "./operations-store.ts";
import type { ChargeAsk } from "./store.ts";

// The ledger of calls (rules QT1, QT2). A call charged at ledger time c can arrive until
// c + maxCallMs; it is written into the minute that holds that moment and counts until 24 hours
// after that minute's end. So no call is forgotten while one 24-hour window can still hold it. Beside
// it lies the next slot of the pace (rule QT3), for all replicas: whoever charges a call moves it on.

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
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

/** What stands in the ledger at one moment. */
export interface Ledger {
  /** Never earlier than any ledger time charged at before. */
  readonly ledgerMs: number;
  /** Calls that count. */
  readonly used: number;
  /** The oldest bucket that counts, where there is one. */
  readonly oldestBucket: number | undefined;
  /** The database was put back, and the calls made since its copy are in no bucket. */
  readonly isRestored: boolean;
  /** Ledger time of the next slot, in microseconds; before the first call, any time is. */
  readonly slotUs: number;
  /** Between two slots, where that was reckoned in this minute. */
  readonly intervalUs: number | undefined;
}

/** Calls by the minute in which they can have arrived last. */
interface Bucket {
  readonly bucket: number;
  readonly calls: number;
}

/** Reads the ledger; on an engine with several writers, whoever reads it may charge next. */
async function readLedger(tx: Tx, ledgerMs: number): Promise<Ledger> {
  return ledgerBy(tx, await lockClock(tx), ledgerMs);
}

/** The ledger for people to see: nobody waits for whoever asks. */
export async function seeLedger(tx: Tx, ledgerMs: number): Promise<Ledger> {
  return ledgerBy(tx, await readClock(tx), ledgerMs);
}

// In the two statements below the plus keeps SQLite from the index: nearly all rows count, and it would
// look up each of them by it.
async function ledgerBy(tx: Tx, clock: ClockRow | undefined, ledgerMs: number): Promise<Ledger> {
  const nowMs = Math.max(clock?.ledger_ms ?? ledgerMs, ledgerMs);
  const rows = await tx.all<{ used: number | null; oldest: number | null }>(
    `SELECT CAST(sum(calls) AS BIGINT) AS used, min(bucket) AS oldest FROM allowance_bucket
     WHERE +bucket > $1`,
    [lastFreeBucket(nowMs)],
  );
  return {
    ledgerMs: nowMs,
    used: rows[0]?.used ?? 0,
    oldestBucket: rows[0]?.oldest ?? undefined,
    isRestored: clock?.restored === 1,
    slotUs: clock?.ledger_ms == null ? -Infinity : clock.slot_us,
    intervalUs: clock?.paced_minute === minuteOf(nowMs) ? clock.interval_us : undefined,
  };
}

function minuteOf(ledgerMs: number): number {
  return Math.floor(ledgerMs / MINUTE_MS);
}

/** The buckets that count, oldest first. */
async function bucketsOf(tx: Tx, { ledgerMs }: Ledger): Promise<readonly Bucket[]> {
  const buckets = await tx.all<Bucket>(
    "SELECT bucket, calls FROM allowance_bucket WHERE +bucket > $1",
    [lastFreeBucket(ledgerMs)],
  );
  return buckets.toSorted((a, b) => a.bucket - b.bucket);
}

export async function furthestLedgerMs(tx: Tx): Promise<number | undefined> {
  return (await readClock(tx))?.ledger_ms ?? undefined;
}

interface ClockRow {
  readonly ledger_ms: number | null;
  readonly restored: number;
  readonly slot_us: number;
  readonly interval_us: number;
  readonly paced_minute: number;
}

const CLOCK = `SELECT ledger_ms, restored, slot_us, interval_us, paced_minute
  FROM allowance_clock WHERE id = 1`;

async function readClock(tx: Tx): Promise<ClockRow | undefined> {
  return (await tx.all<ClockRow>(CLOCK, []))[0];
}

async function lockClock(tx: Tx): Promise<ClockRow | undefined> {
  return (await tx.all<ClockRow>(`${CLOCK} {{FOR UPDATE}}`, []))[0];
}

/**
 * The ledger as something is about to be charged, with everything in it that may have left.
 *
 * A database that was put back knows nothing of the calls made since it was copied. Until the moment
 * the old one stopped, which nobody knows, it may have made as many as it was allowed: all that was
 * left of the 24 hours that end now. So that much is charged, once, and now: at the first moment at
 * which something would be charged, because only then is the ledger's time known to be Target's, and
 * because all those calls left before it. Charged earlier, at a restoring machine's own clock, they
 * might be forgotten too early. The price is that forwarding may rest for up to a day.
 */
export async function openLedger(tx: Tx, ask: ChargeAsk): Promise<Ledger> {
  const ledger = await readLedger(tx, ask.ledgerMs);
  if (!ledger.isRestored) return reckonPace(tx, ledger, ask);
  const unknown = Math.max(0, ask.allowed - ledger.used);
  if (unknown > 0) await addCalls(tx, ledger, ask, unknown);
  await tx.run("UPDATE allowance_clock SET restored = 0 WHERE id = 1", []);
  return reckonPace(tx, await readLedger(tx, ask.ledgerMs), ask);
}

/** To be called on a copy that is put back: see `openLedger`. */
export async function markRestored(tx: Tx): Promise<void> {
  await tx.run("UPDATE allowance_clock SET restored = 1 WHERE id = 1", []);
}

/**
 * Reckons the pace from the whole of the ledger, where that was not yet done in this minute: what is
 * left, spread over the time until more becomes free (rule QT3). Buckets become free by whole minutes.
 */
async function reckonPace(tx: Tx, ledger: Ledger, ask: ChargeAsk): Promise<Ledger> {
  if (ledger.intervalUs !== undefined || ledger.used >= ask.allowed) return ledger;
  const intervalUs = intervalUsOf(evenRate(await outlookOf(tx, ledger, ask)));
  await tx.run("UPDATE allowance_clock SET interval_us = $1, paced_minute = $2 WHERE id = 1", [
    intervalUs,
    minuteOf(ledger.ledgerMs),
  ]);
  return { ...ledger, intervalUs };
}

/**
 * The pace now; nothing when nothing is left. Fresh scans may have taken more than was reckoned with:
 * what is left must last until more becomes free.
 */
function paceOf({ ledgerMs, used, slotUs, oldestBucket, intervalUs }: Ledger, allowed: number) {
  if (used >= allowed || intervalUs === undefined) return undefined;
  if (oldestBucket === undefined) return { slotUs, intervalUs };
  const untilMs = bucketFreeAtMs(oldestBucket) - ledgerMs;
  return { slotUs, intervalUs: Math.max(intervalUs, intervalUsOf((allowed - used) / untilMs)) };
}

async function outlookOf(tx: Tx, ledger: Ledger, ask: ChargeAsk): Promise<Outlook> {
  const { ledgerMs, used } = ledger;
  const buckets = await bucketsOf(tx, ledger);
  return {
    left: ask.allowed - used,
    releases: buckets.map(({ bucket, calls }): Release => ({
      inMs: bucketFreeAtMs(bucket) - ledgerMs,
      calls,
    })),
    windowMs: bucketFreeAtMs(bucketOf(ledgerMs, ask.maxCallMs)) - ledgerMs,
  };
}

/** Calls the pace lets go now. */
export function callsPaced(ledger: Ledger, allowed: number): number {
  const pace = paceOf(ledger, allowed);
  if (pace === undefined) return 0;
  return Math.min(allowed - ledger.used, slotsDue(pace, ledger.ledgerMs * 1_000));
}

/** Ledger time from which the pace, or the allowance, lets go one more; nothing when never. */
export async function nextCallAtMs(
  tx: Tx,
  ledger: Ledger,
  allowed: number,
): Promise<number | undefined> {
  const pace = paceOf(ledger, allowed);
  return pace === undefined
    ? nextFreeAtMs(tx, ledger, allowed)
    : Math.ceil(slotAfter(pace, ledger.ledgerMs * 1_000, 0) / 1_000);
}

export interface Charged {
  /** Where the calls stand. */
  readonly bucket: number;
  readonly ledger: Ledger;
}

/** Charges `calls`, each of which takes a slot of the pace. The caller has seen that they are left. */
export async function charge(
  tx: Tx,
  ledger: Ledger,
  ask: ChargeAsk,
  calls: number,
): Promise<Charged> {
  const pace = paceOf(ledger, ask.allowed);
  if (pace === undefined) throw new Error("a call was to be charged that is not left");
  const bucket = await addCalls(tx, ledger, ask, calls);
  const slotUs = slotAfter(pace, ledger.ledgerMs * 1_000, calls);
  await tx.run("UPDATE allowance_clock SET slot_us = $1 WHERE id = 1", [slotUs]);
  const { oldestBucket = bucket, used } = ledger;
  return { bucket, ledger: { ...ledger, slotUs, oldestBucket, used: used + calls } };
}

async function addCalls(tx: Tx, ledger: Ledger, ask: ChargeAsk, calls: number): Promise<number> {
  const bucket = bucketOf(ledger.ledgerMs, ask.maxCallMs);
  await tx.run(
    `INSERT INTO allowance_bucket (bucket, calls) VALUES ($1, $2)
     ON CONFLICT (bucket) DO UPDATE SET calls = allowance_bucket.calls + excluded.calls`,
    [bucket, calls],
  );
  await tx.run("UPDATE allowance_clock SET ledger_ms = $1 WHERE id = 1", [ledger.ledgerMs]);
  await tx.run("DELETE FROM allowance_bucket WHERE bucket <= $1", [
    lastFreeBucket(ledger.ledgerMs) - MINUTES_A_DAY,
  ]);
  return bucket;
}

/** Calls that count no longer are kept a day more, for people to see how many did (rule OP2). */
const MINUTES_A_DAY = 1_440;

/** Calls charged in the last 48 hours, oldest first, by the minute they count in. */
export async function chargedCalls(tx: Tx, givenMs: number): Promise<ChargedCalls> {
  const ledgerMs = Math.max(givenMs, (await furthestLedgerMs(tx)) ?? givenMs);
  const minutes = await tx.all<ChargedMinute>(
    "SELECT bucket AS minute, calls FROM allowance_bucket WHERE bucket > $1 ORDER BY bucket",
    [lastFreeBucket(ledgerMs) - MINUTES_A_DAY],
  );
  return { ledgerMs, minutes };
}

/**
 * Gives back one call that provably never left, to the bucket it was charged in, and its slot: else
 * visitors for whom there is nothing to send would slow down all others.
 */
export async function refund(tx: Tx, bucket: number): Promise<void> {
  await tx.run("UPDATE allowance_bucket SET calls = calls - 1 WHERE bucket = $1 AND calls > 0", [
    bucket,
  ]);
  await tx.run("UPDATE allowance_clock SET slot_us = slot_us - interval_us WHERE id = 1", []);
}

/** Ledger time at which the next call becomes free; nothing when none ever does. */
async function nextFreeAtMs(tx: Tx, ledger: Ledger, allowed: number): Promise<number | undefined> {
  const { used, oldestBucket } = ledger;
  if (oldestBucket === undefined) return undefined;
  const oldest = await tx.all<Bucket>(
    "SELECT bucket, calls FROM allowance_bucket WHERE bucket = $1",
    [oldestBucket],
  );
  // As a rule; more of them where less is allowed than was.
  if (used - (oldest[0]?.calls ?? 0) < allowed) return bucketFreeAtMs(oldestBucket);
  let counted = used;
  for (const { bucket, calls } of await bucketsOf(tx, ledger)) {
    counted -= calls;
    if (counted < allowed) return bucketFreeAtMs(bucket);
  }
  return undefined;
}

/** Ours: a console draws a day by the hour. */
const HOURS_AHEAD = 24;

/** Of the calls that count, how many stop doing so in each of the next 24 hours; the last has the rest. */
export async function releasedByHour(tx: Tx, ledger: Ledger): Promise<readonly number[]> {
  const byHour = Array.from({ length: HOURS_AHEAD }, () => 0);
  for (const { bucket, calls } of await bucketsOf(tx, ledger)) {
    const hour = Math.floor((bucketFreeAtMs(bucket) - ledger.ledgerMs) / HOUR_MS);
    byHour[Math.min(hour, HOURS_AHEAD - 1)]! += calls;
  }
  return byHour;
}
