import { visitorKey, type VisitorId } from "../domain/visitor-id.ts";
import type { Backlog, DueRow } from "./bulk/backlog.ts";
import { writeLayer, type BatchLayer } from "./bulk/batch-layer.ts";

/** How long Target takes to apply what it acknowledged, drawn evenly between the two. */
export interface Propagation {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface StoredAttribute {
  readonly value: string;
  readonly modifiedAtMs: number;
}

export interface StoredProfile {
  readonly modifiedAtMs: number;
  readonly attributes: ReadonlyMap<string, StoredAttribute>;
}

type AttributeRecord = Readonly<Record<string, string>>;

/** Target's profiles. Ids, names and values are case-sensitive. */
export interface Profiles {
  readonly isKnown: (visitor: VisitorId) => boolean;
  /** The profile as it has become by `nowMs`. */
  readonly read: (visitor: VisitorId, nowMs: number) => StoredProfile | undefined;
  /** What a visit to the site does: creates the profile if need be, and takes effect at once. */
  readonly write: (visitor: VisitorId, attributes: AttributeRecord, modifiedAtMs: number) => void;
  /** What an acknowledged update does, at `effectMs`. Nothing for an unknown visitor. */
  readonly updateLater: (visitor: VisitorId, attributes: AttributeRecord, effectMs: number) => void;
}

interface Profile {
  modifiedAtMs: number;
  readonly attributes: Map<string, StoredAttribute>;
  pending: PendingUpdate[];
  /** What v2 batches set since the last visit, and that visit. */
  layer?: BatchLayer;
  lastVisitMs?: number;
}

/** A single update that was acknowledged, and is not a row of a batch. */
interface PendingUpdate {
  readonly batch?: undefined;
  readonly attributes: AttributeRecord;
  readonly effectMs: number;
}

export interface ProfilesDeps {
  readonly nowMs: () => number;
  /** Rows of batches, taken up when somebody looks at their visitor. */
  readonly backlog: Pick<Backlog, "take" | "creates">;
}

export function createProfiles({ nowMs, backlog }: ProfilesDeps): Profiles {
  const profileByVisitor = new Map<string, Profile>();

  /** The profile after all that is due, in the order of its effect: two quick calls may well change places. */
  const settled = (visitor: VisitorId, atMs: number): Profile | undefined => {
    let profile = profileByVisitor.get(visitorKey(visitor));
    const updates = takePending(profile, atMs);
    const rows = backlog.take(visitor, atMs);
    for (const due of [...updates, ...rows].toSorted((a, b) => a.effectMs - b.effectMs)) {
      if (due.batch !== undefined && due.doesCreate) profile ??= create(visitor, due.effectMs);
      if (profile === undefined) continue;
      if (due.batch !== undefined && due.doesOverride) override(profile, due);
      else apply(profile, due.attributes, due.effectMs);
    }
    return profile;
  };

  const create = (visitor: VisitorId, modifiedAtMs: number): Profile => {
    const profile: Profile = { modifiedAtMs, attributes: new Map(), pending: [] };
    profileByVisitor.set(visitorKey(visitor), profile);
    return profile;
  };

  return {
    isKnown: (visitor) =>
      profileByVisitor.has(visitorKey(visitor)) || backlog.creates(visitor, nowMs()),
    read: settled,
    write: (visitor, attributes, modifiedAtMs) => {
      const profile = settled(visitor, modifiedAtMs) ?? create(visitor, modifiedAtMs);
      profile.lastVisitMs = modifiedAtMs;
      apply(profile, attributes, modifiedAtMs);
    },
    updateLater: (visitor, attributes, effectMs) => {
      settled(visitor, nowMs())?.pending.push({ attributes, effectMs });
    },
  };
}

function takePending(profile: Profile | undefined, atMs: number): readonly PendingUpdate[] {
  if (profile === undefined || profile.pending.length === 0) return [];
  const isDue = (update: PendingUpdate) => update.effectMs <= atMs;
  const due = profile.pending.filter(isDue);
  profile.pending = profile.pending.filter((update) => !isDue(update));
  return due;
}

function override(profile: Profile, row: DueRow): void {
  profile.modifiedAtMs = row.effectMs;
  profile.layer = writeLayer(profile.attributes, profile.layer, profile.lastVisitMs, row);
}

/**
 * Source: for bulk updates, "empty values are ignored" and never clear; for single ones nothing is
 * documented, and this is the less helpful reading.
 */
function apply(profile: Profile, attributes: AttributeRecord, modifiedAtMs: number): void {
  profile.modifiedAtMs = modifiedAtMs;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== "") profile.attributes.set(name, { value, modifiedAtMs });
  }
}
