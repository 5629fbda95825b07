import { expect, it } from "vitest";
import { STORE_LIMITS } from "../../../src/proxy/store/limits.ts";
import { aBatch, anUpdate, DAY, NOW } from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";
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
