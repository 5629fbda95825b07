/** There is no room: this operation did not happen, later ones may. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The store is closed, or can no longer be trusted: nothing more will happen in it. */
export class StoreFailedError extends Error {
  override readonly name = "StoreFailedError";
}
