import { CARDS_PER_MINUTE, TYPED_CARDS_PER_MINUTE } from "../../contract/card-limits.ts";
import type { KioskConfig } from "../../contract/kiosk-config.ts";
import { reportIncident, type Place } from "./incident-rows.ts";
import type { Tx } from "./sql.ts";

/** Bounds of what a kiosk, honest or not, can make the store keep. */
export interface StoreLimits {
  readonly devices: number;
  /** A new epoch is begun when a kiosk lost its outbox. */
  readonly epochsPerDevice: number;
  /** Separate stretches of received numbers in one epoch; an honest kiosk sends nearly in order. */
  readonly intervalsPerEpoch: number;
  /** The newest are kept: one per page load and per step of the clock. */
  readonly segmentsPerDevice: number;
  /** The newest are kept: what is forgotten is still recognised by its number (rule IN3). */
  readonly noncesPerDevice: number;
  /** Distinct cards of one kiosk in one minute of capture that are merged unseen (rule CD2). */
  readonly cardsPerMinute: number;
  /** Updates of one kiosk that wait for an operator; further ones wait on the kiosk. */
  readonly heldPerDevice: number;
  /** What took effect longer ago, in milliseconds, comes too late to change anything (rule FT5). */
  readonly maxAgeMs: number;
}

/**
 * Ours: twice what a kiosk takes. A card counts there from when it was first shown, for a minute, and
 * may be shown again at the end of it: so one minute sees at most this many of an honest kiosk.
 */
export function cardsPerMinuteFor(limits: KioskConfig["cardLimits"]): number {
  const { cardsPerMinute = CARDS_PER_MINUTE, typedCardsPerMinute = TYPED_CARDS_PER_MINUTE } =
    limits ?? {};
  return 2 * (cardsPerMinute + typedCardsPerMinute);
}

/** Ours: far past any chain, and small enough for one machine. */
export const STORE_LIMITS: StoreLimits = {
  devices: 100_000,
  epochsPerDevice: 1_000,
  intervalsPerEpoch: 10_000,
  segmentsPerDevice: 4_096,
  noncesPerDevice: 1_000,
  cardsPerMinute: cardsPerMinuteFor(undefined),
  heldPerDevice: 10_000,
  maxAgeMs: 90 * 86_400_000,
};

/** Whether one more kiosk is kept; if not, an incident says so. */
export async function hasRoomForDevice(
  tx: Tx,
  limits: StoreLimits,
  place: Place,
  atMs: number,
): Promise<boolean> {
  const rows = await tx.all<{ n: number }>("SELECT count(*) AS n FROM device", []);
  if ((rows[0]?.n ?? 0) < limits.devices) return true;
  await reportIncident(tx, {
    type: "limit-reached",
    place,
    epoch: "devices",
    detail: `${limits.devices} kiosks are kept; this one is sent away until some are removed`,
    atMs,
    open: true,
  });
  return false;
}

/** Whether one more outbox of a kiosk is kept; if not, an incident says so. */
export async function hasRoomForEpoch(
  tx: Tx,
  limits: StoreLimits,
  place: Place,
  atMs: number,
): Promise<boolean> {
  const rows = await tx.all<{ n: number }>(
    "SELECT count(*) AS n FROM epoch_received WHERE device_id = $1",
    [place.deviceId],
  );
  if ((rows[0]?.n ?? 0) < limits.epochsPerDevice) return true;
  await reportIncident(tx, {
    type: "limit-reached",
    place,
    epoch: place.deviceId,
    detail: `${limits.epochsPerDevice} outboxes of this kiosk are kept; what it sends from further ones waits on it`,
    atMs,
    open: true,
  });
  return false;
}

/** Says that no more of a kiosk is held: what comes beyond waits on it. */
export async function reportHeldFull(
  tx: Tx,
  limits: StoreLimits,
  place: Place,
  atMs: number,
): Promise<void> {
  await reportIncident(tx, {
    type: "limit-reached",
    place,
    epoch: `held ${place.deviceId}`,
    detail: `${limits.heldPerDevice} updates of this kiosk wait for an operator; further ones wait on it`,
    atMs,
    open: true,
  });
}

/** Forgets all but the newest segments of a kiosk. */
export async function keepNewestSegments(
  tx: Tx,
  limits: StoreLimits,
  deviceId: string,
): Promise<void> {
  await tx.run(
    `DELETE FROM segment WHERE device_id = $1 AND segment IN
       (SELECT segment FROM segment WHERE device_id = $1
        ORDER BY contact_ms DESC, segment DESC LIMIT ${FORGOTTEN_AT_ONCE} OFFSET $2)`,
    [deviceId, limits.segmentsPerDevice],
  );
}

/** Forgets all but the newest receipts of a kiosk. */
export async function keepNewestNonces(
  tx: Tx,
  limits: StoreLimits,
  deviceId: string,
): Promise<void> {
  await tx.run(
    `DELETE FROM nonce WHERE device_id = $1 AND nonce IN
       (SELECT nonce FROM nonce WHERE device_id = $1
        ORDER BY expires_ms DESC, nonce DESC LIMIT ${FORGOTTEN_AT_ONCE} OFFSET $2)`,
    [deviceId, limits.noncesPerDevice],
  );
}

/** Ours: few enough that nobody waits for it. */
const FORGOTTEN_AT_ONCE = 1_000;
