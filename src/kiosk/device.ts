import { PlaceId } from "../contract/primitives.ts";
import { Device } from "../contract/update.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { DEVICE_KEY, type KeptStore } from "../outbox/kept-store.ts";

/** Where the record is mirrored, so that a wiped database does not make a kiosk a stranger. */
const MIRROR_KEY = "tarjeta-device";

/** The address says where the kiosk stands, in words no record may hold. */
export interface BadPlace {
  readonly type: "bad-place";
  readonly parameter: "store" | "kiosk";
  readonly value: string;
}

export interface DeviceDeps {
  readonly kept: KeptStore;
  readonly storage: Pick<Storage, "getItem" | "setItem">;
  /** What the page was opened with: `store` and `kiosk`, when somebody says them. */
  readonly address: URLSearchParams;
  readonly timeZone: string;
  readonly newId: () => string;
}

/**
 * Who this kiosk is: what the address says, else what was remembered, else the defaults. Remembered
 * in the outbox's database, where the worker reads it, and mirrored outside. A database that cannot
 * be opened does not keep a kiosk from knowing itself.
 */
export async function loadDevice(deps: DeviceDeps): Promise<Result<Device, BadPlace>> {
  const { kept, storage, address, timeZone, newId } = deps;
  for (const parameter of ["store", "kiosk"] as const) {
    const value = address.get(parameter);
    if (value !== null && !PlaceId.safeParse(value).success) {
      return err({ type: "bad-place", parameter, value });
    }
  }
  const known =
    deviceFrom(await kept.get(DEVICE_KEY).catch(() => undefined)) ?? deviceFrom(mirrored(storage));
  const device: Device = {
    deviceId: known?.deviceId ?? newId(),
    storeId: address.get("store") ?? known?.storeId ?? "store-1",
    kioskId: address.get("kiosk") ?? known?.kioskId ?? "kiosk-1",
    timeZone,
  };
  // Not awaited: a database that hangs must not keep the screen dark.
  void remember(device, kept, storage);
  return ok(device);
}

async function remember(
  device: Device,
  kept: KeptStore,
  storage: DeviceDeps["storage"],
): Promise<void> {
  try {
    storage.setItem(MIRROR_KEY, JSON.stringify(device));
  } catch {
    // A full storage: the database has the record.
  }
  try {
    await kept.put(DEVICE_KEY, device);
  } catch {
    // The database does not work: the outbox says so on screen, and the mirror has the record.
  }
}

function mirrored(storage: DeviceDeps["storage"]): unknown {
  try {
    return JSON.parse(storage.getItem(MIRROR_KEY) ?? "null");
  } catch {
    // Damaged text remembers nothing.
    return undefined;
  }
}

function deviceFrom(value: unknown): Device | undefined {
  const parsed = Device.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
