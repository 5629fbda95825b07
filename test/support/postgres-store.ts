import { onTestFinished } from "vitest";
import {
  openPostgresStore,
  type PostgresStoreOptions,
} from "../../src/proxy/store/postgres-store.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { KEYS } from "./keys.ts";
import { ask } from "./postgres.ts";

/** A store, or one more replica on the same database; closed when the test is over. */
export async function aPostgresStore(
  url: string,
  options: Partial<PostgresStoreOptions> = {},
): Promise<Store> {
  const store = await openPostgresStore({
    url,
    keys: KEYS,
    warn: (sentence) => {
      throw new Error(sentence);
    },
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

/** A store on a database that was used before, as if it were new: quicker than a new one. */
export async function anEmptiedStore(url: string): Promise<Store> {
  const kept = ["schema_version", "vault_proof", "allowance_clock", "forwarding"];
  const tables = await ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  const emptied = tables.map((row) => String(row["tablename"])).filter((t) => !kept.includes(t));
  if (emptied.length > 0) {
    await ask(url, `TRUNCATE ${emptied.join(", ")}`);
    await ask(
      url,
      "UPDATE allowance_clock SET ledger_ms = NULL, restored = 0, slot_us = 0, paced_minute = -1",
    );
    await ask(
      url,
      `UPDATE forwarding SET failures = 0, open_until_ms = NULL, probe = 0, probe_until_ms = NULL,
         refused_in_a_row = 0, witness = NULL, witness_ms = NULL, earlier_witness = NULL,
         earlier_witness_ms = NULL, paused_ms = NULL, paused_by = NULL, pause_reason = NULL`,
    );
  }
  return aPostgresStore(url);
}
