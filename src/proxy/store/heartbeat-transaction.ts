import type { HeartbeatRequest, KioskIncident } from "../../contract/heartbeat.ts";
import type { Device } from "../../contract/update.ts";
import type { Witness } from "../../contract/witness.ts";
import { size } from "../../domain/intervals.ts";
import { findDevice, withClock } from "./dating.ts";
import { closeLoss, numbersInWords, reportIncident } from "./incident-rows.ts";
import { hasRoomForDevice, hasRoomForEpoch, type StoreLimits } from "./limits.ts";
import {
  findReception,
  lostNumbers,
  newReception,
  saveReception,
  type Reception,
} from "./reception.ts";
import type { Tx } from "./sql.ts";

/** Notes that a kiosk lives, and turns numbers that nobody has into a named incident (rule OB5). */
export async function heartbeat(
  tx: Tx,
  beat: HeartbeatRequest,
  receiptMs: number,
  limits: StoreLimits,
): Promise<void> {
  const { device } = beat;
  const known = await findDevice(tx, device.deviceId);
  if (known === undefined && !(await hasRoomForDevice(tx, limits, device, receiptMs))) return;
  for (const witness of beat.witnesses) {
    if (await isRoomFor(tx, limits, device, witness.epoch, receiptMs)) {
      await hearWitness(tx, device, witness, receiptMs);
    }
  }
  for (const incident of beat.incidents) {
    if (await isRoomFor(tx, limits, device, incident.epoch, receiptMs)) {
      await hearIncident(tx, device, incident, receiptMs);
    }
  }
  await saveContact(tx, beat, receiptMs);
}

async function isRoomFor(
  tx: Tx,
  limits: StoreLimits,
  device: Device,
  epoch: string,
  receiptMs: number,
): Promise<boolean> {
  if ((await findReception(tx, epoch)) !== undefined) return true;
  return hasRoomForEpoch(tx, limits, device, receiptMs);
}

async function hearWitness(
  tx: Tx,
  device: Device,
  witness: Witness,
  receiptMs: number,
): Promise<void> {
  const { deviceId } = device;
  const before = (await findReception(tx, witness.epoch)) ?? newReception(witness.epoch, deviceId);
  // An older heartbeat that was held up on its way knows less than we do.
  if (witness.lastSeq < before.lastSeq) return;
  await account(tx, device, before, { ...before, ...witness, deviceId }, receiptMs);
}

async function hearIncident(
  tx: Tx,
  device: Device,
  incident: KioskIncident,
  receiptMs: number,
): Promise<void> {
  const { deviceId } = device;
  const before =
    (await findReception(tx, incident.epoch)) ?? newReception(incident.epoch, deviceId);
  const after = await account(
    tx,
    device,
    before,
    {
      ...before,
      lastSeq: Math.max(before.lastSeq, incident.lastSeq),
      wiped: before.wiped || incident.type === "outbox-wiped",
    },
    receiptMs,
  );
  await reportIncident(tx, {
    type: incident.type,
    place: device,
    epoch: incident.epoch,
    detail: `${WHAT_HAPPENED[incident.type]} seq ${incident.lastSeq} of epoch ${incident.epoch}: ${withoutNumbers(incident.detail)}`,
    atMs: receiptMs,
    open: size(after.lost) > 0,
  });
}

const WHAT_HAPPENED = {
  "outbox-wiped": "the kiosk's outbox came up empty after",
  "outbox-torn": "the kiosk's outbox came up older than its witness, which knew",
} as const satisfies Record<KioskIncident["type"], string>;

/** A kiosk's own words must not carry a card number (rule PV2). */
function withoutNumbers(words: string): string {
  return words.replaceAll(/\d{8,}/g, "…");
}

/** Counts again what is lost; raises, brings up to date or closes the incident that names it. */
async function account(
  tx: Tx,
  device: Device,
  before: Reception,
  heard: Reception,
  receiptMs: number,
): Promise<Reception> {
  const after = { ...heard, lost: lostNumbers(heard) };
  if (size(after.lost) > 0) {
    await reportIncident(tx, {
      type: "updates-lost",
      place: device,
      epoch: after.epoch,
      detail: `${numbersInWords(after.lost, after.epoch)} never arrived, and the kiosk no longer has them`,
      atMs: receiptMs,
      open: true,
    });
  } else if (size(before.lost) > 0) {
    await closeLoss(tx, after.epoch, receiptMs);
  }
  await saveReception(tx, after);
  return after;
}

async function saveContact(tx: Tx, beat: HeartbeatRequest, receiptMs: number): Promise<void> {
  const { deviceId, storeId, kioskId, timeZone } = beat.device;
  const known = await findDevice(tx, deviceId);
  const owed = beat.witnesses.reduce((sum, witness) => sum + size(witness.owed), 0);
  const drainedMs = owed === 0 ? receiptMs : (known?.drainedMs ?? receiptMs);
  const clocks = withClock(known?.clocks ?? EMPTY_CLOCKS, beat.clock, receiptMs);
  await tx.run(
    `INSERT INTO device
       (device_id, store_id, kiosk_id, time_zone, app_version, storage_persisted, first_seen_ms,
        last_seen_ms, drained_ms, clocks, owed, accepted, duplicate, superseded, rejected, retry)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, 0, 0, 0, 0, 0)
     ON CONFLICT (device_id) DO UPDATE SET
       store_id = excluded.store_id, kiosk_id = excluded.kiosk_id,
       time_zone = excluded.time_zone, app_version = excluded.app_version,
       storage_persisted = excluded.storage_persisted, last_seen_ms = excluded.last_seen_ms,
       drained_ms = excluded.drained_ms, clocks = excluded.clocks, owed = excluded.owed`,
    [
      deviceId,
      storeId,
      kioskId,
      timeZone,
      beat.appVersion,
      beat.storagePersisted ? 1 : 0,
      receiptMs,
      drainedMs,
      JSON.stringify(clocks),
      owed,
    ],
  );
}

const EMPTY_CLOCKS = [] as const;
