import { createSecretKey } from "node:crypto";
import { statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { MIGRATIONS } from "../../../src/proxy/store/migrations.ts";
import { openSqliteStore } from "../../../src/proxy/store/sqlite-store.ts";
import { filesHolding } from "../../support/find-bytes.ts";
import { KEYS } from "../../support/keys.ts";
import { aBatch, anUpdate, DAY, NOW } from "../../support/store-builders.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";

const CARD = "2900000000017";
const ASK = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 9, leaseMs: 1, limit: 9 };

/** A store as the version before ids were sealed left it: two scans and a dead letter in clear. */
function aPlainStore(file: string): void {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL");
  for (const statement of MIGRATIONS[0]!) db.exec(statement);
  db.exec("CREATE TABLE schema_version (version INTEGER NOT NULL)");
  db.exec("INSERT INTO schema_version VALUES (1)");
  const visitor = db.prepare(
    `INSERT INTO visitor VALUES (?1, 'member', ?2, 1, 0, ?3, ?4, 0, ?4, 0, 0, 0, 0, 0, NULL, ?4)`,
  );
  const attribute = db.prepare(
    "INSERT INTO attribute VALUES (?1, 'lastStore', ?2, ?3, 'e', 1, 1, '[]', NULL)",
  );
  const journal = db.prepare(
    "INSERT INTO journal VALUES ('e', ?1, 0, ?2, 'd', ?3, 'scan', '{}', '1', ?4, ?4, 'accepted', 1)",
  );
  for (const [index, value] of [CARD, "2900000000024"].entries()) {
    visitor.run(`member:${value}`, value, index === 0 ? "waiting" : "dead", NOW - DAY);
    attribute.run(`member:${value}`, `S-${index}`, NOW - DAY);
    journal.run(index + 1, `u${index}`, `member:${value}`, NOW - DAY);
  }
  // Rows that came and went leave their bytes behind.
  for (let index = 0; index < 200; index += 1) journal.run(index + 9, "x", `member:${CARD}`, 1);
  db.exec("DELETE FROM journal WHERE id = 'x'");
  db.close();
}

describe("ids at rest", () => {
  it("[PV8] turns a store from before into a sealed one, and leaves no byte of a number", async () => {
    const folder = aFolder();
    const file = path.join(folder, "tarjeta.sqlite");
    aPlainStore(file);
    expect(filesHolding(folder, CARD)).toEqual(["tarjeta.sqlite"]);

    const store = await aSqliteStore({ path: file });
    expect(filesHolding(folder, CARD)).toEqual([]);
    const { claims } = await store.claim(ASK);
    expect(claims).toMatchObject([
      {
        visitor: { kind: "member", value: CARD },
        attributes: [{ name: "lastStore", value: "S-0" }],
      },
    ]);
    expect(claims[0]!.visitorKey).not.toContain(CARD);
    expect(await store.deadLetters(9)).toMatchObject([{ attributes: ["lastStore"] }]);
    // The visitor of a late scan is the one known from before.
    const late = anUpdate({ card: CARD, attributes: { lastStore: "S-9" }, atMs: NOW - 2 * DAY });
    const result = await store.ingest(aBatch([late]));
    expect(result).toMatchObject({ receipt: { verdicts: [{ verdict: "superseded" }] } });
    await store.close();
    expect(filesHolding(folder, CARD)).toEqual([]);
  });

  it("[PV8] finishes at the next start what a power cut left of that", async () => {
    const folder = aFolder();
    const file = path.join(folder, "tarjeta.sqlite");
    aPlainStore(file);
    await (await aSqliteStore({ path: file })).close();
    // As it is when the power fails after the transaction and before the file was written anew.
    const db = new DatabaseSync(file);
    db.exec("INSERT INTO owed_work VALUES ('compact')");
    db.exec(
      `PRAGMA secure_delete = OFF; CREATE TABLE left AS SELECT '${CARD}' AS card; DROP TABLE left`,
    );
    db.close();
    expect(filesHolding(folder, CARD)).toEqual(["tarjeta.sqlite"]);
    await (await aSqliteStore({ path: file })).close();
    expect(filesHolding(folder, CARD)).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("[PV8] writes a scan to neither file nor log in the clear", async () => {
    const folder = aFolder();
    const store = await aSqliteStore({ path: path.join(folder, "tarjeta.sqlite") });
    await store.ingest(
      aBatch([anUpdate({ card: CARD, attributes: { planted: "2900000000031" } })]),
    );
    expect(filesHolding(folder, "2900000000031")).toEqual(["tarjeta.sqlite-wal"]);
    expect(filesHolding(folder, CARD)).toEqual([]);
    await store.close();
    expect(filesHolding(folder, CARD)).toEqual([]);
  });

  it.each([
    ["another pepper", { ...KEYS, pepper: createSecretKey(Buffer.alloc(32, 9)) }],
    ["all other keys", makeKeys()],
    ["the storage key missing", { ...KEYS, storage: makeKeys("s9").storage }],
    ["another key under its name", { ...KEYS, storage: makeKeys("s1").storage }],
  ])("refuses to start with %s, naming the setting", async (_what, keys) => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    await (await aSqliteStore({ path: file })).close();
    const opening = openSqliteStore({ path: file, keys, onFatal: () => {} });
    await expect(opening).rejects.toThrow(/^KEYS_FILE: these are not the keys /);
    await (await aSqliteStore({ path: file })).close();
  });

  it("opens ids sealed before the storage key was rotated", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const before = await aSqliteStore({ path: file });
    await before.ingest(aBatch([anUpdate({ card: CARD })]));
    await before.close();
    const keys = { ...KEYS, storage: [...makeKeys("s2").storage, ...KEYS.storage] };
    const store = await aSqliteStore({ path: file, keys });
    await store.ingest(aBatch([anUpdate({ card: "2900000000024", seq: 2 })]));
    const { claims } = await store.claim(ASK);
    expect(claims.map(({ visitor }) => visitor.value).toSorted()).toEqual([CARD, "2900000000024"]);
  });

  it("sets aside a visitor whose id was damaged, and takes the next scan as a new start", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const before = await aSqliteStore({ path: file });
    await before.ingest(aBatch([anUpdate({ card: CARD }), anUpdate({ card: "21", seq: 2 })]));
    await before.close();
    const db = new DatabaseSync(file);
    db.exec("UPDATE visitor SET sealed_id = 's1.' || substr(sealed_id, 9)");
    db.close();
    const store = await aSqliteStore({ path: file });
    expect(await store.claim(ASK)).toEqual({ claims: [] });
    expect(await store.deadLetters(9)).toMatchObject([
      { reason: "the sealed id is damaged" },
      { reason: "the sealed id is damaged" },
    ]);
    expect((await store.figures(NOW, 0)).allowanceUsed).toBe(0);
    await store.ingest(
      aBatch([anUpdate({ card: CARD, seq: 3, attributes: { lastStore: "S-2" } })]),
    );
    const { claims } = await store.claim(ASK);
    expect(claims.map(({ visitor }) => visitor.value)).toEqual([CARD]);
  });
});
