import {
  evenRate,
  intervalUsOf,
  slotAfter,
  slotsDue,
  type Pace,
  type Release,
} from "../../domain/pace.ts";
import type { Tx } from "./sql.ts";
import type { ChargeAsk, ChargedCalls, ChargedMinute } from "./store.ts";

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

/** What stands in the ledger at one moment; only buckets that still count. */
export interface Ledger {
  /** Never earlier than any ledger time charged at before. */
  readonly ledgerMs: number;
  readonly used: number;
  /** The database was put back, and the calls made since its copy are in no bucket. */
  readonly isRestored: boolean;
  /** Oldest first. */
  readonly buckets: readonly Bucket[];
  /** Ledger time of the next slot, in microseconds; before the first call, any time is. */
  readonly slotUs: number;
}

export interface Bucket {
  readonly bucket: number;
  readonly calls: number;
}

/** Reads the ledger; on an engine with several writers, whoever reads it may charge next. */
export async function readLedger(tx: Tx, ledgerMs: number): Promise<Ledger> {
  return ledgerBy(tx, await lockClock(tx), ledgerMs);
}

/** The ledger for people to see: nobody waits for whoever asks. */
export async function seeLedger(tx: Tx, ledgerMs: number): Promise<Ledger> {
  return ledgerBy(tx, await readClock(tx), ledgerMs);
}

async function ledgerBy(tx: Tx, clock: ClockRow | undefined, ledgerMs: number): Promise<Ledger> {
  const furthestMs = clock?.ledger_ms ?? ledgerMs;
  const nowMs = Math.max(furthestMs, ledgerMs);
  const buckets = await tx.all<Bucket>(
    "SELECT bucket, calls FROM allowance_bucket WHERE bucket > $1 ORDER BY bucket",
    [lastFreeBucket(nowMs)],
  );
  const used = buckets.reduce((sum, { calls }) => sum + calls, 0);
  const slotUs = clock?.ledger_ms == null ? -Infinity : clock.slot_us;
  return { ledgerMs: nowMs, buckets, used, isRestored: clock?.restored === 1, slotUs };
}

export async function furthestLedgerMs(tx: Tx): Promise<number | undefined> {
  return (await readClock(tx))?.ledger_ms ?? undefined;
}

interface ClockRow {
  readonly ledger_ms: number | null;
  readonly restored: number;
  readonly slot_us: number;
}

const CLOCK = "SELECT ledger_ms, restored, slot_us FROM allowance_clock WHERE id = 1";

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
  if (!ledger.isRestored) return ledger;
  const unknown = Math.max(0, ask.allowed - ledger.used);
  if (unknown > 0) await addCalls(tx, ledger, ask, unknown);
  await tx.run("UPDATE allowance_clock SET restored = 0 WHERE id = 1", []);
  return readLedger(tx, ask.ledgerMs);
}

/** To be called on a copy that is put back: see `openLedger`. */
export async function markRestored(tx: Tx): Promise<void> {
  await tx.run("UPDATE allowance_clock SET restored = 1 WHERE id = 1", []);
}

/**
 * The pace as the ledger has it now: what is left, spread over the time until more becomes free (rule
 * QT3). Nothing when nothing is left.
 */
export function paceOf(
  { ledgerMs, used, buckets, slotUs }: Ledger,
  { allowed, maxCallMs }: Pick<ChargeAsk, "allowed" | "maxCallMs">,
): Pace | undefined {
  if (used >= allowed) return undefined;
  const rate = evenRate({
    left: allowed - used,
    releases: buckets.map(({ bucket, calls }): Release => ({
      inMs: bucketFreeAtMs(bucket) - ledgerMs,
      calls,
    })),
    windowMs: bucketFreeAtMs(bucketOf(ledgerMs, maxCallMs)) - ledgerMs,
  });
  return { slotUs, intervalUs: intervalUsOf(rate) };
}

/** Calls the pace lets go now. */
export function callsPaced(ledger: Ledger, pace: Pace): number {
  return slotsDue(pace, ledger.ledgerMs * 1_000);
}

/** Ledger time of the next slot after `calls` more. */
export function nextSlotMs(ledger: Ledger, pace: Pace, calls: number): number {
  return Math.ceil(slotAfter(pace, ledger.ledgerMs * 1_000, calls) / 1_000);
}

/**
 * Charges `calls`, each of which takes a slot of the pace, and gives the bucket they stand in. The
 * caller has seen that they are left.
 */
export async function charge(
  tx: Tx,
  ledger: Ledger,
  ask: ChargeAsk,
  calls: number,
): Promise<number> {
  const pace = paceOf(ledger, ask);
  if (pace === undefined) throw new Error("a call was to be charged that is not left");
  const bucket = await addCalls(tx, ledger, ask, calls);
  await tx.run("UPDATE allowance_clock SET slot_us = $1, interval_us = $2 WHERE id = 1", [
    slotAfter(pace, ledger.ledgerMs * 1_000, calls),
    pace.intervalUs,
  ]);
  return bucket;
}

/** The ledger after `calls` more, as `charge` leaves it. */
export function withCalls(ledger: Ledger, ask: ChargeAsk, calls: number): Ledger {
  const added = { bucket: bucketOf(ledger.ledgerMs, ask.maxCallMs), calls };
  return {
    ...ledger,
    used: ledger.used + calls,
    buckets: [...ledger.buckets, added].toSorted((a, b) => a.bucket - b.bucket),
  };
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
export function nextFreeAtMs({ used, buckets }: Ledger, allowed: number): number | undefined {
  let counted = used;
  for (const { bucket, calls } of buckets) {
    counted -= calls;
    if (counted < allowed) return bucketFreeAtMs(bucket);
  }
  return undefined;
}

/** Ours: a console draws a day by the hour. */
const HOURS_AHEAD = 24;

/** Of the calls that count, how many stop doing so in each of the next 24 hours; the last has the rest. */
export function releasedByHour({ ledgerMs, buckets }: Ledger): readonly number[] {
  const byHour = Array.from({ length: HOURS_AHEAD }, () => 0);
  for (const { bucket, calls } of buckets) {
    const hour = Math.floor((bucketFreeAtMs(bucket) - ledgerMs) / HOUR_MS);
    byHour[Math.min(hour, HOURS_AHEAD - 1)]! += calls;
  }
  return byHour;
}
