import type { VisitorId } from "../domain/visitor-id.ts";
import {
  addPending,
  bytesAfter,
  MAX_PROFILE_BYTES,
  writeAttributes,
  type AttributeRecord,
  type Profile,
  type StoredAttribute,
  type StoredProfile,
} from "./profile.ts";
import type { BatchBacklog } from "./bulk/batches.ts";
import { createProfileStore } from "./profile-store.ts";
import { createSessions, type SiteVisit } from "./sessions.ts";
import type { Switches } from "./switches.ts";
import { ecidKey, keyOf, type TargetId } from "./target-id.ts";

export type { StoredAttribute, StoredProfile };

/** Target's profiles. Ids, names and values are case-sensitive. */
export interface Profiles {
  readonly isKnown: (visitor: VisitorId, atMs?: number) => boolean;
  /** The profile as it has become by `nowMs`. */
  readonly read: (visitor: TargetId, nowMs: number) => StoredProfile | undefined;
  /**
   * A visit to the site that is over already, or a seed: creates the profile if need be, takes effect
   * at once and is activity now, whenever it says that it was.
   */
  readonly write: (visitor: VisitorId, attributes: AttributeRecord, modifiedAtMs: number) => void;
  /** What an acknowledged update does, at `effectMs`. Nothing for an unknown visitor. */
  readonly updateLater: (
    visitor: VisitorId,
    attributes: AttributeRecord,
    effectMs: number,
    options?: UpdateOptions,
  ) => void;
  /** Whether the profile would pass 64 KB if the update took effect now. */
  readonly wouldPass64K: (visitor: VisitorId, attributes: AttributeRecord) => boolean;
  /** One page view of a session that goes on for 30 minutes. */
  readonly visit: (visit: SiteVisit) => void;
  /** From now on the profile of `visitor` is found by this Experience Cloud ID too. */
  readonly giveEcid: (visitor: VisitorId, ecid: string) => void;
  readonly forget: (visitor: VisitorId) => void;
  /** The last modified first. */
  readonly list: (limit: number) => readonly ListedProfile[];
  readonly count: () => number;
  readonly clear: () => void;
}

export interface UpdateOptions {
  /** Ignored unless told otherwise, as bulk has it. */
  readonly emptyValue?: Switches["emptyValue"];
  readonly isInOrder?: boolean;
  readonly onDropped?: (why: string) => void;
}

export interface ListedProfile extends StoredProfile {
  /** Kind and value, such as `member:2912345678906`. */
  readonly ids: readonly string[];
  readonly activeAtMs: number;
  readonly bytes: number;
  /** Updates acknowledged and not yet in effect. */
  readonly pending: number;
}

/** Ours: rows of batches that a list of profiles looks at. */
const MAX_TAKEN_UP = 10_000;

export function createProfiles(options: {
  readonly nowMs: () => number;
  readonly switches: Switches;
  readonly random: () => number;
  /** Rows of batches, taken up when somebody looks at their visitor. */
  readonly backlog: BatchBacklog;
}): Profiles {
  const { nowMs, switches, backlog } = options;
  const store = createProfileStore(switches, backlog);
  const sessions = createSessions(store, switches, options.random);
  const find = (key: string, atMs: number) => {
    sessions.advance(atMs);
    return store.find(key, atMs);
  };

  /** So that what a small batch created is listed; of a large one, whom somebody has looked at. */
  const takeUpFew = () => {
    if (backlog.size() > MAX_TAKEN_UP) return;
    for (const key of backlog.keys()) find(key, nowMs());
  };

  return {
    isKnown: (visitor, atMs = nowMs()) => {
      sessions.advance(atMs);
      return store.has(keyOf(visitor), atMs);
    },
    read: (visitor, atMs) => find(keyOf(visitor), atMs),
    write: (visitor, attributes, modifiedAtMs) => {
      const key = keyOf(visitor);
      sessions.advance(nowMs());
      const found = store.find(key, Math.min(modifiedAtMs, nowMs()));
      const profile =
        found !== undefined && !store.hasExpired(found, nowMs())
          ? found
          : store.create(key, modifiedAtMs, nowMs());
      store.settle(profile, modifiedAtMs);
      store.visited(profile, nowMs());
      writeAttributes(profile, attributes, modifiedAtMs);
    },
    updateLater: (visitor, attributes, effectMs, { emptyValue, isInOrder, onDropped } = {}) => {
      const profile = find(keyOf(visitor), nowMs());
      if (profile === undefined) return;
      const lastMs = profile.pending.at(-1)?.effectMs ?? Number.NEGATIVE_INFINITY;
      addPending(profile, {
        attributes,
        effectMs: isInOrder === true ? Math.max(effectMs, lastMs) : effectMs,
        emptyValue: emptyValue ?? "ignored",
        onDropped,
      });
    },
    wouldPass64K: (visitor, attributes) => {
      const profile = find(keyOf(visitor), nowMs());
      if (profile === undefined) return false;
      return bytesAfter(profile, attributes, switches.emptyValue) > MAX_PROFILE_BYTES;
    },
    visit: (visit) => {
      sessions.advance(nowMs());
      sessions.visit(visit, nowMs());
    },
    giveEcid: (visitor, ecid) => {
      const profile = find(keyOf(visitor), nowMs());
      if (profile !== undefined) store.point(ecidKey(ecid), profile);
    },
    forget: (visitor) => {
      const profile = find(keyOf(visitor), nowMs());
      if (profile !== undefined) store.remove(profile);
    },
    list: (limit) => {
      const atMs = nowMs();
      sessions.advance(atMs);
      takeUpFew();
      // One pass, cut short as it grows: half a million profiles are looked at every two seconds.
      let newest: Profile[] = [];
      for (const profile of store.all()) {
        store.settle(profile, atMs);
        if (!store.hasExpired(profile, atMs)) newest.push(profile);
        if (newest.length > limit * 8) newest = lastModified(newest, limit);
      }
      return lastModified(newest, limit).map((profile) => ({
        ...profile,
        ids: [...profile.keys],
        pending: profile.pending.length,
      }));
    },
    count: () => {
      takeUpFew();
      return store.all().size;
    },
    clear: () => {
      store.clear();
      sessions.clear();
    },
  };
}

function lastModified(profiles: readonly Profile[], limit: number): Profile[] {
  return profiles.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs).slice(0, limit);
}
