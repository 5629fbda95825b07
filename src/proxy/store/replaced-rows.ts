import { difference, EMPTY, size, union, type Intervals } from "../../domain/intervals.ts";
import { lockDevice } from "./dating.ts";
import type { WriteOffOutcome } from "./device-store.ts";
import { closeSaying, numbersInWords, reportIncident } from "./incident-rows.ts";
import {
  findReception,
  lastKnownSeq,
  missingNumbers,
  saveReception,
  type Reception,
} from "./reception.ts";
import type { Tx } from "./sql.ts";

/** What one epoch of a replaced kiosk has still to bring. */
interface Missing {
  readonly epoch: string;
  readonly numbers: Intervals;
}

/**
 * Keeps in mind what a kiosk had still to bring when its place was taken, and names it as an incident
 * that stays open until all of it has arrived or was written off. Opens none where nothing is missing,
 * by the kiosk's own last word.
 */
export async function noteReplaced(
  tx: Tx,
  oldId: string,
  newId: string,
  atMs: number,
): Promise<void> {
  const rows = await tx.all<{ epoch: string }>(
    "SELECT epoch FROM epoch_received WHERE device_id = $1 ORDER BY epoch",
    [oldId],
  );
  for (const { epoch } of rows) {
    const reception = (await findReception(tx, epoch))!;
    const lastSeq = lastKnownSeq(reception);
    if (size(missingNumbers(reception, lastSeq)) === 0) continue;
    await tx.run(
      `INSERT INTO replaced_epoch (device_id, epoch, last_seq) VALUES ($1, $2, $3)
       ON CONFLICT (device_id, epoch) DO NOTHING`,
      [oldId, epoch, lastSeq],
    );
  }
  const missing = await missingOf(tx, oldId);
  if (missing.length === 0) return;
  const places = await tx.all<{ store_id: string; kiosk_id: string }>(
    "SELECT store_id, kiosk_id FROM device_record WHERE device_id = $1",
    [oldId],
  );
  await reportIncident(tx, {
    type: "kiosk-replaced",
    place: {
      deviceId: oldId,
      storeId: places[0]?.store_id ?? "",
      kioskId: places[0]?.kiosk_id ?? "",
    },
    epoch: oldId,
    detail: `replaced by ${newId}; by its own last word it has still to bring ${inWords(missing)}`,
    atMs,
    open: true,
  });
}

/** After numbers of an epoch were received or explained: whoever's missing ones they were. */
export async function settleReplaced(tx: Tx, epoch: string, atMs: number): Promise<void> {
  const rows = await tx.all<{ device_id: string }>(
    "SELECT device_id FROM replaced_epoch WHERE epoch = $1",
    [epoch],
  );
  for (const { device_id: deviceId } of rows) {
    if ((await missingOf(tx, deviceId)).length > 0) continue;
    await forgetReplaced(tx, deviceId);
    await closeSaying(tx, `kiosk-replaced:${deviceId}`, "everything is accounted for since", atMs);
  }
}

/**
 * Accepts that what a kiosk still owes, or lost, will not come. Only of one that can no longer send;
 * what arrives after all, from old hardware paired anew, is taken in all the same.
 */
export async function writeOff(tx: Tx, deviceId: string, atMs: number): Promise<WriteOffOutcome> {
  await lockDevice(tx, deviceId);
  const keys = await tx.all<{ state: string }>(
    "SELECT state FROM device_key WHERE device_id = $1",
    [deviceId],
  );
  if (keys.length === 0) return { type: "unknown" };
  if (keys.some(({ state }) => state !== "revoked")) return { type: "still-paired" };

  const own = await tx.all<{ epoch: string }>(
    "SELECT epoch FROM epoch_received WHERE device_id = $1 ORDER BY epoch",
    [deviceId],
  );
  const before = await tx.all<{ epoch: string; last_seq: number }>(
    "SELECT epoch, last_seq FROM replaced_epoch WHERE device_id = $1",
    [deviceId],
  );
  await forgetReplaced(tx, deviceId);
  await closeOf(tx, { deviceId }, atMs);
  // Outboxes that came back under another pairing owe more by now, and that is not this one's.
  const upTo = new Map<string, number | undefined>();
  for (const row of before) upTo.set(row.epoch, row.last_seq);
  for (const { epoch } of own) upTo.set(epoch, undefined);
  let numbers = 0;
  for (const [epoch, lastSeq] of upTo) {
    const reception = await findReception(tx, epoch);
    if (reception === undefined) continue;
    numbers += await writeOffEpoch(tx, reception, lastSeq ?? lastKnownSeq(reception), atMs);
  }
  await tx.run("UPDATE device SET owed = 0 WHERE device_id = $1", [deviceId]);
  return { type: "written-off", numbers };
}

async function writeOffEpoch(
  tx: Tx,
  reception: Reception,
  lastSeq: number,
  atMs: number,
): Promise<number> {
  const { epoch } = reception;
  const missing = missingNumbers(reception, lastSeq);
  const writtenOff = union(reception.writtenOff, missing);
  const lost = difference(reception.lost, writtenOff);
  await saveReception(tx, { ...reception, writtenOff, lost });
  if (size(lost) === 0) await closeOf(tx, { epoch }, atMs);
  await settleReplaced(tx, epoch, atMs);
  return size(missing);
}

/** Closes what is open about a kiosk as a whole, or about the numbers of one outbox. */
async function closeOf(
  tx: Tx,
  about: { readonly deviceId: string } | { readonly epoch: string },
  atMs: number,
): Promise<void> {
  const rows =
    "deviceId" in about
      ? await tx.all<{ id: string }>(
          `SELECT id FROM incident WHERE open = 1 AND device_id = $1
             AND type IN ('sequence-reused', 'kiosk-replaced')`,
          [about.deviceId],
        )
      : await tx.all<{ id: string }>(
          `SELECT id FROM incident WHERE open = 1 AND epoch = $1
             AND type IN ('updates-lost', 'outbox-wiped', 'outbox-torn')`,
          [about.epoch],
        );
  for (const { id } of rows) await closeSaying(tx, id, "written off", atMs);
}

/** Per epoch, without those that miss nothing. */
async function missingOf(tx: Tx, deviceId: string): Promise<readonly Missing[]> {
  const rows = await tx.all<{ epoch: string; last_seq: number }>(
    "SELECT epoch, last_seq FROM replaced_epoch WHERE device_id = $1 ORDER BY epoch",
    [deviceId],
  );
  const missing: Missing[] = [];
  for (const { epoch, last_seq: lastSeq } of rows) {
    const reception = await findReception(tx, epoch);
    const numbers = reception === undefined ? EMPTY : missingNumbers(reception, lastSeq);
    if (size(numbers) > 0) missing.push({ epoch, numbers });
  }
  return missing;
}

async function forgetReplaced(tx: Tx, deviceId: string): Promise<void> {
  await tx.run("DELETE FROM replaced_epoch WHERE device_id = $1", [deviceId]);
}

/** Ours: outboxes named one by one; a kiosk has one, or a few after losses. */
const MAX_EPOCHS = 5;

function inWords(missing: readonly Missing[]): string {
  const named = missing
    .slice(0, MAX_EPOCHS)
    .map(({ epoch, numbers }) => numbersInWords(numbers, epoch))
    .join("; ");
  const more = missing.length - MAX_EPOCHS;
  return more > 0 ? `${named}; and of ${more} more epochs` : named;
}
