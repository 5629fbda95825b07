import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { openSqliteStore, type SqliteStoreOptions } from "../../src/proxy/store/sqlite-store.ts";
import type { Store } from "../../src/proxy/store/store.ts";

/** A folder of its own, gone when the test is over. */
export function aFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store that fails its test when it fails itself, closed when the test is over. */
export async function aSqliteStore(options: Partial<SqliteStoreOptions> = {}): Promise<Store> {
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
