import { Entry } from "../contract/entry.ts";
import { MAX_RESEND, type Resend } from "../contract/resend.ts";
import { runsOf } from "./runs.ts";
import { TALLY_KEY, type ReceiptedRow, type TarjetaDb, type Tally } from "./schema.ts";
import { completed, isFull, reading, strictly } from "./transaction.ts";

// What the proxy has receipted, kept for the case that it forgets (rule OB7): a database restored to
// yesterday asks for what came since.

/** How much is kept, and how long. */
export interface ReceiptedLimits {
  /** By the proxy's clock, as its receipts tell it. */
  readonly resendMs: number;
  readonly entries: number;
  /** Of bodies and, about, what comes with them. */
  readonly bytes: number;
}

/** Ours: the oldest backup worth restoring is younger than this. */
export const RESEND_DAYS = 7;

/** Ours: months of an ordinary kiosk, and a quarter of what the outbox itself may take. */
export const RECEIPTED_LIMITS: ReceiptedLimits = {
  resendMs: RESEND_DAYS * 86_400_000,
  entries: 20_000,
  bytes: 50_000_000,
};

/** Ours: what a header and the database add to a body. */
const OVERHEAD_BYTES = 400;

/** Ours: rows looked at for going, beside twice as many as came: it catches up, in small bites. */
const PRUNE_BITE = 32;

/**
 * Copies entries to where receipted ones are kept, and lets the oldest go. Touches `entries` only to
 * read, so that a scan need not wait for it. On a full disk it keeps nothing and says nothing:
 * whoever calls deletes all the same (rule OB3).
 *
 * @param nowMs proxy time of the receipt
 */
export async function keepReceipted(
  db: TarjetaDb,
  seqs: readonly number[],
  nowMs: number,
  limits: ReceiptedLimits = RECEIPTED_LIMITS,
): Promise<void> {
  const found = await readEntries(db, seqs);
  const tx = strictly(db, ["receipted"]);
  const { store } = tx;
  const range = IDBKeyRange.lowerBound(TALLY_KEY, true);
  const bite = PRUNE_BITE + 2 * found.length;
  const [told, keys, rows, ...known] = await Promise.all([
    store.get(TALLY_KEY),
    store.getAllKeys(range, bite),
    store.getAll(range, bite),
    // Once more receipted, when its removal was lost: it is counted already.
    ...found.map(({ seq }) => store.getKey(seq)),
  ]);
  let { entries, bytes } = tallyOf(told);
  const requests: Promise<unknown>[] = [];

  for (const [index, { seq, row }] of found.entries()) {
    const size = row.body.length + OVERHEAD_BYTES;
    requests.push(store.put({ row, receiptedMs: nowMs, bytes: size }, seq));
    if (known[index] !== undefined) continue;
    entries += 1;
    bytes += size;
  }
  const coming = new Set(found.map(({ seq }) => seq));
  const going: number[] = [];
  for (const [index, seq] of keys.entries()) {
    const row = rows[index];
    if (!isRow(row) || coming.has(seq)) continue;
    const isOld = nowMs - row.receiptedMs > limits.resendMs;
    if (!isOld && entries <= limits.entries && bytes <= limits.bytes) continue;
    going.push(seq);
    entries -= 1;
    bytes -= row.bytes;
  }
  for (const [from, to] of runsOf(going)) {
    requests.push(store.delete(IDBKeyRange.bound(from, to)));
  }
  if (requests.length > 0) requests.push(store.put(tally(entries, bytes), TALLY_KEY));
  await completed(tx, requests).catch((error: unknown) => {
    if (!isFull(error)) throw error;
  });
}

/**
 * Moves what is asked for back to what is owed, at most `MAX_RESEND` of it, and says how many those
 * were. On a full disk it stays where it is: the proxy asks again.
 */
export async function oweAgain(db: TarjetaDb, asked: Resend): Promise<number> {
  const tx = strictly(db, ["entries", "receipted"]);
  const receipted = tx.objectStore("receipted");
  let { entries, bytes } = tallyOf(await receipted.get(TALLY_KEY));
  const back = new Map<number, unknown>();
  for (const { epoch, from, to } of asked) {
    if (back.size >= MAX_RESEND || from > to) break;
    const range = IDBKeyRange.bound(from, to);
    for (const row of await receipted.getAll(range, MAX_RESEND - back.size)) {
      const entry = isRow(row) ? Entry.safeParse(row.row) : undefined;
      if (!isRow(row) || entry?.success !== true || entry.data.header.epoch !== epoch) continue;
      back.set(entry.data.header.seq, row.row);
      entries -= 1;
      bytes -= row.bytes;
    }
  }
  if (back.size === 0) return 0;
  const requests = [...back].flatMap(([seq, row]): Promise<unknown>[] => [
    tx.objectStore("entries").put(row, seq),
    receipted.delete(seq),
  ]);
  requests.push(receipted.put(tally(entries, bytes), TALLY_KEY));
  try {
    await completed(tx, requests);
  } catch (error) {
    if (!isFull(error)) throw error;
    return 0;
  }
  return back.size;
}

/** The entries of these numbers that can be read; what cannot is of no use to anybody later. */
async function readEntries(
  db: TarjetaDb,
  seqs: readonly number[],
): Promise<readonly { readonly seq: number; readonly row: Entry }[]> {
  const { store } = reading(db, ["entries"]);
  const runs = await Promise.all(
    runsOf(seqs).map(([from, to]) => store.getAll(IDBKeyRange.bound(from, to))),
  );
  return runs.flat().flatMap((row) => {
    const entry = Entry.safeParse(row);
    return entry.success ? [{ seq: entry.data.header.seq, row: entry.data }] : [];
  });
}

function isRow(value: ReceiptedRow | Tally | undefined): value is ReceiptedRow {
  return value !== undefined && "row" in value;
}

/** Never below nothing, whatever an app that was rolled back did to the rows. */
function tally(entries: number, bytes: number): Tally {
  return { entries: Math.max(0, entries), bytes: Math.max(0, bytes) };
}

function tallyOf(value: ReceiptedRow | Tally | undefined): Tally {
  return value === undefined || isRow(value) ? { entries: 0, bytes: 0 } : value;
}
