import path from "node:path";
import { expect, it } from "vitest";
import { STORE_LIMITS } from "../../../src/proxy/store/limits.ts";
import { MIGRATIONS } from "../../../src/proxy/store/migrations.ts";
import { makeOlder } from "../../support/older-store.ts";
import { aBatch, anUpdate, DAY, MINUTE, NOW } from "../../support/store-builders.ts";
import { aFolder, aMemoryStore, aSqliteStore } from "../../support/store-files.ts";
import { describeForwarding } from "./forwarding-suite.ts";

describeForwarding("SQLite in memory", () => aMemoryStore());

it("[FT6] keeps the journal's row of what is held for an operator", async () => {
  const store = await aMemoryStore({ ...STORE_LIMITS, cardsPerMinute: 1 });
  const scans = [1, 2, 3].map((seq) => anUpdate({ seq, card: `2${Math.min(2, seq)}` }));
  await store.ingest(aBatch(scans));
  await store.trimJournal(NOW + 400 * DAY, "", 100);
  const { receipts } = await store.receipts({ limit: 9 });
  expect(receipts.map(({ id }) => id)).toEqual(scans.slice(1).map(({ header }) => header.id));
  const { deviceId } = scans[0]!.update.device;
  const order = { deviceId, nowMs: NOW, limit: 9, skip: 0 };
  expect(await store.releaseHeld(order)).toEqual({ updates: 2, unopened: 0 });
});

/** The schema before the one that knows of classes. */
const BEFORE_CLASSES = MIGRATIONS.findIndex((step) => step.join().includes("dead_class"));

it("[FT3] puts the dead letters of an older store into classes by their sentences", async () => {
  const file = path.join(aFolder(), "tarjeta.sqlite");
  const old = await aSqliteStore({ path: file });
  const reasons = [
    ["visitor id: too-long", "visitor-id"],
    ["attribute a b: not an attribute's name", "attribute-name"],
    ["attribute x: half a surrogate pair", "malformed-value"],
    ["attribute x: longer than 256 characters", "value-too-long"],
    ["attribute x: too large for any call by GET", "call-too-large"],
    ["attribute x: no room for it in a profile of 64 KB", "profile-full"],
    ["Target acknowledged it twice, and its profile never showed it", "not-shown"],
    ["the id was dropped at retention", "id-dropped"],
    ["the id is sealed to the missing key s0", "key-missing"],
    ["attribute.sent_values does not hold what it should", "damaged"],
    ["status 400", "refused"],
    ["a word of Target", "other"],
  ] as const;
  const updates = reasons.map((_reason, index) => anUpdate({ seq: index + 1, card: `29${index}` }));
  await old.ingest(aBatch(updates));
  const ask = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 99, leaseMs: 1, limit: 99 };
  const { claims } = await old.claim(ask);
  for (const [index, [reason]] of reasons.entries()) {
    await old.settle(claims[index]!, { type: "refused", reason, atMs: NOW });
  }
  await old.close();
  makeOlder(file, BEFORE_CLASSES);

  const store = await aSqliteStore({ path: file });
  expect(await store.deadLettersByClass()).toEqual(
    Object.fromEntries(reasons.map(([, each]) => [each, 1])),
  );
  const order = { deadByMs: NOW, nowMs: NOW + MINUTE, limit: 99, most: 99 };
  expect(await store.redrive({ ...order, class: "other" })).toEqual({ redriven: 1 });
  expect(await store.redrive(order)).toEqual({ redriven: 11 });
});
