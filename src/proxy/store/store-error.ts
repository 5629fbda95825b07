/** There is no room: this operation did not happen, later ones may. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The store is closed, or can no longer be trusted: nothing more will happen in it. */
export class StoreFailedError extends Error {
  override readonly name = "StoreFailedError";
}

/** A row does not hold what was written there: this operation did not happen, others may. */
export class DamagedRowError extends Error {
  override readonly name = "DamagedRowError";
}

/** Whether nothing was kept, so that whoever asked may ask again. */
export function isStoreTrouble(error: unknown): error is Error {
  return (
    error instanceof StoreFullError ||
    error instanceof StoreFailedError ||
    error instanceof DamagedRowError
  );
}
