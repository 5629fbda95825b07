import path from "node:path";
import type { KioskHealth } from "../../src/contract/kiosk-health.ts";
import type { Device } from "../../src/contract/update.ts";
import { openSqliteStore } from "../../src/proxy/store/sqlite-store.ts";
import type { Claim, ClaimAsk, Settlement, Store } from "../../src/proxy/store/store.ts";
import { KEYS } from "./keys.ts";
import { aBatch, aHeartbeat, anId, anUpdate, aWitness, DAY, MINUTE } from "./store-builders.ts";

// What a proxy would have taken in and sent during a week, put into its store before it starts: by the
// store's own steps, each at the time at which it would have been.

const HOUR = 60 * MINUTE;

export interface PastKiosk {
  readonly storeId: string;
  readonly kioskId: string;
  /** How long ago it was last heard. */
  readonly silentMs?: number;
  /** Updates it says it still owes. */
  readonly owes?: number;
  /** Numbers it gave, and neither has nor sent. */
  readonly lost?: number;
  readonly storagePersisted?: boolean;
  /** How it says it fares. */
  readonly health?: KioskHealth;
}

export interface PastDays {
  readonly kiosks: readonly PastKiosk[];
  /** Scans of each day before yesterday, oldest first: five at most, to be within 7 days of UTC. */
  readonly days: readonly number[];
  /** Scans of each of the last 24 hours, oldest first; the running one last. */
  readonly hours: readonly number[];
  /** The scans of that many hours, the running one included, are not sent. */
  readonly unsentHours?: number;
  /** Of what was sent in each half hour: refused by Target, and not known to it. */
  readonly refused?: number;
  readonly unknown?: number;
}

/**
 * Puts the past into the database under `dataDir`, ending at `nowMs`; gives the calls that count against
 * the allowance then.
 */
