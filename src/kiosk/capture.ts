import type { EntryHeader } from "../contract/entry.ts";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Device, Update } from "../contract/update.ts";
import type { Withdrawal } from "../contract/withdrawal.ts";
import type { Attribute } from "../domain/attribute.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { heldUntilOf } from "../outbox/held.ts";
import { OutboxFullError, type Outbox } from "../outbox/outbox.ts";
import type { Seal } from "./sealer.ts";
import type { StorageTrouble } from "./visit.ts";

/** What a scan says about its visitor: the configured scan and static attributes. */
export function scanUpdate(visitor: VisitorId, device: Device, config: KioskConfig): Update {
  const attributes = [
    ...config.scanAttributes.map(({ name, from }) => scanAttribute(name, from, device)),
    ...config.staticAttributes.map(({ name, text }) => textAttribute(name, text)),
  ];
  return { ...updateBase(visitor, device, config), occasion: "scan", attributes };
}

/**
 * Seals an update and keeps it. Resolves only when it would survive a power cut (rule OB1); throws what the
 * outbox and the sealer throw. `taken` are the clocks at the scan or tap, not at the storing.
 *
 * @param heldUntilMs monotonic time until which it may be taken back (rule PV5)
 */
export function capture(
  outbox: Pick<Outbox, "add">,
  seal: Seal,
  update: Update | Withdrawal,
  taken: ClockReading,
  heldUntilMs?: number,
): Promise<EntryHeader> {
  return outbox.add({
    ...taken,
    heldUntil: heldUntilMs === undefined ? 0 : heldUntilOf(taken, heldUntilMs),
    seal: (header) => seal(header, JSON.stringify(update)),
  });
}

/** What all updates of a visit say alike; the terms cover them unless something else does (rule PV4). */
export function updateBase(
  visitor: VisitorId,
  device: Device,
  config: KioskConfig,
): Pick<Update, "device" | "visitor" | "ground" | "configVersion"> {
  return {
    device,
    visitor: { kind: visitor.kind, value: visitor.value },
    ground: { type: "terms", version: config.terms.version },
    configVersion: config.version,
  };
}

/** Why nothing was kept, as the screen says it. */
export function troubleOf(error: unknown): StorageTrouble {
  return error instanceof OutboxFullError ? "full" : "unavailable";
}

function scanAttribute(
  name: string,
  from: KioskConfig["scanAttributes"][number]["from"],
  device: Device,
): Attribute {
  switch (from) {
    case "store":
      return textAttribute(name, device.storeId);
    case "kiosk":
      return textAttribute(name, device.kioskId);
    case "instant":
      return { name, value: { type: "instant" } };
    case "day":
      return { name, value: { type: "day", timeZone: device.timeZone } };
  }
}

export function textAttribute(name: string, text: string): Attribute {
  return { name, value: { type: "text", text } };
}
