import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import {
  openSqliteStore,
  type SqliteStore,
  type SqliteStoreOptions,
} from "../../src/proxy/store/sqlite-store.ts";
import { commitGroup } from "../../src/proxy/store/group-commit.ts";
import { migrate } from "../../src/proxy/store/migrations.ts";
import { overConnection } from "../../src/proxy/store/sqlite-database.ts";
import type { StoreLimits } from "../../src/proxy/store/limits.ts";
import {
  createStoreScripts,
  storeOperations,
  type StoreCall,
} from "../../src/proxy/store/sql-store.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { proveKeys, sealPlainVisitors } from "../../src/proxy/store/vault-rows.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { KEYS } from "./keys.ts";

/** A folder of its own, gone when the test is over. */
export function aFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store that fails its test when it fails itself, closed when the test is over. */
export async function aSqliteStore(
  options: Partial<SqliteStoreOptions> = {},
): Promise<SqliteStore> {
  const store = await openSqliteStore({
    path: options.path ?? path.join(aFolder(), "tarjeta.sqlite"),
    keys: KEYS,
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** The same transactions on SQLite in memory and in this thread: for laws that need many stores. */
export async function aMemoryStore(limits?: StoreLimits): Promise<Store> {
  const database = overConnection(new DatabaseSync(":memory:"));
  const vault = createVault(KEYS);
  await migrate(database.tx);
  await proveKeys(database.tx, vault);
  await sealPlainVisitors(database.tx, vault);
  const scripts = createStoreScripts({ vault, lastReceiptMs: 0, isShared: false, limits });
  // One transaction at a time, as the thread of a store in a file has it.
  let last: Promise<unknown> = Promise.resolve();
  const run = async (storeCall: StoreCall) => {
    const [outcome] = await commitGroup(database, [(tx) => scripts(tx, storeCall, () => {})]);
    if (outcome?.type !== "done") throw outcome?.error;
    return outcome.value;
  };
  const call = (name: StoreCall["name"]) =>
    ((...args: unknown[]) => {
      const running = last.then(() => run({ name, args } as StoreCall));
      last = running.catch(() => undefined);
      return running;
    }) as never;
  return {
    ...storeOperations(call),
    close: async () => database.close(),
  };
}
