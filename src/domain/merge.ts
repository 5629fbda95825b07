/**
 * The instant a write took effect, and what breaks ties.
 *
 * Ordered by effective time, then epoch, then sequence number: a total order, since no two writes
 * share an epoch and a sequence number (rule MG1).
 */
export interface Stamp {
  /** Proxy time in milliseconds since 1970, fixed at first acceptance. */
  readonly effectiveMs: number;
  /** The outbox the write came from. */
  readonly epoch: string;
  readonly seq: number;
}

/** One write to one attribute: a last-writer-wins register. */
export interface AttributeWrite {
  readonly value: string;
  readonly stamp: Stamp;
}

/** What is known of one visitor, by attribute name. */
export type Profile = ReadonlyMap<string, AttributeWrite>;

/** Negative when `a` came first, positive when `b` did, zero only for the same write. */
export function compareStamps(a: Stamp, b: Stamp): number {
  if (a.effectiveMs !== b.effectiveMs) return a.effectiveMs - b.effectiveMs;
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return a.seq - b.seq;
}

/**
 * Joins two views of one visitor, keeping the later write of every attribute.
 *
 * Commutative, associative and idempotent, so updates may arrive late, twice or out of order and
 * every replica still ends with the same profile.
 */
export function mergeProfiles(left: Profile, right: Profile): Profile {
  const merged = new Map(left);
  for (const [name, write] of right) {
    const held = merged.get(name);
    if (held === undefined || compareStamps(write.stamp, held.stamp) > 0) merged.set(name, write);
  }
  return merged;
}
