import * as z from "zod/mini";
import type { HeartbeatRequest } from "../../contract/heartbeat.ts";
import type { KioskIncident } from "../../contract/kiosk-incident.ts";
import { Resend } from "../../contract/resend.ts";
import type { Device } from "../../contract/update.ts";
import type { Witness } from "../../contract/witness.ts";
import { EMPTY, size } from "../../domain/intervals.ts";
import { findDevice, lockDevice, meetDevice, withClock, type KnownDevice } from "./dating.ts";
import { closeLoss, numbersInWords, reportIncident, withoutNumbers } from "./incident-rows.ts";
import { findReceipt, saveReceipt } from "./nonce-rows.ts";
import { hasRoomForDevice, hasRoomForEpoch, type StoreLimits } from "./limits.ts";
import {
  findOrAddReception,
  findReception,
  lostNumbers,
  saveReception,
  type Reception,
} from "./reception.ts";
import { settleReplaced } from "./replaced-rows.ts";
import { resendFrom } from "./resend.ts";
import { storedHealth } from "./health-rows.ts";
import { noteSealedTo } from "./sealing-words.ts";
import type { Tx } from "./sql.ts";
import type { Heard, HeartbeatResult } from "./store.ts";

/** Ours: twice the window within which the same signature may come again, and some. */
const NONCE_KEPT_MS = 900_000;

/** How a heartbeat came: when, never earlier than any before it, and the SHA-256 of its body. */
interface Arrival {
  readonly receiptMs: number;
  readonly digest: string;
  /** The sealing key the kiosk is told of, where there are older ones. */
  readonly toldKid?: string | undefined;
}

/**
 * Notes that a kiosk lives, turns numbers that nobody has into a named incident (rule OB5), and asks
 * for those that only the kiosk still has (rule IN5).
 */
export async function heartbeat(
  tx: Tx,
  beat: HeartbeatRequest,
  { receiptMs: givenMs, digest, toldKid }: Arrival,
  limits: StoreLimits,
): Promise<HeartbeatResult> {
  const { device, nonce } = beat;
  const known = await lockDevice(tx, device.deviceId);
  const receiptMs = Math.max(givenMs, known?.lastSeenMs ?? 0);
  const request = { deviceId: device.deviceId, nonce, digest };
  const before = await findReceipt(tx, request, isHeard);
  if (before?.type === "nonce-reused") return before;
  if (before !== undefined) return { type: "repeated", ...before.receipt };
  const heard: Heard = { receiptMs, ...(await hear(tx, beat, known, receiptMs, limits)) };
  if (toldKid !== undefined) await noteSealedTo(tx, beat, toldKid, receiptMs);
  await saveReceipt(tx, request, heard, receiptMs + NONCE_KEPT_MS);
  return { type: "heard", ...heard };
}

function isHeard(value: unknown): value is Heard {
  return StoredHeard.safeParse(value).success;
}

const StoredHeard = z.object({ receiptMs: z.number(), resend: z.optional(Resend) });

async function hear(
  tx: Tx,
  beat: HeartbeatRequest,
  known: KnownDevice | undefined,
  receiptMs: number,
  limits: StoreLimits,
): Promise<Pick<Heard, "resend">> {
  const { device } = beat;
  if (known === undefined) {
    if (!(await hasRoomForDevice(tx, limits, device, receiptMs))) return {};
    await meetDevice(tx, device, receiptMs);
  }
  const heard = new Map<string, Reception>();
  for (const witness of beat.witnesses) {
    if (await isRoomFor(tx, limits, device, witness.epoch, receiptMs)) {
      heard.set(witness.epoch, await hearWitness(tx, device, witness, receiptMs));
    }
  }
  for (const incident of beat.incidents) {
    if (await isRoomFor(tx, limits, device, incident.epoch, receiptMs)) {
      heard.set(incident.epoch, await hearIncident(tx, device, incident, receiptMs));
    }
  }
  const asked = resendFrom(heard.values());
  await saveContact(tx, beat, receiptMs, asked.resend !== undefined);
  return asked;
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
): Promise<Reception> {
  const { deviceId } = device;
  const before = await findOrAddReception(tx, witness.epoch, deviceId);
  // An older heartbeat that was held up on its way knows less than we do.
  if (witness.lastSeq < before.lastSeq) return before;
  return account(
    tx,
    device,
    before,
    { ...before, ...witness, kept: witness.kept ?? EMPTY, deviceId },
    receiptMs,
  );
}

async function hearIncident(
  tx: Tx,
  device: Device,
  incident: KioskIncident,
  receiptMs: number,
): Promise<Reception> {
  const { deviceId } = device;
  const before = await findOrAddReception(tx, incident.epoch, deviceId);
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
  return after;
}

const WHAT_HAPPENED = {
  "outbox-wiped": "the kiosk's outbox came up empty after",
  "outbox-torn": "the kiosk's outbox came up older than its witness, which knew",
} as const satisfies Record<KioskIncident["type"], string>;

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
  await settleReplaced(tx, after.epoch, receiptMs);
  return after;
}

async function saveContact(
  tx: Tx,
  beat: HeartbeatRequest,
  receiptMs: number,
  isBehind: boolean,
): Promise<void> {
  const { deviceId, storeId, kioskId, timeZone } = beat.device;
  const known = await findDevice(tx, deviceId);
  const owed = beat.witnesses.reduce((sum, witness) => sum + size(witness.owed), 0);
  const drainedMs = drainedAt(known, receiptMs, owed === 0, isBehind);
  const clocks = withClock(known?.clocks ?? EMPTY_CLOCKS, beat.clock, receiptMs);
  await tx.run(
    `INSERT INTO device
       (device_id, store_id, kiosk_id, time_zone, app_version, storage_persisted, first_seen_ms,
        last_seen_ms, drained_ms, clocks, owed, clock_offset_ms, health, accepted, duplicate,
        superseded, rejected, retry)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0)
     ON CONFLICT (device_id) DO UPDATE SET
       store_id = excluded.store_id, kiosk_id = excluded.kiosk_id,
       time_zone = excluded.time_zone, app_version = excluded.app_version,
       storage_persisted = excluded.storage_persisted, last_seen_ms = excluded.last_seen_ms,
       drained_ms = excluded.drained_ms, clocks = excluded.clocks, owed = excluded.owed,
       clock_offset_ms = excluded.clock_offset_ms, health = excluded.health`,
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
      Math.round(beat.clock.wallMs - receiptMs),
      storedHealth(beat),
    ],
  );
}

/**
 * When this kiosk last owed nothing, as far as is known; whatever it sends and we lack was captured
 * after that.
 *
 * A database that was put back knows of such a moment before it was copied. Of a kiosk that it never
 * heard of before it knows none, while that kiosk may send again all that it keeps.
 */
function drainedAt(
  known: KnownDevice | undefined,
  receiptMs: number,
  isDrained: boolean,
  isBehind: boolean,
): number {
  if (isBehind && (known === undefined || known.drainedMs === known.firstSeenMs)) {
    return Math.min(known?.drainedMs ?? receiptMs, receiptMs - LONGEST_KEPT_MS);
  }
  return isDrained && !isBehind ? receiptMs : (known?.drainedMs ?? receiptMs);
}

/** The kiosks' seven days of keeping what was receipted, and one for what was captured before. */
const LONGEST_KEPT_MS = 8 * 86_400_000;

const EMPTY_CLOCKS = [] as const;
