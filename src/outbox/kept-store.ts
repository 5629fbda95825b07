import type { Database } from "./connection.ts";
import { completed, reading, strictly } from "./transaction.ts";

/**
 * Small things a kiosk keeps beside its outbox and that the worker reads without a page: who it is,
 * the last good configuration. Whoever reads parses.
 */
export interface KeptStore {
  readonly get: (key: string) => Promise<unknown>;
  /** Resolves once the value would survive a power cut. */
  readonly put: (key: string, value: unknown) => Promise<void>;
}

export function createKeptStore(database: Database): KeptStore {
  return {
    get: (key) => database.use((db) => reading(db, ["kept"]).store.get(key)),
    put: (key, value) =>
      database.use(async (db) => {
        const tx = strictly(db, ["kept"]);
        await completed(tx, [tx.store.put(value, key)]);
      }),
  };
}
