import { visitorKey, type VisitorId } from "../domain/visitor-id.ts";

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
  pending: { readonly attributes: AttributeRecord; readonly effectMs: number }[];
}

export function createProfiles(): Profiles {
  const profileByVisitor = new Map<string, Profile>();

  /** Applies what is due, in the order of its effect: two quick calls may well change places. */
  const settle = (profile: Profile, nowMs: number) => {
    const isDue = (update: { readonly effectMs: number }) => update.effectMs <= nowMs;
    const due = profile.pending.filter(isDue).toSorted((a, b) => a.effectMs - b.effectMs);
    if (due.length === 0) return;
    profile.pending = profile.pending.filter((update) => !isDue(update));
    for (const update of due) apply(profile, update.attributes, update.effectMs);
  };

  return {
    isKnown: (visitor) => profileByVisitor.has(visitorKey(visitor)),
    read: (visitor, nowMs) => {
      const profile = profileByVisitor.get(visitorKey(visitor));
      if (profile !== undefined) settle(profile, nowMs);
      return profile;
    },
    write: (visitor, attributes, modifiedAtMs) => {
      const key = visitorKey(visitor);
      const profile = profileByVisitor.get(key) ?? {
        modifiedAtMs,
        attributes: new Map(),
        pending: [],
      };
      profileByVisitor.set(key, profile);
      settle(profile, modifiedAtMs);
      apply(profile, attributes, modifiedAtMs);
    },
    updateLater: (visitor, attributes, effectMs) => {
      profileByVisitor.get(visitorKey(visitor))?.pending.push({ attributes, effectMs });
    },
  };
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
