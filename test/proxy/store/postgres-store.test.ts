import { DatabaseSync } from "node:sqlite";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import type { IngestBatch, Store } from "../../../src/proxy/store/store.ts";
import { KEYS } from "../../support/keys.ts";
import { ask, startPostgres, type TestServer } from "../../support/postgres.ts";
import { anEmptiedStore, aPostgresStore } from "../../support/postgres-store.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";
import { aBatch, anId, anUpdate, DAY, NOW } from "../../support/store-builders.ts";
import { waitFor } from "../../support/wait.ts";
import { describeHelp } from "./help-suite.ts";
import { describeOperations } from "./operations-suite.ts";
import { describePace } from "./pace-suite.ts";
import { describeForwarding } from "./forwarding-suite.ts";
import { describeShares } from "./scan-share-suite.ts";
import { describeStore } from "./store-conformance.ts";
import { aScenario, describeLaws } from "./store-law-suite.ts";
import { describeWithdrawals } from "./withdrawal-suite.ts";

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.newDatabase();
});
afterAll(() => server?.stop());

describeStore("PostgreSQL store", () => anEmptiedStore(url));
describeForwarding("PostgreSQL", () => anEmptiedStore(url));
describeLaws("PostgreSQL", () => anEmptiedStore(url), 8);
describeShares("PostgreSQL", () => anEmptiedStore(url), 8);
describeOperations("PostgreSQL", () => anEmptiedStore(url));
describeHelp("PostgreSQL", () => anEmptiedStore(url));
describePace("PostgreSQL", () => anEmptiedStore(url));
describeWithdrawals("PostgreSQL", () => anEmptiedStore(url));

/** Sealed anew with chance each time; everything else is decided by what came. */
const SEALED = new Set(["sealed_id", "proof", "sealed"]);

