import { openDB, type OpenDBCallbacks } from "idb";
import { OutboxUnavailableError } from "./outbox.ts";
import {
  addMissingStores,
  DATABASE_NAME,
  dataLossOf,
  META,
  SCHEMA_VERSION,
  STORES,
  type TarjetaDb,
  type TarjetaSchema,
} from "./schema.ts";

/** The kiosk's database, however often its connection is lost. */
export interface Database {
  /**
   * Runs `work` on an open connection. When the connection turns out to be gone, opens a new one and
   * runs `work` once more, so `work` must bear being run twice.
   *
   * Throws `OutboxUnavailableError` when none can be had; a later call tries again.
   */
  readonly use: <T>(work: (db: TarjetaDb) => Promise<T>) => Promise<T>;
  readonly close: () => void;
}

export interface DatabaseOptions {
  readonly name?: string;
  readonly version?: number;
  /** How long one caller waits for an open that hangs or is blocked. Ours: 5 s. */
  readonly openTimeoutMs?: number;
  /** Pauses between tries of an open that fails. Ours. */
  readonly retryDelaysMs?: readonly number[];
}

/**
 * Connects lazily and rides out what befalls a connection (rule OB6): closed by the browser, asked
 * away for another version, a newer database than this app knows, an open that fails or hangs. Never
 * deletes anything to get going again.
 */
export function createDatabase(options: DatabaseOptions = {}): Database {
  const { name = DATABASE_NAME, version = SCHEMA_VERSION } = options;
  const { openTimeoutMs = 5_000, retryDelaysMs = [50, 250, 1_000] } = options;
  let current: TarjetaDb | undefined;
  let opening: Promise<TarjetaDb> | undefined;
  let closed = false;

  const drop = (db: TarjetaDb): void => {
    db.close();
    if (current === db) current = undefined;
  };

  const callbacks: OpenDBCallbacks<TarjetaSchema> = {
    upgrade(db, _oldVersion, _newVersion, tx, event) {
      addMissingStores(db);
      const loss = dataLossOf(event);
      if (loss !== undefined) void tx.objectStore("meta").put(loss, META.dataLoss);
    },
    // Somebody wants another version: whoever holds on blocks every page and the worker.
    blocking(_currentVersion, _blockedVersion, event) {
      if (event.target instanceof IDBDatabase) event.target.close();
      current = undefined;
    },
    terminated() {
      current = undefined;
    },
  };

  const openOnce = async (): Promise<TarjetaDb> => {
    const db = await openDB<TarjetaSchema>(name, version, callbacks).catch((error: unknown) => {
      // The app was rolled back: work with the newer database as it is.
      if (nameOf(error) === "VersionError") {
        return openDB<TarjetaSchema>(name, undefined, callbacks);
      }
      throw error;
    });
    if (STORES.every((store) => db.objectStoreNames.contains(store))) return db;
    const next = db.version + 1;
    db.close();
    return openDB<TarjetaSchema>(name, next, callbacks);
  };

  const openPatiently = async (): Promise<TarjetaDb> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const db = await openOnce();
        if (closed) db.close();
        else current = db;
        return db;
      } catch (error) {
        const delayMs = retryDelaysMs[attempt];
        if (delayMs === undefined || closed) {
          throw new OutboxUnavailableError(`the database cannot be opened: ${nameOf(error)}`, {
            cause: error,
          });
        }
        await new Promise((wake) => setTimeout(wake, delayMs));
      }
    }
  };

  const open = async (): Promise<TarjetaDb> => {
    if (closed) throw new OutboxUnavailableError("the outbox was closed");
    if (current !== undefined) return current;
    // One request at a time, also past a caller's patience: a blocked one may still succeed, and
    // a second would only queue behind it.
    opening ??= openPatiently().finally(() => (opening = undefined));
    return patiently(opening, openTimeoutMs);
  };

  return {
    async use(work) {
      const first = await open();
      try {
        return await work(first);
      } catch (error) {
        if (!isBroken(error) && current === first) throw error;
        drop(first);
      }
      const second = await open();
      try {
        return await work(second);
      } catch (error) {
        if (!isBroken(error)) throw error;
        drop(second);
        throw new OutboxUnavailableError(`the database does not work: ${nameOf(error)}`, {
          cause: error,
        });
      }
    },
    close() {
      closed = true;
      if (current !== undefined) drop(current);
    },
  };
}

/** The name of a DOMException or error, which is all that the platform promises about it. */
export function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "unknown";
}

/**
 * Whether a new connection may help: `InvalidStateError` is one that is closing, `AbortError` one
 * that closed under a transaction, `UnknownError` the disk.
 */
function isBroken(error: unknown): boolean {
  return ["InvalidStateError", "AbortError", "UnknownError"].includes(nameOf(error));
}

async function patiently<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new OutboxUnavailableError(`the database did not open in ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  // Whoever gave up no longer listens to a late failure.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
