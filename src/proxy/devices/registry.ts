import { createPublicKey, type KeyObject } from "node:crypto";
import type { PublicKey } from "../../contract/pairing.ts";
import type {
  DeviceStore,
  FollowOutcome,
  KeyedDevice,
  PairOutcome,
} from "../store/device-store.ts";
import type { ShutOuts } from "./shut-outs.ts";

/** A paired kiosk's key, ready to verify with. */
export interface KnownKey extends KeyedDevice {
  readonly verifier: KeyObject;
}

/**
 * Who may send, in memory: an unknown key costs no look into the database, and a revocation holds
 * from the next request on. Whatever changes it goes through here.
 */
export interface DeviceRegistry {
  readonly find: (keyId: string) => KnownKey | undefined;
  /** Every key ever paired, newest pairing first. */
  readonly list: () => readonly KeyedDevice[];
  /** Writes `change` down and knows it. */
  readonly pair: (
    change: () => Promise<PairOutcome>,
  ) => Promise<Extract<PairOutcome, { type: "paired" }> | undefined>;
  readonly follow: (ask: Parameters<DeviceStore["followKey"]>[0]) => Promise<FollowOutcome>;
  /** Whether there was anything to revoke. */
  readonly revoke: (deviceId: string) => Promise<boolean>;
  /** Reads anew what other proxies on the same database may have changed. */
  readonly refresh: () => Promise<void>;
}

/**
 * @param noteShutOut writes down outside the database that a kiosk was shut out; whoever asked for it
 *   is answered after that
 */
export async function openDeviceRegistry(
  store: DeviceStore,
  noteShutOut: ShutOuts["note"],
): Promise<DeviceRegistry> {
  const keys = new Map<string, KeyedDevice>();
  const verifiers = new Map<string, KeyObject>();
  let changes = 0;
  const know = (device: KeyedDevice): void => {
    changes += 1;
    keys.set(device.keyId, device);
  };
  const knowAll = (all: readonly KeyedDevice[]): void => {
    keys.clear();
    for (const each of all.toReversed()) keys.set(each.keyId, each);
  };
  knowAll(await store.keyedDevices());

  const withdraw = (keyIds: readonly string[]): void => {
    for (const keyId of keyIds) {
      const known = keys.get(keyId);
      if (known !== undefined) know({ ...known, state: "revoked" });
    }
  };

  /** Shut out in the database, and not written down outside yet: by kiosk, who took its place. */
  const unnoted = new Map<string, string | undefined>();
  const noteAll = async (): Promise<void> => {
    for (const [deviceId, replacedBy] of unnoted) {
      await noteShutOut({ deviceId, replacedBy });
      unnoted.delete(deviceId);
    }
  };

  return {
    find(keyId) {
      const known = keys.get(keyId);
      if (known?.publicKey === undefined) return undefined;
      const verifier = verifiers.get(keyId) ?? verifierOf(known.publicKey);
      if (verifier === undefined) return undefined;
      verifiers.set(keyId, verifier);
      return { ...known, verifier };
    },
    list: () => [...keys.values()].toReversed(),
    async pair(change) {
      await noteAll(); // Of an answer that could not be given before.
      const outcome = await change();
      if (outcome.type === "refused") return undefined;
      const { replaces, state, device } = outcome.device;
      know(outcome.device);
      withdraw(outcome.revoked);
      if (replaces !== undefined && state === "active") unnoted.set(replaces, device.deviceId);
      await noteAll();
      return outcome;
    },
    async follow(ask) {
      const outcome = await store.followKey(ask);
      if (outcome.type !== "followed") return outcome;
      const next = outcome.device;
      for (const [keyId, each] of keys) {
        const goesOn = each.device.deviceId === ask.deviceId && each.state === "active";
        if (goesOn && keyId !== next.keyId && (each.endsMs ?? Infinity) > ask.endsMs) {
          know({ ...each, endsMs: ask.endsMs });
        }
      }
      know(next);
      return outcome;
    },
    async revoke(deviceId) {
      const held = [...keys.values()].filter(
        (each) => each.device.deviceId === deviceId && each.state !== "revoked",
      );
      if (held.length === 0) return false;
      await noteShutOut({ deviceId });
      withdraw(await store.revokeDevice(deviceId));
      return true;
    },
    async refresh() {
      const before = changes;
      const all = await store.keyedDevices();
      // Otherwise it may have been read before what was changed here meanwhile.
      if (changes === before) knowAll(all);
    },
  };
}

/** Nothing when the two coordinates are no point of the curve. */
export function verifierOf({ x, y }: PublicKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  } catch {
    // How node:crypto says that there is no such key.
    return undefined;
  }
}
