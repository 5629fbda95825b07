import { dateSegment, type ClockReading, type SegmentDating } from "../../domain/effective-time.ts";
import type { Device } from "../../contract/update.ts";
import type { IngestBatch } from "./store.ts";
import { keepNewestSegments, type StoreLimits } from "./limits.ts";
import type { Tx } from "./sql.ts";
import { storedJson } from "./stored-json.ts";

/** A kiosk as the proxy remembers it. */
export interface KnownDevice {
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly drainedMs: number;
  readonly clocks: readonly HeartbeatClock[];
}

/** A segment a heartbeat came from, and what to add to its monotonic clock. */
export type HeartbeatClock = readonly [segment: string, monoOffsetMs: number];

/** Ours: page loads and worker lives of one kiosk remembered without an entry of theirs. */
const MAX_CLOCKS = 16;

const DEVICE =
  "SELECT first_seen_ms, last_seen_ms, drained_ms, clocks FROM device WHERE device_id = $1";

interface DeviceRow {
  readonly first_seen_ms: number;
  readonly last_seen_ms: number;
  readonly drained_ms: number;
  readonly clocks: string;
}

export async function findDevice(tx: Tx, deviceId: string): Promise<KnownDevice | undefined> {
  return knownFrom(await tx.all<DeviceRow>(DEVICE, [deviceId]));
}

/**
 * The kiosk that sends, with nobody else at its rows until the transaction ends: its numbers, clocks,
 * cards a minute and receipts are looked at and written in one piece.
 */
export async function lockDevice(tx: Tx, deviceId: string): Promise<KnownDevice | undefined> {
  return knownFrom(await tx.all<DeviceRow>(`${DEVICE} {{FOR UPDATE}}`, [deviceId]));
}

/**
 * Makes the row of a kiosk that is new, as its first contact leaves it, so that there is something to
 * lock. Gives the kiosk as it is known when somebody else made it meanwhile.
 */
export async function meetDevice(
  tx: Tx,
  { deviceId, storeId, kioskId, timeZone }: Device,
  atMs: number,
): Promise<KnownDevice | undefined> {
  const made = await tx.run(
    `INSERT INTO device
       (device_id, store_id, kiosk_id, time_zone, first_seen_ms, last_seen_ms, drained_ms, clocks,
        owed, accepted, duplicate, superseded, rejected, retry)
     VALUES ($1, $2, $3, $4, $5, $5, $5, '[]', 0, 0, 0, 0, 0, 0)
     ON CONFLICT (device_id) DO NOTHING`,
    [deviceId, storeId, kioskId, timeZone, atMs],
  );
  return made === 1 ? undefined : lockDevice(tx, deviceId);
}

function knownFrom(rows: readonly DeviceRow[]): KnownDevice | undefined {
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        firstSeenMs: row.first_seen_ms,
        lastSeenMs: row.last_seen_ms,
        drainedMs: row.drained_ms,
        clocks: storedJson("device.clocks", row.clocks, areClocks),
      };
}

/** The clocks with the sender's among them: a heartbeat is a contact, and fixes its segment's offset. */
export function withClock(
  clocks: readonly HeartbeatClock[],
  sender: ClockReading,
  receiptMs: number,
): readonly HeartbeatClock[] {
  if (clocks.some(([segment]) => segment === sender.segment)) return clocks;
  return [...clocks, [sender.segment, receiptMs - sender.monoMs] as const].slice(-MAX_CLOCKS);
}

export interface DatingContext {
  readonly tx: Tx;
  readonly sender: Pick<IngestBatch, "device" | "pairedMs" | "clock">;
  /** What is known of the sender; nothing at its first contact. */
  readonly known: KnownDevice | undefined;
  readonly receiptMs: number;
  readonly limits: StoreLimits;
}

export type DateEntry = (deviceId: string, reading: ClockReading) => Promise<SegmentDating>;

/**
 * Dates segments for one batch: as fixed earlier, else fixed now and kept (rule CL1).
 *
 * A segment belongs to the kiosk that captured in it, so that a kiosk paired anew in the middle of
 * sending keeps its order. The contact that bounds what cannot be dated is the last one at which
 * that kiosk owed nothing: a backlog takes many batches, and the one before this says nothing about
 * when the rest was captured.
 */
export function createDating(context: DatingContext): DateEntry {
  const { tx, sender, known, receiptMs, limits } = context;
  const fixed = new Map<string, SegmentDating>();

  const firstContact = (deviceId: string): number | undefined =>
    deviceId === sender.device.deviceId ? sender.pairedMs : undefined;

  return async (deviceId, reading) => {
    const key = `${deviceId} ${reading.segment}`;
    const before = fixed.get(key) ?? (await findDating(tx, deviceId, reading.segment));
    if (before !== undefined) {
      fixed.set(key, before);
      return before;
    }
    const capturer =
      deviceId === sender.device.deviceId ? known : ((await findDevice(tx, deviceId)) ?? known);
    const heard = capturer?.clocks.find(([segment]) => segment === reading.segment);
    const dating: SegmentDating =
      heard === undefined
        ? dateSegment(reading, {
            sender: sender.clock,
            receiptMs,
            previousContactMs: capturer?.drainedMs ?? firstContact(deviceId) ?? receiptMs,
          })
        : { type: "mono", monoOffsetMs: heard[1] };
    fixed.set(key, dating);
    await tx.run(
      "INSERT INTO segment (device_id, segment, dating, contact_ms) VALUES ($1, $2, $3, $4)",
      [deviceId, reading.segment, JSON.stringify(dating), receiptMs],
    );
    await keepNewestSegments(tx, limits, deviceId);
    return dating;
  };
}

async function findDating(
  tx: Tx,
  deviceId: string,
  segment: string,
): Promise<SegmentDating | undefined> {
  const rows = await tx.all<{ dating: string }>(
    "SELECT dating FROM segment WHERE device_id = $1 AND segment = $2",
    [deviceId, segment],
  );
  return rows[0] === undefined ? undefined : storedJson("segment.dating", rows[0].dating, isDating);
}

function areClocks(value: unknown): value is readonly HeartbeatClock[] {
  return (
    Array.isArray(value) &&
    value.every(
      (clock: unknown) =>
        Array.isArray(clock) &&
        clock.length === 2 &&
        typeof clock[0] === "string" &&
        Number.isFinite(clock[1]),
    )
  );
}

function isDating(value: unknown): value is SegmentDating {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  const isMs = (name: string) => Number.isFinite(Reflect.get(value, name));
  switch (value.type) {
    case "mono":
      return isMs("monoOffsetMs") && (!("wallOffsetMs" in value) || isMs("wallOffsetMs"));
    case "wall":
      return isMs("wallOffsetMs");
    case "undated":
      return isMs("atMs");
    default:
      return false;
  }
}
