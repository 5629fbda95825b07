import { applyRow } from "./bulk/apply-row.ts";
import type { DueRow } from "./bulk/backlog.ts";
import type { BatchBacklog } from "./bulk/batches.ts";
import {
  applyUpdate,
  createProfile,
  replaceAttributes,
  type PendingUpdate,
  type Profile,
} from "./profile.ts";
import type { Switches } from "./switches.ts";

const DAY_MS = 86_400_000;

/** Profiles by every id they are found by; brought up to the moment they are looked at. */
export interface ProfileStore {
  /** The profile as it has become by `atMs`; undefined when there is none or it has expired. */
  readonly find: (key: string, atMs: number) => Profile | undefined;
  /** Whether `find` would find one, without taking up what batches have for it. */
  readonly has: (key: string, atMs: number) => boolean;
  readonly hasExpired: (profile: Profile, atMs: number) => boolean;
  readonly create: (key: string, modifiedAtMs: number, activeAtMs: number) => Profile;
  /** From now on `key` finds `profile`, and what it found before is no longer found by it. */
  readonly point: (key: string, profile: Profile) => void;
  /** The visitor is on the site. */
  readonly visited: (profile: Profile, atMs: number) => void;
  /** Applies what is due by `atMs`, in the order of its effect. */
  readonly settle: (profile: Profile, atMs: number) => void;
  readonly remove: (profile: Profile) => void;
  /** Every profile once, in no promised order, expired ones included. */
  readonly all: () => ReadonlySet<Profile>;
  readonly clear: () => void;
}

export function createProfileStore(switches: Switches, backlog: BatchBacklog): ProfileStore {
  const profileByKey = new Map<string, Profile>();
  const profiles = new Set<Profile>();

  const isOver = (activeAtMs: number, atMs: number) =>
    atMs - activeAtMs >= switches.lifetimeDays * DAY_MS;
  const hasExpired = (profile: Profile, atMs: number) => isOver(profile.activeAtMs, atMs);

  const settle = (profile: Profile, atMs: number) => {
    const updates = takePending(profile, atMs);
    const hasRows = backlog.size() > 0;
    const rows = hasRows ? [...profile.keys].flatMap((key) => backlog.take(key, atMs)) : [];
    if (updates.length === 0 && rows.length === 0) return;
    for (const due of [...updates, ...rows].toSorted((a, b) => a.effectMs - b.effectMs)) {
      takeEffect(profile, due);
    }
  };

  const takeEffect = (profile: Profile, due: PendingUpdate | DueRow) => {
    const isRow = "batch" in due;
    if (hasExpired(profile, due.effectMs)) {
      if (!isRow) due.onDropped?.("lifetimeDays: the profile had expired before it took effect");
      if (!isRow || !due.doesCreate) return;
      renew(profile, due);
    }
    if (isRow) applyRow(profile, due, switches.profileOver64K);
    else applyUpdate(profile, due, switches.profileOver64K);
    if (switches.updateExtendsLifetime === "yes") {
      profile.activeAtMs = Math.max(profile.activeAtMs, due.effectMs);
    }
  };

  /** A row that creates profiles finds an expired one: only its own id knows the new one. */
  const renew = (profile: Profile, { key, effectMs }: DueRow) => {
    for (const each of Array.from(profile.keys)) {
      if (each === key) continue;
      profileByKey.delete(each);
      profile.keys.delete(each);
    }
    replaceAttributes(profile, new Map());
    profile.layer = undefined;
    profile.activeAtMs = effectMs;
  };

  /** Who has no profile may have been given one by a row since somebody last looked. */
  const createdByRow = (key: string, atMs: number): Profile | undefined => {
    const rows = backlog.take(key, atMs);
    const first = rows.findIndex(({ doesCreate }) => doesCreate);
    if (first < 0) return undefined;
    const profile = create(key, rows[first]!.effectMs, rows[first]!.effectMs);
    for (const row of rows.slice(first)) takeEffect(profile, row);
    return profile;
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

  const create = (key: string, modifiedAtMs: number, activeAtMs: number): Profile => {
    const profile = createProfile(modifiedAtMs, activeAtMs);
    profiles.add(profile);
    point(key, profile);
    return profile;
  };

  const find = (key: string, atMs: number): Profile | undefined => {
    const known = profileByKey.get(key);
    if (known !== undefined) settle(known, atMs);
    const profile = known ?? createdByRow(key, atMs);
    if (profile === undefined || !hasExpired(profile, atMs)) return profile;
    remove(profile);
    return undefined;
  };

  return {
    find,
    has: (key, atMs) => {
      if (profileByKey.has(key)) return find(key, atMs) !== undefined;
      const createdAtMs = backlog.createdAtMs(key, atMs);
      return createdAtMs !== undefined && !isOver(createdAtMs, atMs);
    },
    hasExpired,
    create,
    point,
    visited: (profile, atMs) => {
      profile.activeAtMs = atMs;
      profile.visitedAfter = backlog.newest();
    },
    settle,
    remove,
    all: () => profiles,
    clear: () => {
      profileByKey.clear();
      profiles.clear();
    },
  };
}

/** Takes out what is due; what is pending lies in the order it takes effect. */
function takePending({ pending }: Profile, atMs: number): readonly PendingUpdate[] {
  if (pending.length === 0 || pending[0]!.effectMs > atMs) return [];
  const firstLater = pending.findIndex(({ effectMs }) => effectMs > atMs);
  return pending.splice(0, firstLater < 0 ? pending.length : firstLater);
}
