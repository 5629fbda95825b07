import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { openSqliteStore } from "../../../src/proxy/store/sqlite-store.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { createResealing } from "../../../src/proxy/vault/resealing.ts";
import { memberCards } from "../../support/cards.ts";
import { KEYS } from "../../support/keys.ts";
import { aBatch, anUpdate, NOW } from "../../support/store-builders.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";

const cards = memberCards(30, 9_800);
const NEW = makeKeys("s2").storage;
const BOTH = { ...KEYS, storage: [...NEW, ...KEYS.storage] };
const log = { info: () => undefined, warn: () => undefined };

/** A store written under the old key: thirty visitors, the last ten of them held. */
async function aStoreFile(): Promise<string> {
  const file = path.join(aFolder(), "tarjeta.sqlite");
  const store = await aSqliteStore({ path: file, limits: { cardsPerMinute: 20 } });
  const updates = cards.map((card, index) => anUpdate({ card, seq: index + 1, atMs: NOW }));
  await store.ingest(aBatch(updates));
  expect(await store.held(99)).toMatchObject([{ updates: 10 }]);
  await store.close();
  return file;
}

/** How many rows lie under which key. */
function rowsByKey(file: string): Readonly<Record<string, number>> {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db
    .prepare(
      `SELECT substr(sealed, 1, 2) AS kid, count(*) AS n FROM
         (SELECT sealed_id AS sealed FROM visitor UNION ALL SELECT sealed FROM held_update)
       GROUP BY kid ORDER BY kid`,
    )
    .all();
  db.close();
  return Object.fromEntries(rows.map((row) => [String(row["kid"]), Number(row["n"])]));
}

async function visitorsOf(store: Store): Promise<readonly string[]> {
  await store.releaseHeld({
    deviceId: anUpdate().update.device.deviceId,
    nowMs: NOW,
    limit: 99,
    skip: 0,
  });
  const ask = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 99, leaseMs: 1, limit: 99 };
  const { claims } = await store.claim(ask);
  return claims.map(({ visitor }) => visitor.value).toSorted();
}

describe("ids sealed under an older storage key", () => {
  it("[PV8] are sealed anew, after which the older key is needed no more", async () => {
    const file = await aStoreFile();
    const store = await aSqliteStore({ path: file, keys: BOTH });
    expect([...(await store.storageKids())].toSorted()).toEqual(["s1", "s2"]);
    await createResealing({ store, log }).runOnce();
    expect(await store.storageKids()).toEqual(["s2"]);
    await store.close();
    expect(rowsByKey(file)).toEqual({ s2: 30 });
    const alone = await aSqliteStore({ path: file, keys: { ...KEYS, storage: NEW } });
    expect(await visitorsOf(alone)).toEqual([...cards].toSorted());
  });

  it("[PV8] need that key until the last of them was, wherever it was cut short", async () => {
    const file = await aStoreFile();
    for (const pages of [1, 2, 3]) {
      const store = await aSqliteStore({ path: file, keys: BOTH });
      let after: string | undefined = "";
      for (let page = 0; page < pages && after !== undefined; page += 1) {
        after = await store.reseal(after, 9);
      }
      expect(await store.storageKids()).toContain("s1");
      await store.close();
      expect(rowsByKey(file)["s1"]).toBeGreaterThan(0);
      const alone = openSqliteStore({
        path: file,
        keys: { ...KEYS, storage: NEW },
        onFatal: () => undefined,
      });
      await expect(alone).rejects.toThrow(/^KEYS_FILE: these are not the keys /);
    }
    const store = await aSqliteStore({ path: file, keys: BOTH });
    await createResealing({ store, log }).runOnce();
    expect(await visitorsOf(store)).toEqual([...cards].toSorted());
  });

  it("[PV8] are not waited for: scans are taken in meanwhile, under the new key", async () => {
    const file = await aStoreFile();
    const store = await aSqliteStore({ path: file, keys: BOTH });
    const late = memberCards(10, 9_900);
    const resealing = createResealing({ store, log }).runOnce();
    for (const [index, card] of late.entries()) {
      await store.ingest(aBatch([anUpdate({ card, seq: 100 + index, atMs: NOW + 120_000 })]));
    }
    await resealing;
    expect(await visitorsOf(store)).toEqual([...cards, ...late].toSorted());
    await store.close();
    expect(rowsByKey(file)).toEqual({ s2: 40 });
  });

  it("[PV8] are left alone where no key opens them, and hold up nothing", async () => {
    const file = await aStoreFile();
    const db = new DatabaseSync(file);
    db.exec(
      "UPDATE visitor SET sealed_id = 's1.damaged' WHERE rowid IN (SELECT rowid FROM visitor LIMIT 2)",
    );
    db.exec(
      "UPDATE held_update SET sealed = 's1.damaged' WHERE rowid IN (SELECT rowid FROM held_update LIMIT 1)",
    );
    db.close();
    const store = await aSqliteStore({ path: file, keys: BOTH });
    await createResealing({ store, log }).runOnce();
    expect(await store.storageKids()).toEqual(["s2"]);
    await store.close();
    expect(rowsByKey(file)).toEqual({ s1: 3, s2: 27 });
  });
});
