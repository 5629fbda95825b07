import { difference, EMPTY, size, union, type Intervals } from "../../domain/intervals.ts";
import type { Tx } from "./sql.ts";
import { isIntervals, storedJson } from "./stored-json.ts";

/** What came of one epoch, and what its kiosk last said of it. */
export interface Reception {
  readonly epoch: string;
  readonly deviceId: string;
  readonly received: Intervals;
  readonly firstSeq: number;
  /** Highest number the kiosk is known to have given; 0 before it said any. */
  readonly lastSeq: number;
  readonly owed: Intervals;
  readonly void: Intervals;
  readonly aside: Intervals;
  /** Receipted, and still on the kiosk. */
  readonly kept: Intervals;
  /** In none of the lists when last looked at. */
  readonly lost: Intervals;
  /** Somebody accepted that these will not come; what comes after all is received. */
  readonly writtenOff: Intervals;
  /**
   * The last number whose row in the journal was deleted for its age, and the latest effective time
   * among those; 0 for none.
   */
  readonly trimmedSeq: number;
  readonly trimmedMs: number;
  /** The kiosk lost this outbox: whatever it owed then is owed by nobody. */
  readonly wiped: boolean;
}

export function newReception(epoch: string, deviceId: string): Reception {
  return {
    epoch,
    deviceId,
    received: EMPTY,
    firstSeq: 1,
    lastSeq: 0,
    owed: EMPTY,
    void: EMPTY,
    aside: EMPTY,
    kept: EMPTY,
    lost: EMPTY,
    writtenOff: EMPTY,
    trimmedSeq: 0,
    trimmedMs: 0,
    wiped: false,
  };
}

/** Numbers given to an update that nobody has (rule OB5). */
export function lostNumbers(reception: Reception): Intervals {
  const { wiped, owed, kept } = reception;
  return difference(missingNumbers(reception), wiped ? EMPTY : union(owed, kept));
}

/** Numbers given to an update, up to `lastSeq`, that is not here, nor explained, nor written off. */
export function missingNumbers(reception: Reception, lastSeq = reception.lastSeq): Intervals {
  if (lastSeq < reception.firstSeq) return EMPTY;
  const given: Intervals = [[reception.firstSeq, lastSeq]];
  const { received, aside, writtenOff } = reception;
  return [received, reception.void, aside, writtenOff].reduce(difference, given);
}

/** Numbers that came once, that this record does not know of, and that their kiosk keeps (rule IN5). */
export function wantedNumbers(reception: Reception): Intervals {
  if (reception.wiped) return EMPTY;
  return [reception.received, reception.owed].reduce(difference, reception.kept);
}

export function highestReceived(reception: Reception): number | undefined {
  return reception.received.at(-1)?.[1];
}

/** Highest number a kiosk is known to have given; 0 while it never said where it began. */
export function lastKnownSeq(reception: Reception): number {
  const { lastSeq } = reception;
  return lastSeq === 0 ? 0 : Math.max(lastSeq, highestReceived(reception) ?? 0);
}

/** The nearest smaller number received, if any. */
export function receivedBefore(received: Intervals, seq: number): number | undefined {
  const below = received.findLast(([from]) => from < seq);
  return below === undefined ? undefined : Math.min(below[1], seq - 1);
}

/** The nearest larger number received, if any. */
export function receivedAfter(received: Intervals, seq: number): number | undefined {
  const above = received.find(([, to]) => to > seq);
  return above === undefined ? undefined : Math.max(above[0], seq + 1);
}

interface ReceptionRow {
  readonly epoch: string;
  readonly device_id: string;
  readonly received: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly owed: string;
  readonly void: string;
  readonly aside: string;
  readonly kept: string;
  readonly lost: string;
  readonly written_off: string;
  readonly trimmed_seq: number;
  readonly trimmed_ms: number;
  readonly wiped: number;
}

export async function findReception(tx: Tx, epoch: string): Promise<Reception | undefined> {
  const rows = await tx.all<ReceptionRow>(
    `SELECT epoch, device_id, received, first_seq, last_seq, owed, void, aside, kept, lost,
       written_off, trimmed_seq, trimmed_ms, wiped
     FROM epoch_received WHERE epoch = $1 {{FOR UPDATE}}`,
    [epoch],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    epoch: row.epoch,
    deviceId: row.device_id,
    received: storedJson("epoch_received.received", row.received, isIntervals),
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    owed: storedJson("epoch_received.owed", row.owed, isIntervals),
    void: storedJson("epoch_received.void", row.void, isIntervals),
    aside: storedJson("epoch_received.aside", row.aside, isIntervals),
    kept: storedJson("epoch_received.kept", row.kept, isIntervals),
    lost: storedJson("epoch_received.lost", row.lost, isIntervals),
    writtenOff: storedJson("epoch_received.written_off", row.written_off, isIntervals),
    trimmedSeq: row.trimmed_seq,
    trimmedMs: row.trimmed_ms,
    wiped: row.wiped === 1,
  };
}

/**
 * The record of an outbox, locked; a new one where there is none. Whoever makes it at the same moment
 * makes the same.
 */
export async function findOrAddReception(
  tx: Tx,
  epoch: string,
  deviceId: string,
): Promise<Reception> {
  const found = await findReception(tx, epoch);
  if (found !== undefined) return found;
  await tx.run(
    `INSERT INTO epoch_received
       (epoch, device_id, received, first_seq, last_seq, owed, void, aside, lost, wiped)
     VALUES ($1, $2, '[]', 1, 0, '[]', '[]', '[]', '[]', 0)
     ON CONFLICT (epoch) DO NOTHING`,
    [epoch, deviceId],
  );
  return (await findReception(tx, epoch))!;
}

export async function saveReception(tx: Tx, reception: Reception): Promise<void> {
  await tx.run(
    `INSERT INTO epoch_received
       (epoch, device_id, received, first_seq, last_seq, owed, void, aside, kept, lost, wiped,
        written_off)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (epoch) DO UPDATE SET
       device_id = excluded.device_id, received = excluded.received,
       first_seq = excluded.first_seq, last_seq = excluded.last_seq, owed = excluded.owed,
       void = excluded.void, aside = excluded.aside, kept = excluded.kept, lost = excluded.lost,
       wiped = excluded.wiped, written_off = excluded.written_off`,
    [
      reception.epoch,
      reception.deviceId,
      JSON.stringify(reception.received),
      reception.firstSeq,
      reception.lastSeq,
      JSON.stringify(reception.owed),
      JSON.stringify(reception.void),
      JSON.stringify(reception.aside),
      JSON.stringify(reception.kept),
      JSON.stringify(reception.lost),
      reception.wiped ? 1 : 0,
      JSON.stringify(difference(reception.writtenOff, reception.received)),
    ],
  );
}

/** How many of these numbers never came. */
export async function notReceived(
  tx: Tx,
  owed: readonly { readonly epoch: string; readonly owed: Intervals }[],
): Promise<number> {
  let missing = 0;
  for (const each of owed) {
    const reception = await findReception(tx, each.epoch);
    missing += size(difference(each.owed, reception?.received ?? EMPTY));
  }
  return missing;
}
