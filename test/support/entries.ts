import type { Entry } from "../../src/contract/entry.ts";
import type { Device } from "../../src/contract/update.ts";
import type { EntryDraft } from "../../src/outbox/outbox.ts";

export const EPOCH = "0e0e0e0e-0000-4000-8000-000000000001";
export const SEGMENT = "5e5e5e5e-0000-4000-8000-000000000001.0";

/** A valid update to keep; its body tells it apart. */
export function aDraft(body = "an update", part: Partial<EntryDraft> = {}): EntryDraft {
  return {
    segment: SEGMENT,
    wallMs: 1_000,
    monoMs: 1_000,
    heldUntil: 0,
    seal: () => ({ kid: "k1", enc: "", body }),
    ...part,
  };
}

/** The entry with this number; its id ends in the number. */
export function anEntry(seq: number, part: Partial<Entry["header"]> = {}): Entry {
  return {
    header: {
      v: 1,
      id: idOf(seq),
      epoch: EPOCH,
      seq,
      segment: SEGMENT,
      wallMs: 1_000 + seq,
      monoMs: 1_000 + seq,
      heldUntil: 0,
      kid: "k1",
      enc: "",
      ...part,
    },
    body: `body ${seq}`,
  };
}

export function idOf(seq: number): string {
  return `1d1d1d1d-0000-4000-8000-${String(seq).padStart(12, "0")}`;
}

export function aDevice(part: Partial<Device> = {}): Device {
  return {
    deviceId: "de0de0de-0000-4000-8000-000000000001",
    storeId: "s1",
    kioskId: "k1",
    timeZone: "Europe/Madrid",
    ...part,
  };
}
