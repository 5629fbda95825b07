import { randomUUID } from "node:crypto";
import type { EntryHeader } from "../../src/contract/entry.ts";
import type { HeartbeatRequest } from "../../src/contract/heartbeat.ts";
import type { KioskHealth } from "../../src/contract/kiosk-health.ts";
import type { KioskTroubles } from "../../src/contract/kiosk-troubles.ts";
import type { Device, Update } from "../../src/contract/update.ts";
import type { IngestBatch } from "../../src/proxy/store/store.ts";

// Valid by default; a test names only what it is about.

/** 2026-11-23T08:00:00Z: where the proxy's clock stands in these tests. */
export const NOW = 1_795_420_800_000;
export const MINUTE = 60_000;
export const DAY = 86_400_000;

/** A page load that began at `NOW - 1 hour`, by a clock that is right. */
export const LOAD = "0000f00d";
export const LOADED_AT = NOW - 3_600_000;

export const EPOCH = anId(0xe);

/** The `number`th id; ids sort as their numbers do. */
export function anId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

export function aDevice(number = 1): Device {
  return {
    deviceId: anId(0xd_0000 + number),
    storeId: `S-${number}`,
    kioskId: `K-${number}`,
    timeZone: "Europe/Madrid",
  };
}

export interface UpdateSketch {
  readonly id?: string;
  readonly epoch?: string;
  readonly seq?: number;
  readonly segment?: string;
  /** When it was captured, in true time; both clocks of the kiosk are right. */
  readonly atMs?: number;
  readonly wallMs?: number;
  readonly monoMs?: number;
  readonly card?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly device?: Device;
}

export type BatchUpdate = IngestBatch["updates"][number];

export function aHeader(sketch: UpdateSketch = {}): EntryHeader {
  const atMs = sketch.atMs ?? NOW - 1_000;
  const seq = sketch.seq ?? 1;
  return {
    v: 1,
    id: sketch.id ?? randomUUID(),
    epoch: sketch.epoch ?? EPOCH,
    seq,
    segment: sketch.segment ?? `${LOAD}.0`,
    wallMs: sketch.wallMs ?? atMs,
    monoMs: sketch.monoMs ?? atMs - LOADED_AT,
    heldUntil: 0,
    kid: "plain",
    enc: "",
  };
}

export function anUpdateBody(sketch: UpdateSketch = {}): Update {
  const attributes = sketch.attributes ?? { lastStore: "S-1" };
  return {
    device: sketch.device ?? aDevice(),
    visitor: { kind: "member", value: sketch.card ?? "2912345678906" },
    occasion: "scan",
    ground: { type: "terms", version: "2026-01" },
    configVersion: "1",
    attributes: Object.entries(attributes).map(([name, text]) => ({
      name,
      value: { type: "text", text },
    })),
  };
}

export function anUpdate(sketch: UpdateSketch = {}): BatchUpdate {
  return { header: aHeader(sketch), update: anUpdateBody(sketch) };
}

/** A batch as its kiosk sends it at `receiptMs`, by clocks that are right. */
export function aBatch(
  updates: readonly BatchUpdate[],
  sketch: Partial<IngestBatch> = {},
): IngestBatch {
  const receiptMs = sketch.receiptMs ?? NOW;
  return {
    nonce: randomUUID(),
    digest: "d".repeat(64),
    device: aDevice(),
    clock: { segment: `${LOAD}.0`, wallMs: receiptMs, monoMs: receiptMs - LOADED_AT },
    receiptMs,
    updates,
    verdicts: [],
    unreadable: [],
    unknownKeys: [],
    ...sketch,
  };
}

export function aHeartbeat(
  sketch: Partial<HeartbeatRequest> & { readonly atMs?: number } = {},
): HeartbeatRequest {
  const { atMs = NOW, ...rest } = sketch;
  return {
    v: 1,
    nonce: randomUUID(),
    device: aDevice(),
    clock: { segment: `${LOAD}.0`, wallMs: atMs, monoMs: Math.max(0, atMs - LOADED_AT) },
    appVersion: "1",
    witnesses: [aWitness()],
    incidents: [],
    storagePersisted: true,
    refusedScans: {},
    ...rest,
  };
}

/** Of a kiosk that fares well. */
export function aHealth(sketch: Partial<KioskHealth> = {}): KioskHealth {
  return {
    configVersion: "example-1",
    lastScanMs: 60_000,
    scannerSilent: false,
    uptimeMs: 3_600_000,
    errors: 0,
    boots: 1,
    quiet: false,
    wakeLock: "held",
    ...sketch,
  };
}

/** All of them. */
export function someTroubles(sketch: Partial<KioskTroubles> = {}): KioskTroubles {
  return {
    v: 1,
    outOfService: { why: "closed", forMs: 7_200_000 },
    nearlyFull: true,
    configRefused: "questions.0.title",
    starts: 12,
    loopedMs: 3_600_000,
    wrongPins: 6,
    ...sketch,
  };
}

export function aWitness(
  sketch: Partial<HeartbeatRequest["witnesses"][number]> = {},
): HeartbeatRequest["witnesses"][number] {
  return {
    epoch: EPOCH,
    firstSeq: 1,
    lastSeq: 0,
    owed: [],
    void: [],
    aside: [],
    kept: [],
    ...sketch,
  };
}
