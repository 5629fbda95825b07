import type { VisitorId } from "../../domain/visitor-id.ts";

/**
 * Turns the visitor a card names into the visitor Target knows, right before a call: the store, the
 * journal and the kiosks know cards only. Never touches a `browser`, whose id is Target's own.
 */
export interface VisitorIds {
  readonly idFor: (visitor: VisitorId) => Promise<MappedId>;
  readonly close: () => Promise<void>;
}

export type MappedId =
  | { readonly type: "mapped"; readonly visitor: VisitorId }
  /** Nobody knows this card's id yet: the visitor waits, and is asked about again. */
  | { readonly type: "unmapped" }
  /** Who could know did not answer, or may not be asked so often. */
  | { readonly type: "unavailable"; readonly retryAfterMs: number };

/** `VISITOR_ID_MODE=card`: the normalised card number is the id, Adobe's own example. */
export const cardIds: VisitorIds = {
  idFor: async (visitor) => ({ type: "mapped", visitor }),
  close: async () => {},
};
