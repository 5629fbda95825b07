/** There is no room: this operation did not happen, later ones may. */
export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

/** The store is closed, or can no longer be trusted: nothing more will happen in it. */
export class StoreFailedError extends Error {
  override readonly name = "StoreFailedError";
}

/**
 * The database cannot be asked now, or not in time. The operation did not happen; where it was lost
 * while it was being committed, nobody knows, and asking again is safe. Later ones may go through.
 */
export class StoreUnreachableError extends Error {
  override readonly name = "StoreUnreachableError";
}

/** A row does not hold what was written there: this operation did not happen, others may. */
export class DamagedRowError extends Error {
  override readonly name = "DamagedRowError";
}

/** Whether nothing is known to be kept, so that whoever asked may ask again. */
export function isStoreTrouble(error: unknown): error is Error {
  return (
    error instanceof StoreFullError ||
    error instanceof StoreFailedError ||
    error instanceof StoreUnreachableError ||
    error instanceof DamagedRowError
  );
}
