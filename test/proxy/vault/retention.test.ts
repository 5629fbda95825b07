import { expect, it } from "vitest";
import { createMetrics } from "../../../src/proxy/metrics.ts";
import { createProcessMetrics } from "../../../src/proxy/process-metrics.ts";
import { STORE_LIMITS } from "../../../src/proxy/store/limits.ts";
import { createRetention } from "../../../src/proxy/vault/retention.ts";
import { aBatch, anId, anUpdate, DAY, NOW } from "../../support/store-builders.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";

const LATER = NOW + 500 * DAY;

it("[FT4] [FT6] [PV9] cleans up in pages what is past its days, and nothing else", async () => {
  const store = await aMemoryStore({ ...STORE_LIMITS, maxAgeMs: 900 * DAY });
  const old = [1, 2, 3].map((seq) => anUpdate({ seq, card: `2${seq}`, attributes: { a: "1" } }));
  await store.ingest(aBatch(old));
  const ask = { ledgerMs: 0, maxCallMs: 1, allowed: 9, leaseMs: 1, limit: 9 };
  for (const [index, claim] of (await store.claim({ ...ask, nowMs: NOW })).claims.entries()) {
    const atMs = index === 0 ? LATER - 30 * DAY : NOW;
    await store.settle(claim, { type: "refused", reason: "no", atMs });
  }
  const young = anUpdate({ seq: 4, card: "24", atMs: LATER - DAY });
  await store.ingest(aBatch([young], { receiptMs: LATER - DAY }));

  const asked: string[] = [];
  const watched = new Proxy(store, {
    get: (target, name: keyof typeof store) => {
      asked.push(name);
      return target[name];
    },
  });
  const days = { days: 400, deadLetterDays: 90, journalDays: 400 };
  const retention = createRetention({ store: watched, clock: { wallMs: () => LATER }, ...days });
  await retention.runOnce();
  expect(new Set(asked)).toEqual(
    new Set(["dropIds", "expireDeadLetters", "trimJournal", "forgetHelp"]),
  );
  expect(await store.figures(LATER, 0)).toMatchObject({ deadLetters: 1, visitorsWaiting: 1 });
  const { receipts } = await store.receipts({ limit: 9 });
  expect(receipts.map(({ id }) => id)).toEqual([young.header.id]);

  // The merge rows of those who owe nothing any more are kept: what is older never wins.
  const late = anUpdate({ epoch: anId(7), card: "22", atMs: NOW - DAY, attributes: { a: "0" } });
  const result = await store.ingest(aBatch([late], { receiptMs: NOW }));
  expect(result).toMatchObject({
    receipt: { verdicts: [{ reason: "something newer was known already for a" }] },
  });
});

it("[FT2] [FT3] [FT5] tells the metrics of dead letters by class, of what came too late, and of a pause", async () => {
  const store = await aMemoryStore();
  await store.ingest(aBatch([1, 2].map((seq) => anUpdate({ seq, card: `2${seq}` }))));
  await store.ingest(aBatch([anUpdate({ seq: 3 })], { receiptMs: NOW + 91 * DAY }));
  const ask = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 9, leaseMs: 1, limit: 9 };
  for (const claim of (await store.claim(ask)).claims) {
    await store.settle(claim, { type: "refused", class: "damaged", reason: "no", atMs: NOW });
  }
  await store.pauseForwarding({ atMs: NOW, who: "night" });
  const text = await createMetrics({
    figures: () => store.figures(NOW, 0),
    allowed: 9,
    ownMetrics: createProcessMetrics(aFolder()),
  })();
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      'tarjeta_dead_letters{class="damaged"} 2',
      'tarjeta_dead_letters{class="refused"} 0',
      "tarjeta_updates_too_old 1",
      'tarjeta_forwarding{state="paused"} 1',
      'tarjeta_forwarding{state="running"} 0',
      "tarjeta_target_failures_in_a_row 0",
    ]),
  );
});
