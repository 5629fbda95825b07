import type { Entry, EntryHeader } from "../../../src/contract/entry.ts";
import type { Device, Update } from "../../../src/contract/update.ts";
import type { EntryDraft } from "../../../src/outbox/outbox.ts";

/** An ordinary scan of the example configuration, as bytes: what both queues keep and send. */

export const DEVICE: Device = {
  deviceId: "6a1c29b0-52a4-4b87-9d0e-8b1f3a5c7d21",
  storeId: "store-1",
  kioskId: "kiosk-1",
  timeZone: "Europe/Madrid",
};

export const SEGMENT = "5f0c1d2e.0";

export function sampleUpdate(): Update {
  return {
    device: DEVICE,
    visitor: { kind: "member", value: "2912345678906" },
    occasion: "scan",
    ground: { type: "terms", version: "casa-olmo-terms-1" },
    configVersion: "example-1",
    attributes: [
      { name: "lastStore", value: { type: "text", text: "store-1" } },
      { name: "lastKiosk", value: { type: "text", text: "kiosk-1" } },
      { name: "lastScanAt", value: { type: "instant" } },
      { name: "lastScanDay", value: { type: "day", timeZone: "Europe/Madrid" } },
    ],
  };
}

export function sampleDraft(): EntryDraft {
  return {
    segment: SEGMENT,
    wallMs: Date.now(),
    monoMs: performance.now(),
    heldUntil: 0,
    seal: () => ({ kid: "bench", enc: "", body: JSON.stringify(sampleUpdate()) }),
  };
}

export function sampleEntry(epoch: string, seq: number, update = sampleUpdate()): Entry {
  const header: EntryHeader = {
    v: 1,
    id: crypto.randomUUID(),
    epoch,
    seq,
    segment: SEGMENT,
    wallMs: Date.now(),
    monoMs: performance.now(),
    heldUntil: 0,
    kid: "bench",
    enc: "",
  };
  return { header, body: JSON.stringify(update) };
}