export async function putPastDays(dataDir: string, past: PastDays, nowMs: number): Promise<number> {
  const store = await openSqliteStore({
    path: path.join(dataDir, "tarjeta.sqlite"),
    keys: KEYS,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    await live(store, past, nowMs);
    return (await store.figures(nowMs, nowMs)).allowanceUsed;
  } finally {
    await store.close();
  }
}

interface Outbox {
  readonly kiosk: PastKiosk;
  readonly device: Device;
  readonly epoch: string;
  readonly segment: string;
  seq: number;
}

async function live(store: Store, past: PastDays, nowMs: number): Promise<void> {
  const beganMs = nowMs - 8 * DAY;
  const outboxes = past.kiosks.map(outboxOf);
  let card = 2_000_000_000_000;
  const slots = [
    ...past.days.map((scans, index) => ({
      scans,
      // Long enough ago that no call of it counts any more, whenever the last one was charged.
      endMs: nowMs - 34 * HOUR - (past.days.length - 1 - index) * DAY,
      lengthMs: 8 * HOUR,
    })),
    ...past.hours.flatMap((scans, index) => {
      const endMs = nowMs - (past.hours.length - 1 - index) * HOUR;
      const first = Math.ceil(scans / 2);
      return [
        { scans: first, endMs: endMs - HOUR / 2, lengthMs: HOUR / 2 },
        // What came last has come just now.
        { scans: scans - first, endMs, lengthMs: endMs === nowMs ? MINUTE : HOUR / 2 },
      ];
    }),
  ];
  // A store's time only goes forward: a kiosk's last word comes in its turn.
  const waiting = outboxes.toSorted((a, b) => silentMs(b) - silentMs(a));
  const hear = async (untilMs: number) => {
    while (waiting[0] !== undefined && nowMs - silentMs(waiting[0]) <= untilMs) {
      await beat(store, waiting.shift()!, nowMs, beganMs);
    }
  };
  for (const [index, { scans, endMs, lengthMs }] of slots.entries()) {
    await hear(endMs - 1);
    // Who is not heard of any more brings nothing any more.
    const awake = outboxes.filter((outbox) => nowMs - endMs >= silentMs(outbox));
    await takeIn(store, awake, { scans, endMs, lengthMs, beganMs, firstCard: card });
    card += scans;
    if (slots.length - index > 2 * (past.unsentHours ?? 0)) await sendAll(store, past, endMs);
  }
  await hear(nowMs);
}

function silentMs({ kiosk }: Outbox): number {
  return kiosk.silentMs ?? 0;
}

function outboxOf(kiosk: PastKiosk, index: number): Outbox {
  return {
    kiosk,
    device: {
      deviceId: anId(0xd_0000 + index),
      storeId: kiosk.storeId,
      kioskId: kiosk.kioskId,
      timeZone: "Europe/Madrid",
    },
    epoch: anId(0xe_0000 + index),
    segment: `0000f${index.toString(16).padStart(3, "0")}.0`,
    seq: 0,
  };
}

interface Slot {
  readonly scans: number;
  readonly endMs: number;
  readonly lengthMs: number;
  /** When the pages of the kiosks were loaded. */
  readonly beganMs: number;
  readonly firstCard: number;
}

/** Scans that come evenly, each kiosk in its turn, and reach the proxy together at the end. */
async function takeIn(store: Store, outboxes: readonly Outbox[], slot: Slot): Promise<void> {
  const { scans, endMs, lengthMs, beganMs, firstCard } = slot;
  const byOutbox = Map.groupBy(
    Array.from({ length: scans }, (_, index) => index),
    (index) => index % outboxes.length,
  );
  for (const [number, indices] of byOutbox) {
    const outbox = outboxes[number]!;
    const { device, epoch, segment } = outbox;
    const updates = indices.map((index) => {
      const atMs = Math.round(endMs - lengthMs + ((index + 1) * lengthMs) / (scans + 1));
      outbox.seq += 1;
      const { header, update } = anUpdate({
        card: String(firstCard + index),
        device,
        epoch,
        seq: outbox.seq,
        segment,
        wallMs: atMs,
        monoMs: atMs - beganMs,
        attributes: { lastStore: device.storeId },
      });
      return { header, update: { ...update, configVersion: "example-1" } };
    });
    const clock = { segment, wallMs: endMs, monoMs: endMs - beganMs };
    const taken = await store.ingest(aBatch(updates, { device, clock, receiptMs: endMs }));
    if (taken.type !== "stored") throw new Error(`Nothing was taken in: ${taken.type}.`);
  }
}

/** Everybody who waits is called for, and Target answers as it is to. */
async function sendAll(store: Store, past: PastDays, atMs: number): Promise<void> {
  const { refused = 0, unknown = 0 } = past;
  const ask: ClaimAsk = {
    nowMs: atMs,
    ledgerMs: atMs,
    maxCallMs: 1,
    allowed: 1_000_000_000,
    leaseMs: MINUTE,
    limit: 1_000,
    freshFromMs: 0,
  };
  const { claims } = await store.claim(ask);
  await Promise.all(
    claims.map((claim, index) => {
      if (index < refused) return store.settle(claim, refusal(atMs));
      if (index < refused + unknown) return store.settle(claim, absence(ask));
      return store.settle(claim, delivery(claim, atMs));
    }),
  );
  if (unknown === 0) return;
  const looks = await store.claimLooks({ ...ask, kind: "search" });
  await Promise.all(looks.map((look) => store.settleLook(look, { type: "unknown", atMs })));
}

/** Every third half hour for another reason than Target's own. */
function refusal(atMs: number): Settlement {
  const isTooLong = Math.floor(atMs / (HOUR / 2)) % 3 === 0;
  return isTooLong
    ? { type: "refused", reason: "a value is too long", class: "value-too-long", atMs }
    : { type: "refused", reason: "Request could not be processed", class: "refused", atMs };
}

function absence({ nowMs, ledgerMs, maxCallMs }: ClaimAsk): Settlement {
  return { type: "absent", atMs: nowMs, dueMs: nowMs, ledgerMs, maxCallMs };
}

function delivery({ version }: Claim, atMs: number): Settlement {
  return { type: "delivered", version, atMs, nextDueAtMs: atMs, isConfirmed: true };
}

/** The last word of a kiosk. */
async function beat(store: Store, outbox: Outbox, nowMs: number, beganMs: number): Promise<void> {
  const { kiosk, device, epoch, segment, seq } = outbox;
  const { owes = 0, lost = 0, storagePersisted = true } = kiosk;
  const atMs = nowMs - silentMs(outbox);
  const lastSeq = seq + lost + owes;
  const witness = aWitness({
    epoch,
    lastSeq,
    owed: owes === 0 ? [] : [[lastSeq - owes + 1, lastSeq]],
  });
  await store.heartbeat(
    aHeartbeat({
      device,
      clock: { segment, wallMs: atMs, monoMs: atMs - beganMs },
      appVersion: "index-Cx8aB2f1.js",
      storagePersisted,
      witnesses: [witness],
      ...(kiosk.health === undefined ? {} : { health: kiosk.health }),
    }),
    atMs,
  );
}
