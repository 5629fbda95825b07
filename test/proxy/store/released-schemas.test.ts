import { createHash } from "node:crypto";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, MIGRATIONS, NewerSchemaError } from "../../../src/proxy/store/migrations.ts";
import { clientOptions } from "../../../src/proxy/store/postgres-database.ts";
import { postgresTx } from "../../../src/proxy/store/postgres-tx.ts";
import type { SqlValue, Tx } from "../../../src/proxy/store/sql.ts";
import { overConnection } from "../../../src/proxy/store/sqlite-database.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { proveKeys, sealId } from "../../../src/proxy/store/vault-rows.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import { ask, startPostgres, type TestServer } from "../../support/postgres.ts";
import { aPostgresStore } from "../../support/postgres-store.ts";
import {
  aBatch,
  aDevice,
  anId,
  anUpdate,
  DAY,
  EPOCH,
  MINUTE,
  NOW,
} from "../../support/store-builders.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";
import { waitFor } from "../../support/wait.ts";

/**
 * SHA-256 of every step as it was released, in base64url, its first 16 characters. A new one is added
 * when it is released; one that is here is never edited again.
 */
const RELEASED = [
  "7q-ruAxcY-HLhgdn",
  "THlLy66-1ejEFR2-",
  "CPj5TsfhUF6Mtjh8",
  "dBr4A1ut3wdHtvUe",
  "67K2CvcrZneDwMKW",
  "p7-7BDYCACmhXDrT",
  "NyWUFh9dykBRFYkQ",
  "6xrdeTDuwGoJqFXB",
  "eNogcTOWPJtC9VD6",
] as const;

/** The schema PostgreSQL came with. Before it nobody shared a database with an older version. */
const FIRST_SHARED = 9;

const CARD = "2900000000017";
const WITHDRAWN = "2900000000024";
const LEDGER = NOW - 60 * MINUTE;
const SPENT = 7;

const digestOf = (step: readonly string[]) =>
  createHash("sha256").update(JSON.stringify(step)).digest("base64url").slice(0, 16);

