import type { StoredAttribute } from "../profile.ts";

type Attributes = ReadonlyMap<string, StoredAttribute>;

/** What the newest v2 batch set in a profile, and what stood there before it. */
export interface BatchLayer {
  /** Batches are counted from 1, in the order of submission. */
  readonly batch: number;
  readonly written: ReadonlyMap<string, Written>;
}

interface Written {
  readonly attribute: StoredAttribute;
  readonly before: StoredAttribute | undefined;
}

/**
 * What has to be undone before a row of `batch` is written: names, and what they go back to.
 *
 * Source: "Consecutive v2 batch update calls without mbox calls in between for the same thirdPartyIds
 * override the properties updated in the first batch update call": all that the earlier batch set is
 * gone, also what the later one does not mention, and what stood there before it is back. What was
 * written over it since, by the site or by a single update, stays.
 *
 * @param visitedAfter the newest batch at the visitor's last visit to the site, which is the mbox call
 *   that Adobe means; 0 without one
 */
export function takenBack(
  attributes: Attributes,
  layer: BatchLayer | undefined,
  visitedAfter: number,
  batch: number,
): ReadonlyMap<string, StoredAttribute | undefined> {
  if (layer === undefined || layer.batch === batch) return new Map();
  const isVisitBetween = visitedAfter >= layer.batch && visitedAfter < batch;
  if (isVisitBetween) return new Map();
  const still = [...layer.written].filter(
    ([name, { attribute }]) => attributes.get(name) === attribute,
  );
  return new Map(still.map(([name, { before }]) => [name, before]));
}

/** The layer after a row of `batch` turned the attributes `before` into those `after`. */
export function layerAfter(
  layer: BatchLayer | undefined,
  batch: number,
  before: Attributes,
  after: Attributes,
): BatchLayer {
  const earlier = layer?.batch === batch ? layer.written : new Map<string, Written>();
  const written = new Map(earlier);
  for (const [name, attribute] of after) {
    const current = before.get(name);
    if (attribute === current) continue;
    // A visitor named twice in one batch: what stood there before the batch is still what counts.
    const first = earlier.get(name);
    written.set(name, {
      attribute,
      before: first?.attribute === current ? first?.before : current,
    });
  }
  return { batch, written };
}
