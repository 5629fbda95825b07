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
import { createStoreScripts, type StoreCall } from "../../src/proxy/store/sql-store.ts";
import type { Store } from "../../src/proxy/store/store.ts";

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
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** The same transactions on SQLite in memory and in this thread: for laws that need many stores. */
export async function aMemoryStore(): Promise<Store> {
  const database = overConnection(new DatabaseSync(":memory:"));
  await migrate(database.tx);
  const scripts = createStoreScripts(0);
  const call = (name: StoreCall["name"]) =>
    (async (...args: unknown[]) => {
      const [outcome] = await commitGroup(database, [
        (tx) => scripts(tx, { name, args } as StoreCall),
      ]);
      if (outcome?.type !== "done") throw outcome?.error;
      return outcome.value;
    }) as never;
  return {
    ingest: call("ingest"),
    heartbeat: call("heartbeat"),
    claim: call("claim"),
    chargeAnother: call("chargeAnother"),
    recordSending: call("recordSending"),
    settle: call("settle"),
    ledgerTimeMs: call("ledgerTimeMs"),
    incidents: call("incidents"),
    deadLetters: call("deadLetters"),
    figures: call("figures"),
    close: async () => database.close(),
  };
}
