import type { IDBPTransaction, StoreNames } from "idb";
import { nameOf } from "./connection.ts";
import type { TarjetaDb, TarjetaSchema } from "./schema.ts";

type Store = StoreNames<TarjetaSchema>;

/**
 * A transaction whose `done` survives a power cut. idb's one-line shortcuts cannot ask for it, and
 * Chromium's own default loses what it acknowledged (rule OB1).
 */
export function strictly<const Names extends Store[]>(
  db: TarjetaDb,
  stores: Names,
): IDBPTransaction<TarjetaSchema, Names, "readwrite"> {
  const tx = db.transaction(stores, "readwrite", { durability: "strict" });
  return guarded(tx);
}

/**
 * A transaction that only looks. In place of idb's shortcuts (`db.get`, `db.count`): when a database
 * is wiped under them, the transaction they hide rejects with nobody listening.
 */
export function reading<const Names extends Store[]>(
  db: TarjetaDb,
  stores: Names,
): IDBPTransaction<TarjetaSchema, Names, "readonly"> {
  return guarded(db.transaction(stores, "readonly"));
}

/** An aborted transaction is told by its requests or by `completed`; not once more by the console. */
function guarded<T extends { readonly done: Promise<void> }>(tx: T): T {
  tx.done.catch(() => undefined);
  return tx;
}

/**
 * Waits for the transaction to complete, and only that: at a full disk every request succeeds and
 * the transaction aborts afterwards.
 */
export async function completed(
  tx: { readonly done: Promise<void> },
  requests: readonly Promise<unknown>[],
): Promise<void> {
  const [done] = await Promise.allSettled([tx.done, ...requests]);
  if (done.status === "rejected") throw done.reason;
}

export function isFull(error: unknown): boolean {
  return nameOf(error) === "QuotaExceededError";
}