/** A database of an older version that somebody may open as a store of this one. */
interface OldDatabase {
  /** One transaction. */
  readonly change: (work: (tx: Tx) => Promise<void>) => Promise<void>;
  readonly rows: (table: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly openStore: (say?: (sentence: string) => void) => Promise<Store>;
}

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

async function anOldFile(): Promise<OldDatabase> {
  const file = path.join(aFolder(), "tarjeta.sqlite");
  const within = async <T>(work: (db: DatabaseSync) => Promise<T>): Promise<T> => {
    const db = new DatabaseSync(file);
    try {
      return await work(db);
    } finally {
      db.close();
    }
  };
  return {
    change: (work) =>
      within(async (db) => {
        const database = overConnection(db);
        database.begin();
        try {
          await work(database.tx);
          database.commit();
        } finally {
          database.rollback();
        }
      }),
    rows: (table) => within(async (db) => db.prepare(`SELECT * FROM ${table}`).all()),
    openStore: (say) => aSqliteStore({ path: file, say }),
  };
}

async function anOldPostgres(): Promise<OldDatabase> {
  const url = await server.newDatabase();
  return {
    change: (work) => inTransaction(url, work),
    rows: (table) => ask(url, `SELECT * FROM ${table}`),
    openStore: (say) => aPostgresStore(url, { say }),
  };
}

async function inTransaction(url: string, work: (tx: Tx) => Promise<void>): Promise<void> {
  const client = new Client(clientOptions(url));
  await client.connect();
  try {
    await client.query("BEGIN");
    await work(postgresTx(client));
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

async function insert(tx: Tx, table: string, row: Readonly<Record<string, SqlValue>>) {
  const names = Object.keys(row);
  const marks = names.map((_name, index) => `$${index + 1}`);
  await tx.run(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks.join(", ")})`,
    Object.values(row),
  );
}

/** As a proxy of that version left it: a visitor who owes a call, seven calls made, a withdrawal. */
async function fill(tx: Tx, version: number): Promise<void> {
  const vault = createVault(KEYS);
  const visitorId = { kind: "member", value: CARD } as const;
  const isSealed = version >= 3;
  const visitor = isSealed ? vault.hashOf(visitorId) : `member:${CARD}`;
  const id = isSealed ? { sealed_id: sealId(vault, visitor, visitorId) } : { value: CARD };
  const { deviceId, storeId, kioskId } = aDevice();
  const device_id = deviceId;
  await insert(tx, "device", {
    device_id,
    store_id: storeId,
    kiosk_id: kioskId,
    time_zone: "Europe/Madrid",
    first_seen_ms: NOW - 9 * DAY,
    last_seen_ms: NOW - DAY,
    drained_ms: NOW - 2 * DAY,
    clocks: "[]",
    owed: 0,
    accepted: 3,
    duplicate: 0,
    superseded: 0,
    rejected: 0,
    retry: 0,
  });
  await insert(tx, "epoch_received", {
    epoch: EPOCH,
    device_id,
    received: "[[1,3]]",
    first_seq: 1,
    last_seq: 3,
    owed: "[]",
    void: "[]",
    aside: "[]",
    lost: "[]",
    wiped: 0,
  });
  for (const seq of [1, 2, 3]) {
    await insert(tx, "journal", {
      epoch: EPOCH,
      seq,
      copy: 0,
      id: anId(seq),
      device_id,
      visitor,
      occasion: "scan",
      ground: '{"type":"terms","version":"2026-01"}',
      config_version: "1",
      effective_ms: NOW - 2 * DAY + seq,
      received_ms: NOW - DAY,
      verdict: "accepted",
      version: seq,
    });
  }
  await insert(tx, "attribute", {
    visitor,
    name: "oldest",
    value: "S-old",
    effective_ms: NOW - 2 * DAY,
    epoch: EPOCH,
    seq: 3,
    version: 3,
    sent_values: "[]",
    claimed_value: null,
  });
  await insert(tx, "visitor", {
    visitor,
    kind: "member",
    ...id,
    version: 3,
    acked_version: 0,
    state: "waiting",
    due_ms: NOW - DAY,
    not_before_ms: 0,
    first_dirty_ms: NOW - DAY,
    lease_until_ms: 0,
    fence: 0,
    claimed_version: 0,
    charge_bucket: 0,
    attempts: 0,
    reason: null,
    dead_ms: null,
  });
  const bucket = Math.floor(LEDGER / MINUTE);
  await insert(tx, "allowance_bucket", { bucket, calls: SPENT });
  await tx.run("UPDATE allowance_clock SET ledger_ms = $1", [LEDGER]);
  await insert(tx, "incident", {
    id: anId(0x1),
    type: "gap",
    device_id,
    store_id: storeId,
    kiosk_id: kioskId,
    epoch: EPOCH,
    detail: "numbers 4 to 5",
    first_at_ms: NOW - DAY,
    last_at_ms: NOW - DAY,
    open: 1,
  });
  if (version >= 2) {
    const act = { at_ms: NOW, who: "ana", role: "operator", what: "backup", outcome: "done" };
    await insert(tx, "audit", { number: 1, ...act });
  }
  if (version >= 3) {
    await proveKeys(tx, vault);
    await tx.run("DELETE FROM owed_work", []);
    const withdrawn = vault.hashOf({ kind: "member", value: WITHDRAWN });
    await insert(tx, "suppression", { visitor: withdrawn, act: "withdraw", at_ms: NOW });
  }
  if (version >= 7) {
    const config = { version: "1", digest: "d", content: "{}", first_ms: NOW - DAY };
    await insert(tx, "published_config", config);
  }
}

/** What the seal of ids rewrote, and what the step to version 3 renamed. */
const REWRITTEN = new Set(["visitor", "value", "sealed_id", "last_scan_ms"]);

describe("the schemas that were released", () => {
  it("[ST1] are never edited", () => {
    expect(MIGRATIONS.slice(0, RELEASED.length).map(digestOf)).toEqual(RELEASED);
  });

  const versions = RELEASED.map((_digest, index) => index + 1);
  describe.each([
    ["SQLite", anOldFile],
    ["PostgreSQL", anOldPostgres],
  ])("on %s", (_engine, anOldDatabase) => {
    it.each(versions)("[ST1] are brought forward with all they hold: %i", async (version) => {
      const old = await anOldDatabase();
      await old.change(async (tx) => {
        await migrate(tx, MIGRATIONS.slice(0, version));
        await fill(tx, version);
      });
      const tables = ["journal", "incident", "allowance_bucket"];
      const before = new Map<string, readonly Readonly<Record<string, unknown>>[]>();
      for (const table of tables) before.set(table, await old.rows(table));

      const store = await old.openStore();
      const batch = aBatch([
        ...[1, 2, 3].map((seq) => anUpdate({ seq, id: anId(seq), card: CARD })),
        anUpdate({ seq: 4, card: CARD, attributes: { newest: "S-new" } }),
        ...(version >= 3 ? [anUpdate({ seq: 5, card: WITHDRAWN })] : []),
      ]);
      const result = await store.ingest(batch);
      const verdicts = "receipt" in result ? result.receipt.verdicts : [];
      expect(verdicts.map(({ verdict }) => verdict).toSorted()).toEqual([
        "accepted",
        "duplicate",
        "duplicate",
        "duplicate",
        ...(version >= 3 ? ["rejected"] : []),
      ]);
      const claim = { nowMs: NOW, ledgerMs: NOW, maxCallMs: 1, allowed: 99, leaseMs: 1, limit: 9 };
      const { claims } = await store.claim(claim);
      expect(claims.map(({ visitor }) => visitor.value)).toEqual([CARD]);
      expect(claims[0]!.attributes.map(({ value }) => value).toSorted()).toEqual([
        "S-new",
        "S-old",
      ]);
      expect((await store.figures(NOW, NOW)).allowanceUsed).toBe(SPENT + 1);
      expect(await store.incidents(9)).toMatchObject([{ detail: "numbers 4 to 5" }]);
      await store.close();

      for (const [table, rows] of before) {
        const after = await old.rows(table);
        for (const row of rows) {
          const kept = Object.entries(row).filter(([name]) => version >= 3 || !REWRITTEN.has(name));
          expect(after).toContainEqual(expect.objectContaining(Object.fromEntries(kept)));
        }
      }
    });

    it("[ST1] are left as they were by a step that breaks off", async () => {
      const old = await anOldDatabase();
      await old.change((tx) => migrate(tx, MIGRATIONS.slice(0, 5)));
      const broken = [...MIGRATIONS, ["CREATE TABLE half (a TEXT)", "CREATE NOTHING AT ALL"]];
      await expect(old.change((tx) => migrate(tx, broken))).rejects.toThrow();
      expect(await old.rows("schema_version")).toEqual([{ version: 5 }]);
      await expect(old.rows("half")).rejects.toThrow();
      const said: string[] = [];
      await old.openStore((sentence) => void said.push(sentence));
      const steps = MIGRATIONS.map((_step, index) => index + 1).slice(5);
      expect(said).toEqual(
        steps.map((n) => `The database is brought to schema ${n} of ${MIGRATIONS.length}.`),
      );
    });

    it("[ST2] newer than this program are refused by name and left alone", async () => {
      const old = await anOldDatabase();
      await old.change((tx) => migrate(tx, [...MIGRATIONS, ["CREATE TABLE later (a TEXT)"]]));
      await expect(old.openStore()).rejects.toThrow(/written by a newer version \(schema \d+, and/);
      await expect(old.change((tx) => migrate(tx))).rejects.toThrow(NewerSchemaError);
      expect(await old.rows("schema_version")).toEqual([{ version: MIGRATIONS.length + 1 }]);
    });
  });
});

/** What an older replica that is at work does not notice. */
const ADDING = [
  /^CREATE TABLE \w+ \(/,
  /^CREATE INDEX \w+ ON /,
  /^ALTER TABLE \w+ ADD COLUMN \w+ (?:TEXT|BIGINT|INTEGER)(?: NOT NULL DEFAULT (?:'[^']*'|-?\d+))?$/,
  /^INSERT INTO \w+ /,
  /^DROP INDEX \w+$/,
  // Fills a column an older replica does not know of.
  /^UPDATE visitor SET dead_class = CASE/,
];

describe("replicas of two versions on one PostgreSQL", () => {
  it("[ST2] have only steps between them that add", () => {
    const steps = MIGRATIONS.slice(FIRST_SHARED).flat();
    const others = steps.filter((text) => !ADDING.some((form) => form.test(text.trim())));
    expect(others).toEqual([]);
  });

  it("[ST2] work on, the older one too, while the newer one migrates and after", async () => {
    const url = await server.newDatabase();
    const older = await aPostgresStore(url);
    const tables = await ask(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    const expanding = tables
      .map(({ tablename }) => String(tablename))
      .flatMap((table) => [
        `ALTER TABLE ${table} ADD COLUMN later_text TEXT`,
        `ALTER TABLE ${table} ADD COLUMN later_number BIGINT NOT NULL DEFAULT 0`,
      ]);
    let seq = 0;
    const over = new AbortController();
    const work = async () => {
      while (!over.signal.aborted) {
        seq += 1;
        await older.ingest(aBatch([anUpdate({ seq, card: `29${seq % 7}` })]));
        const ask = {
          nowMs: NOW,
          ledgerMs: NOW,
          maxCallMs: 1,
          allowed: 9_999,
          leaseMs: 9,
          limit: 3,
        };
        const { claims } = await older.claim(ask);
        for (const claim of claims) {
          await older.recordSending(claim, ["lastStore"]);
          const { version } = claim;
          await older.settle(claim, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
        }
        await older.figures(NOW, NOW);
      }
    };
    const working = work();
    const goesOn = (more: number) => {
      const before = seq;
      return waitFor("the older one to go on", () => seq >= before + more);
    };
    await goesOn(5);
    const newer = await aPostgresStore(url, { migrations: [...MIGRATIONS, expanding] });
    const device = aDevice(2);
    await newer.ingest(aBatch([anUpdate({ epoch: anId(0xe2), device })], { device }));
    await goesOn(10);
    over.abort();
    await working;
    expect(await ask(url, "SELECT count(*)::int AS n FROM journal")).toEqual([{ n: seq + 1 }]);
    await expect(aPostgresStore(url)).rejects.toThrow(/written by a newer version/);
    // It still works.
    await older.ingest(aBatch([anUpdate({ seq: seq + 1 })]));
  });
});
