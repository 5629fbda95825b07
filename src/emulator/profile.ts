import type { BatchLayer } from "./bulk/batch-layer.ts";
import type { Switches } from "./switches.ts";

export interface StoredAttribute {
  readonly value: string;
  readonly modifiedAtMs: number;
}

export interface StoredProfile {
  readonly modifiedAtMs: number;
  readonly attributes: ReadonlyMap<string, StoredAttribute>;
}

export type AttributeRecord = Readonly<Record<string, string>>;

/** An acknowledged update that has yet to take effect. */
export interface PendingUpdate {
  readonly attributes: AttributeRecord;
  readonly effectMs: number;
  readonly emptyValue: Switches["emptyValue"];
  /** Told when in the end nothing of it was kept, and why. */
  readonly onDropped: ((why: string) => void) | undefined;
}

/** One visitor in the profile store. */
export interface Profile extends StoredProfile {
  modifiedAtMs: number;
  /** Last activity; the profile expires when there was none for its lifetime. */
  activeAtMs: number;
  attributes: Map<string, StoredAttribute>;
  /** Names and values in UTF-8. */
  bytes: number;
  /** In the order they take effect. */
  readonly pending: PendingUpdate[];
  /** What the newest v2 batch set. */
  layer: BatchLayer | undefined;
  /** The newest batch at the last visit to the site. */
  visitedAfter: number;
  /** The ids it is found by. */
  readonly keys: Set<string>;
}

/** Source: external profile data of a visitor "must not exceed 64 KB". */
export const MAX_PROFILE_BYTES = 65_536;

export function createProfile(modifiedAtMs: number, activeAtMs: number): Profile {
  return {
    modifiedAtMs,
    activeAtMs,
    attributes: new Map(),
    bytes: 0,
    pending: [],
    layer: undefined,
    visitedAfter: 0,
    keys: new Set(),
  };
}

/** After those that take effect at the same moment or before. */
export function addPending({ pending }: Profile, update: PendingUpdate): void {
  let low = 0;
  let high = pending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pending[middle]!.effectMs <= update.effectMs) low = middle + 1;
    else high = middle;
  }
  pending.splice(low, 0, update);
}

/** Attributes with the times they were set at, which may be long ago. */
export function put(profile: Profile, attributes: ReadonlyMap<string, StoredAttribute>): void {
  for (const [name, attribute] of attributes) set(profile, name, attribute);
}

/** What the site writes: empty values say nothing. */
export function writeAttributes(profile: Profile, attributes: AttributeRecord, atMs: number): void {
  profile.modifiedAtMs = atMs;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== "") set(profile, name, { value, modifiedAtMs: atMs });
  }
}

/** All attributes are now these, and nothing else. */
export function replaceAttributes(
  profile: Profile,
  attributes: ReadonlyMap<string, StoredAttribute>,
): void {
  profile.attributes = new Map();
  profile.bytes = 0;
  put(profile, attributes);
}

/** An acknowledged update takes effect, as far as a profile of 64 KB has room for it. */
export function applyUpdate(
  profile: Profile,
  update: PendingUpdate,
  over: Switches["profileOver64K"],
): void {
  const { attributes, effectMs, emptyValue, onDropped } = update;
  const isTooMuch = bytesAfter(profile, attributes, emptyValue) > MAX_PROFILE_BYTES;
  if (isTooMuch && (over === "update-dropped" || over === "refused-body")) {
    onDropped?.("profileOver64K: the profile would pass 64 KB");
    return;
  }
  profile.modifiedAtMs = effectMs;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== "" || emptyValue === "stored") {
      set(profile, name, { value, modifiedAtMs: effectMs });
    } else if (emptyValue === "clears") remove(profile, name);
  }
  if (over === "oldest-dropped") dropOldest(profile);
}

/** What the profile would come to; what it is asked to refuse is decided on this, at arrival. */
export function bytesAfter(
  profile: Profile,
  attributes: AttributeRecord,
  emptyValue: Switches["emptyValue"],
): number {
  let bytes = profile.bytes;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === "" && emptyValue === "ignored") continue;
    bytes -= sizeOf(name, profile.attributes.get(name)?.value);
    if (value !== "" || emptyValue === "stored") bytes += sizeOf(name, value);
  }
  return bytes;
}

function dropOldest(profile: Profile): void {
  const oldestFirst = [...profile.attributes].toSorted(
    ([, a], [, b]) => a.modifiedAtMs - b.modifiedAtMs,
  );
  for (const [name] of oldestFirst) {
    if (profile.bytes <= MAX_PROFILE_BYTES) return;
    remove(profile, name);
  }
}

function set(profile: Profile, name: string, attribute: StoredAttribute): void {
  profile.bytes -= sizeOf(name, profile.attributes.get(name)?.value);
  profile.bytes += sizeOf(name, attribute.value);
  profile.attributes.set(name, attribute);
}

export function remove(profile: Profile, name: string): void {
  profile.bytes -= sizeOf(name, profile.attributes.get(name)?.value);
  profile.attributes.delete(name);
}

function sizeOf(name: string, value: string | undefined): number {
  return value === undefined ? 0 : Buffer.byteLength(name) + Buffer.byteLength(value);
}