async function deliver(store: Store, batches: readonly IngestBatch[]): Promise<void> {
  for (const batch of batches) await store.ingest(batch);
  const ask = { nowMs: NOW + DAY, ledgerMs: NOW, maxCallMs: 1, allowed: 100, leaseMs: 1, limit: 9 };
  // All of them, and past the pace: which of two that are due in the same moment comes first, no engine says.
  const { claims } = await store.claim({ ...ask, freshFromMs: 0 });
  for (const claim of claims) {
    await store.recordSending(claim, ["a"]);
    await store.settle(claim, {
      type: "delivered",
      version: claim.version,
      atMs: NOW,
      nextDueAtMs: NOW,
    });
  }
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Every row of every table, in one order, as text. */
async function dump(tables: readonly string[], read: (sql: string) => Promise<Rows> | Rows) {
  const lines: string[] = [];
  for (const table of tables) {
    for (const row of await read(`SELECT * FROM ${table}`)) {
      const columns = Object.entries(row)
        .filter(([name]) => !SEALED.has(name))
        .map(([name, value]) => `${name}=${value === null ? "NULL" : String(value)}`);
      lines.push(`${table} ${columns.toSorted().join(" ")}`);
    }
  }
  return lines.toSorted().join("\n");
}

/** The merged truth alone: what must not depend on the order in which it came. */
function truthOf(all: string): string {
  const wanted = /^attribute /;
  return all
    .split("\n")
    .filter((line) => wanted.test(line))
    .map((line) => line.replace(/ (?:claimed_value|sent_values|version)=\S+/g, ""))
    .toSorted()
    .join("\n");
}

describe("both engines", () => {
  it("[PG1] hold the same bytes after the same batches, and one truth after any others", async () => {
    await fc.assert(
      fc.asyncProperty(aScenario, async (ways) => {
        const truths: string[] = [];
        for (const [way, deliveries] of ways.entries()) {
          const batches = deliveries.map((updates, index) =>
            aBatch(updates, { receiptMs: NOW + index, nonce: anId(way * 1_000 + index) }),
          );
          const file = path.join(aFolder(), "tarjeta.sqlite");
          const embedded = await aSqliteStore({ path: file });
          await deliver(embedded, batches);
          await embedded.close();
          const db = new DatabaseSync(file, { readOnly: true });
          const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
          const tables = names.map((row) => String(row["name"]));
          const inSqlite = await dump(tables, (sql) => db.prepare(sql).all());
          db.close();

          const shared = await anEmptiedStore(url);
          await deliver(shared, batches);
          await shared.close();
          const inPostgres = await dump(tables, (sql) => ask(url, sql));
          expect(inSqlite).toContain("journal ");
          expect(inPostgres).toBe(inSqlite);
          truths.push(truthOf(inSqlite), truthOf(inPostgres));
        }
        expect(new Set(truths).size).toBe(1);
      }),
      { numRuns: 8 },
    );
  });

  it("[PG6] make one schema when replicas start at once on an empty database", async () => {
    const empty = await server.newDatabase();
    const replicas = await Promise.all([1, 2, 3, 4].map(() => aPostgresStore(empty)));
    expect(await Promise.all(replicas.map((store) => store.storageKids()))).toHaveLength(4);
    expect(await ask(empty, "SELECT count(*)::int AS n FROM schema_version")).toEqual([{ n: 1 }]);
  });
});

describe("tables that PostgreSQL has not counted yet", () => {
  it("[PG11] are read by their indexes all the same", async () => {
    const own = await server.newDatabase();
    const store = await aPostgresStore(own);
    const cards = Array.from({ length: 40 }, (_, index) => `29000000${10_000 + index}`);
    const scansOf = (round: number) =>
      cards.map((card, index) => anUpdate({ card, seq: round * cards.length + index + 1 }));
    await store.ingest(aBatch(scansOf(0)));
    await ask(own, "ALTER TABLE attribute SET (autovacuum_enabled = false)");
    await ask(
      own,
      `INSERT INTO attribute (visitor, name, value, effective_ms, epoch, seq, version, sent_values)
       SELECT visitor || n, name, value, effective_ms, epoch, seq, version, sent_values
       FROM attribute, generate_series(1, 2000) AS n`,
    );
    const wholeReads = async () => {
      const [row] = await ask(
        own,
        "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'attribute'",
      );
      return Number(row?.["seq_scan"]);
    };
    const before = await wholeReads();
    for (const round of [1, 2, 3]) await store.ingest(aBatch(scansOf(round)));
    await store.close();
    // What a connection read is counted when it is gone, at the latest.
    await waitFor("the store's connections to be gone", async () => {
      const open =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tarjeta'";
      return (await ask(own, open)).length === 0;
    });
    expect(await wholeReads()).toBe(before);
  });
});

describe("ids in PostgreSQL", () => {
  const CARD = "2900000000017";
  const CLAIM = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 9, leaseMs: 1, limit: 9 };

  it("[PV8] stand in no column in the clear", async () => {
    const store = await anEmptiedStore(url);
    await store.ingest(aBatch([anUpdate({ card: CARD, attributes: { planted: "A-canary" } })]));
    const { claims } = await store.claim(CLAIM);
    expect(claims.map(({ visitor }) => visitor.value)).toEqual([CARD]);
    const tables = await ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    let all = "";
    for (const { tablename } of tables) {
      all += JSON.stringify(await ask(url, `SELECT * FROM ${String(tablename)}`));
    }
    expect(all).toContain("A-canary");
    expect(all).not.toContain(CARD);
  });

  it("open under the key before, and are sealed anew under the one after", async () => {
    const keys = { ...KEYS, storage: [...makeKeys("s2").storage, ...KEYS.storage] };
    const own = await server.newDatabase();
    await (await aPostgresStore(own)).ingest(aBatch([anUpdate({ card: CARD })]));
    const store = await aPostgresStore(own, { keys });
    expect((await store.storageKids()).toSorted()).toEqual(["s1", "s2"]);
    for (let after: string | undefined = ""; after !== undefined;) {
      after = await store.reseal(after, 10);
    }
    expect(await store.storageKids()).toEqual(["s2"]);
    const { claims } = await store.claim(CLAIM);
    expect(claims.map(({ visitor }) => visitor.value)).toEqual([CARD]);
  });

  it("that were damaged set their visitor aside until the next scan", async () => {
    const store = await anEmptiedStore(url);
    await store.ingest(aBatch([anUpdate({ card: CARD })]));
    await ask(url, "UPDATE visitor SET sealed_id = 's1.' || substr(sealed_id, 9)");
    expect(await store.claim(CLAIM)).toEqual({ claims: [] });
    expect(await store.deadLetters(9)).toMatchObject([{ reason: "the sealed id is damaged" }]);
    await store.ingest(
      aBatch([anUpdate({ card: CARD, seq: 2, attributes: { lastStore: "S-2" } })]),
    );
    expect((await store.claim(CLAIM)).claims.map(({ visitor }) => visitor.value)).toEqual([CARD]);
  });

  it("takes a text with a NUL in it, which PostgreSQL cannot hold, with a mark in its place", async () => {
    const store = await anEmptiedStore(url);
    await store.ingest(aBatch([anUpdate({ card: CARD, attributes: { odd: "a\0b" } })]));
    const { claims } = await store.claim(CLAIM);
    expect(claims[0]!.attributes).toMatchObject([{ name: "odd", value: "a\uFFFDb" }]);
  });
});
