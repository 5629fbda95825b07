import path from "node:path";
import { refuseNetworkFolder } from "../network-folder.ts";
import type { Settings } from "../settings.ts";
import { openPostgresStore } from "./postgres-store.ts";
import type { Store } from "./store.ts";
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from "./sqlite-store.ts";

export interface StoreOptions extends Pick<
  SqliteStoreOptions,
  "keys" | "limits" | "onFatal" | "say"
> {
  /** Told what went wrong beside all operations; of a sentence for the log. */
  readonly warn: (sentence: string) => void;
}

/** The store the settings ask for. Throws `StartupError` naming what to change. */
export async function openStore(
  { databaseUrl, dataDir }: Pick<Settings, "databaseUrl" | "dataDir">,
  { warn, onFatal, ...options }: StoreOptions,
): Promise<Store & Pick<SqliteStore, "copyTo">> {
  if (databaseUrl === undefined) {
    refuseNetworkFolder(dataDir);
    return openSqliteStore({ ...options, path: path.join(dataDir, "tarjeta.sqlite"), onFatal });
  }
  const store = await openPostgresStore({ ...options, url: databaseUrl, warn });
  return { ...store, copyTo: () => Promise.reject(new Error(BACKUP_BY_PG_DUMP)) };
}

export const BACKUP_BY_PG_DUMP =
  "PostgreSQL is backed up with pg_dump, and KEYS_FILE and PRIVACY_LOG_FILE with it";
