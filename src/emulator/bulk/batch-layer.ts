import type { StoredAttribute } from "../profiles.ts";

/** A row of a v2 batch that takes effect. */
export interface LayerWrite {
  readonly batch: number;
  /** When its batch was submitted, and when it takes effect. */
  readonly submittedAtMs: number;
  readonly effectMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the newest v2 batch set in a profile, and what stood there before it. */
export interface BatchLayer {
  readonly batch: number;
  readonly submittedAtMs: number;
  readonly written: ReadonlyMap<string, Written>;
}

interface Written {
  readonly attribute: StoredAttribute;
  readonly before: StoredAttribute | undefined;
}

/**
 * Writes a row, over what an earlier v2 batch set, and gives the new layer.
 *
 * Source: "Consecutive v2 batch update calls without mbox calls in between for the same thirdPartyIds
 * override the properties updated in the first batch update call": all that the earlier batch set is
 * gone, also what the later one does not mention, and what stood there before it is back. What was
 * written over it since, by the site or by a single update, stays.
 *
 * @param lastVisitMs the profile's newest visit to the site, the mbox call that Adobe means
 */
export function writeLayer(
  attributes: Map<string, StoredAttribute>,
  layer: BatchLayer | undefined,
  lastVisitMs: number | undefined,
  write: LayerWrite,
): BatchLayer {
  const kept = layer?.batch === write.batch ? layer.written : new Map<string, Written>();
  if (layer !== undefined && kept !== layer.written && !isVisitBetween(layer, lastVisitMs, write)) {
    takeBack(attributes, layer);
  }
  const written = new Map(kept);
  for (const [name, value] of Object.entries(write.attributes)) {
    const attribute = { value, modifiedAtMs: write.effectMs };
    const current = attributes.get(name);
    const earlier = written.get(name);
    // A visitor named twice in one batch: what stood there before the batch is still what counts.
    const before = earlier?.attribute === current ? earlier?.before : current;
    written.set(name, { attribute, before });
    attributes.set(name, attribute);
  }
  return { batch: write.batch, submittedAtMs: write.submittedAtMs, written };
}

function isVisitBetween(
  layer: BatchLayer,
  lastVisitMs: number | undefined,
  write: LayerWrite,
): boolean {
  if (lastVisitMs === undefined) return false;
  return lastVisitMs >= layer.submittedAtMs && lastVisitMs <= write.submittedAtMs;
}

function takeBack(attributes: Map<string, StoredAttribute>, layer: BatchLayer): void {
  for (const [name, { attribute, before }] of layer.written) {
    if (attributes.get(name) !== attribute) continue;
    if (before === undefined) attributes.delete(name);
    else attributes.set(name, before);
  }
}
