/** What one attempt to deliver something came to. Nobody downstream reads a status code again. */
export type DeliveryOutcome =
  /** The far side said that it took it. Not that it has taken effect. */
  | { readonly type: "delivered" }
  /** The far side is down, busy or unreachable: worth another try. */
  | { readonly type: "unavailable"; readonly reason: string; readonly retryAfterMs?: number }
  /** The far side understood and refused: trying the same again cannot help. */
  | { readonly type: "refused"; readonly reason: string };
