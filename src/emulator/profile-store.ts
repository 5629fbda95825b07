import { applyUpdate, createProfile, type Profile } from "./profile.ts";
import type { Switches } from "./switches.ts";

const DAY_MS = 86_400_000;

/** Profiles by every id they are found by; brought up to the moment they are looked at. */
export interface ProfileStore {
  /** The profile as it has become by `atMs`; undefined when there is none or it has expired. */
  readonly find: (key: string, atMs: number) => Profile | undefined;
  readonly hasExpired: (profile: Profile, atMs: number) => boolean;
  readonly create: (key: string, modifiedAtMs: number, activeAtMs: number) => Profile;
  /** From now on `key` finds `profile`, and what it found before is no longer found by it. */
  readonly point: (key: string, profile: Profile) => void;
  /** Applies what is due by `atMs`, in the order of its effect. */
  readonly settle: (profile: Profile, atMs: number) => void;
  readonly remove: (profile: Profile) => void;
  /** Every profile once, in no promised order, expired ones included. */
  readonly all: () => ReadonlySet<Profile>;
  readonly clear: () => void;
}

export function createProfileStore(switches: Switches): ProfileStore {
  const profileByKey = new Map<string, Profile>();
  const profiles = new Set<Profile>();

  const hasExpired = (profile: Profile, atMs: number) =>
    atMs - profile.activeAtMs >= switches.lifetimeDays * DAY_MS;

  const settle = (profile: Profile, atMs: number) => {
    const { pending } = profile;
    if (pending.length === 0 || pending[0]!.effectMs > atMs) return;
    const firstLater = pending.findIndex(({ effectMs }) => effectMs > atMs);
    for (const update of pending.splice(0, firstLater < 0 ? pending.length : firstLater)) {
      if (hasExpired(profile, update.effectMs)) {
        update.onDropped?.("lifetimeDays: the profile had expired before it took effect");
        continue;
      }
      applyUpdate(profile, update, switches.profileOver64K);
      if (switches.updateExtendsLifetime === "yes") {
        profile.activeAtMs = Math.max(profile.activeAtMs, update.effectMs);
      }
    }
  };

  const remove = (profile: Profile) => {
    for (const key of profile.keys) profileByKey.delete(key);
    profiles.delete(profile);
  };

  const point = (key: string, profile: Profile) => {
    const before = profileByKey.get(key);
    if (before === profile) return;
    before?.keys.delete(key);
    if (before?.keys.size === 0) profiles.delete(before);
    profileByKey.set(key, profile);
    profile.keys.add(key);
  };

  return {
    find: (key, atMs) => {
      const profile = profileByKey.get(key);
      if (profile === undefined) return undefined;
      settle(profile, atMs);
      if (!hasExpired(profile, atMs)) return profile;
      remove(profile);
      return undefined;
    },
    hasExpired,
    create: (key, modifiedAtMs, activeAtMs) => {
      const profile = createProfile(modifiedAtMs, activeAtMs);
      profiles.add(profile);
      point(key, profile);
      return profile;
    },
    point,
    settle,
    remove,
    all: () => profiles,
    clear: () => {
      profileByKey.clear();
      profiles.clear();
    },
  };
}
