import type { DBSchema, IDBPDatabase } from "idb";

export const DATABASE_NAME = "tarjeta";

/**
 * Rises when a store is added. Stores are only ever added, so that an app that was rolled back still
 * finds all of its own (rule OB6).
 */
export const SCHEMA_VERSION = 2;

/**
 * One database holds everything a kiosk keeps. Numbers are keys of their own and never read from a
 * row, because a row that nobody can read must still be movable.
 */
export interface TarjetaSchema extends DBSchema {
  /** Owed to the proxy: `Entry`, unless the disk says otherwise. */
  entries: { key: number; value: unknown };
  /** Moved out of the way as they were found. */
  aside: { key: number; value: AsideRow };
  /** Numbers of entries taken back before anything was sent. */
  voided: { key: number; value: true };
  /** Receipted, and kept to be asked for again; under `TALLY_KEY` how much that is. Since version 2. */
  receipted: { key: number; value: ReceiptedRow | Tally };
  /** The outbox's own bookkeeping; see `META`. */
  meta: { key: string; value: unknown };
  /** Small things others keep here: see `KeptStore`. */
  kept: { key: string; value: unknown };
}

export interface AsideRow {
  readonly row: unknown;
  readonly reason: string;
}

export interface ReceiptedRow {
  /** As it lay in `entries`. */
  readonly row: unknown;
  /** Proxy time of the receipt: a kiosk's own clock may jump by years. */
  readonly receiptedMs: number;
  readonly bytes: number;
}

/** How much the store `receipted` holds; kept in it, so that both change together. */
export interface Tally {
  readonly entries: number;
  readonly bytes: number;
}

/** Below every sequence number. */
export const TALLY_KEY = 0;

/** Keys of the store `meta`. */
export const META = {
  /** `EpochRow[]`, the current one last. */
  epochs: "epochs",
  /** `KioskIncident[]` the proxy has not heard of. */
  incidents: "incidents",
  /** What Chromium said when it replaced a damaged database. */
  dataLoss: "dataLoss",
} as const;

export type TarjetaDb = IDBPDatabase<TarjetaSchema>;

export const STORES = ["entries", "aside", "voided", "receipted", "meta", "kept"] as const;

/**
 * Adds the stores that are missing, by name and not by version: somebody else may have made the
 * database, empty, before us.
 */
export function addMissingStores(db: TarjetaDb): void {
  for (const store of STORES) {
    if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
  }
}

/**
 * What Chromium lost when it replaced a damaged database; nothing when it lost nothing or does not
 * say. `dataLoss` is Chromium's own, on the `upgradeneeded` event.
 */
export function dataLossOf(event: object): string | undefined {
  if (!("dataLoss" in event) || event.dataLoss === "none") return undefined;
  const message = "dataLossMessage" in event ? String(event.dataLossMessage) : "";
  return `${String(event.dataLoss)}: ${message}`.slice(0, 200);
}
