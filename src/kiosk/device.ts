import { PlaceId } from "../contract/primitives.ts";
import type { Device } from "../contract/update.ts";
import { readIdentity, type Identity } from "../outbox/identity.ts";
import type { KeptStore } from "../outbox/kept-store.ts";

/** The address says where the kiosk stands, in words no record may hold. */
export interface BadPlace {
  readonly type: "bad-place";
  readonly parameter: "store" | "kiosk";
  readonly value: string;
}

export function badPlaceIn(address: URLSearchParams): BadPlace | undefined {
  for (const parameter of ["store", "kiosk"] as const) {
    const value = address.get(parameter);
    if (value !== null && !PlaceId.safeParse(value).success) {
      return { type: "bad-place", parameter, value };
    }
  }
  return undefined;
}

/** Who a paired kiosk is; without the key where the database does not open. */
export interface Known {
  readonly device: Device;
  readonly identity: Identity | undefined;
}

/** Why a kiosk has to be paired before it may work; or that somebody wants it unpaired. */
export type Unpaired = "new" | "revoked" | "unknown-device" | "leaving";

export interface StartDeps {
  readonly kept: KeptStore;
  readonly storage: Pick<Storage, "getItem">;
  /** What the page was opened with: a code to pair with, or the wish to be unpaired. */
  readonly address: URLSearchParams;
}

/**
 * Who this kiosk is. Where the database does not open, the mirror tells: the outbox says so on screen
 * by itself, and the key is asked for again at every send.
 *
 * A key that was revoked ends the work; one that the proxy does not know may have been lost on that
 * side, so the kiosk goes on taking cards until somebody opens a link to pair it anew.
 */
export async function startFrom({ kept, storage, address }: StartDeps): Promise<Known | Unpaired> {
  let identity: Identity | undefined;
  try {
    identity = await readIdentity(kept);
  } catch {
    const { mirroredDevice } = await import("./keep-identity.ts");
    const device = mirroredDevice(storage);
    return device === undefined ? "new" : { device, identity: undefined };
  }
  if (identity === undefined) return "new";
  const { device, refused } = identity;
  if (address.has("unpair")) return "leaving";
  if (refused === "revoked" || (refused !== undefined && address.has("pair"))) return refused;
  return { device, identity };
}

/** The name its record was given; a kiosk that nobody named is called by its store. */
export function placeOf({ storeId, kioskId }: Device, name = kioskId): string {
  return name === kioskId ? storeId : name;
}
