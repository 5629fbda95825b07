import { StoreFailedError, StoreFullError } from "./store-error.ts";
import type { Tx } from "./sql.ts";
import { sqliteFailure, type SqliteDatabase } from "./sqlite-database.ts";

/** How one operation of a group ended; it is on disk, or it did not happen. */
export type GroupOutcome =
  | { readonly type: "done"; readonly value: unknown }
  | { readonly type: "failed"; readonly error: Error };

export type Operation = (tx: Tx) => Promise<unknown>;

/**
 * Runs operations in one transaction and answers when it is on disk: one fsync for all of them.
 *
 * Each has its savepoint, so that one that fails does not fail its neighbours. Where SQLite gave up
 * the whole transaction, as it may when the disk is full, they are tried again one by one: those
 * there is room for go through. Throws `StoreFailedError` when the file can no longer be trusted;
 * then nobody knows what of the group is on disk.
 */
export async function commitGroup(
  database: SqliteDatabase,
  operations: readonly Operation[],
): Promise<readonly GroupOutcome[]> {
  const together = await tryGroup(database, operations);
  if (together !== undefined) return together;
  const outcomes: GroupOutcome[] = [];
  for (const operation of operations) {
    const alone = await tryGroup(database, [operation]);
    outcomes.push(alone?.[0] ?? { type: "failed", error: full() });
  }
  return outcomes;
}

/** Nothing when the transaction as a whole did not happen, for want of room. */
async function tryGroup(
  database: SqliteDatabase,
  operations: readonly Operation[],
): Promise<readonly GroupOutcome[] | undefined> {
  try {
    database.begin();
    const outcomes: GroupOutcome[] = [];
    for (const operation of operations) {
      const outcome = await tryOperation(database, operation);
      if (outcome === undefined) return undefined;
      outcomes.push(outcome);
    }
    database.commit();
    return outcomes;
  } catch (cause) {
    if (sqliteFailure(cause) !== "full") throw failed(cause);
    database.rollback();
    return undefined;
  }
}

/** Nothing when the failure took the whole transaction with it. */
async function tryOperation(
  database: SqliteDatabase,
  operation: Operation,
): Promise<GroupOutcome | undefined> {
  database.savepoint();
  try {
    const value = await operation(database.tx);
    database.release();
    return { type: "done", value };
  } catch (cause) {
    const failure = sqliteFailure(cause);
    if (failure === "broken") throw cause;
    if (!database.rollbackToSavepoint()) return undefined;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { type: "failed", error: failure === "full" ? full() : error };
  }
}

function full(): StoreFullError {
  return new StoreFullError("the disk or the size limit of the store is reached");
}

function failed(cause: unknown): StoreFailedError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreFailedError(`the store cannot be trusted any more: ${reason}`, { cause });
}
