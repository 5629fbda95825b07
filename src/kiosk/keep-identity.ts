import { Device } from "../contract/update.ts";
import { IDENTITY_KEY, type Identity } from "../outbox/identity.ts";
import type { KeptStore } from "../outbox/kept-store.ts";

/** Where its device is mirrored, so that a kiosk whose database does not open still knows itself. */
const MIRROR_KEY = "tarjeta-device";

/** Keeps who this kiosk is from now on. Rejects when that would not survive a power cut. */
export async function keepIdentity(
  identity: Identity,
  kept: KeptStore,
  storage: Pick<Storage, "setItem">,
): Promise<void> {
  await kept.put(IDENTITY_KEY, identity);
  try {
    storage.setItem(MIRROR_KEY, JSON.stringify(identity.device));
  } catch {
    // A full storage: the database has the record.
  }
}

/** Makes this kiosk nobody's; what lies in its outbox stays. */
export async function forgetIdentity(
  kept: KeptStore,
  storage: Pick<Storage, "removeItem">,
): Promise<void> {
  await kept.put(IDENTITY_KEY, undefined);
  storage.removeItem(MIRROR_KEY);
}

/** Who the kiosk was when its identity was last kept; needs no database. */
export function mirroredDevice(storage: Pick<Storage, "getItem">): Device | undefined {
  try {
    const parsed = Device.safeParse(JSON.parse(storage.getItem(MIRROR_KEY) ?? "null"));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Damaged text remembers nothing.
    return undefined;
  }
}
