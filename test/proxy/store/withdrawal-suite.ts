import { describe, expect, it } from "vitest";
import type { IngestBatch, Store } from "../../../src/proxy/store/store.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import {
  aBatch,
  aDevice,
  aHeader,
  aHeartbeat,
  anUpdate,
  aWitness,
  DAY,
  MINUTE,
  NOW,
  type UpdateSketch,
} from "../../support/store-builders.ts";

const CARD = { kind: "member", value: "2912345678906" } as const;
const KEY = createVault(KEYS).hashOf(CARD);
const ASK = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 1_000, leaseMs: 1, limit: 10 };

type Asked = NonNullable<IngestBatch["withdrawals"]>[number];

export function aWithdrawal(sketch: UpdateSketch = {}): Asked {
  return {
    header: aHeader(sketch),
    withdrawal: {
      device: sketch.device ?? aDevice(),
      visitor: { kind: "member", value: sketch.card ?? CARD.value },
      occasion: "withdrawal",
      configVersion: "1",
    },
  };
}

function withdrawing(
  withdrawals: readonly Asked[],
  batch: Parameters<typeof aBatch>[0] = [],
  sketch: Partial<IngestBatch> = {},
): IngestBatch {
  return aBatch(batch, { withdrawals, cleared: { lastStore: "none" }, ...sketch });
}

async function verdictsOf(store: Store, batch: IngestBatch) {
  const result = await store.ingest(batch);
  if (!("receipt" in result)) throw new Error(`the store said ${result.type}`);
  return Object.fromEntries(result.receipt.verdicts.map((each) => [each.id, each]));
}

/** Sends what is owed, to the end; gives the values. */
async function send(store: Store, ask: Partial<typeof ASK> = {}) {
  const { claims } = await store.claim({ ...ASK, ...ask });
  for (const claim of claims) {
    const names = claim.attributes.map(({ name }) => name);
    expect(await store.recordSending(claim, names)).toBe(true);
    const { version } = claim;
    await store.settle(claim, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
  }
  return claims.map(({ visitor, attributes }) => [
    visitor.value,
    Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
  ]);
}

/** What any engine does with a withdrawal that a kiosk brings. */
export function describeWithdrawals(name: string, open: () => Promise<Store>): void {
  describe(`${name}: withdrawals from a kiosk`, () => {
    it("[PV6] overwrite what was sent, and send nothing else, in the order they came or any other", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      expect(await send(store)).toEqual([[CARD.value, { lastStore: "S-1" }]]);
      const asked = aWithdrawal({ seq: 3 });
      // In one batch: captured before it, and after it.
      const before = anUpdate({ seq: 2, attributes: { mood: "a" } });
      const after = anUpdate({ seq: 4, attributes: { mood: "b" } });
      const other = anUpdate({ seq: 5, card: "21" });
      const verdicts = await verdictsOf(store, withdrawing([asked], [before, after, other]));
      const refused = { verdict: "rejected", reason: "withdrawn" };
      expect(verdicts).toEqual({
        [asked.header.id]: { id: asked.header.id, verdict: "accepted" },
        [before.header.id]: { id: before.header.id, ...refused },
        [after.header.id]: { id: after.header.id, ...refused },
        [other.header.id]: { id: other.header.id, verdict: "accepted" },
      });
      // Of another kiosk, captured a day before.
      const elsewhere = anUpdate({ seq: 6, atMs: NOW - DAY, device: aDevice(2) });
      expect(await verdictsOf(store, aBatch([elsewhere]))).toMatchObject({
        [elsewhere.header.id]: refused,
      });
      const later = { nowMs: NOW + MINUTE, ledgerMs: MINUTE };
      expect((await send(store, later)).toSorted()).toEqual([
        ["21", { lastStore: "S-1" }],
        [CARD.value, { lastStore: "none" }],
      ]);
      expect(await send(store, { nowMs: NOW + 2 * DAY, ledgerMs: DAY })).toEqual([]);
    });

    it("[PV6] are known to whoever asks for the withdrawals, dated when they were asked for", async () => {
      const store = await open();
      const atMs = NOW - 30 * MINUTE;
      await store.ingest(withdrawing([aWithdrawal({ seq: 1, atMs })]));
      expect(await store.suppressions()).toEqual([{ act: "withdraw", visitorKey: KEY, atMs }]);
    });

    it("[PV6] [IN3] change nothing when they come again, as the same request or another", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      await send(store);
      const asked = aWithdrawal({ seq: 2 });
      const batch = withdrawing([asked]);
      await store.ingest(batch);
      expect(await send(store, { nowMs: NOW + MINUTE, ledgerMs: MINUTE })).toHaveLength(1);
      expect(await store.ingest(batch)).toMatchObject({ type: "repeated" });
      expect(await verdictsOf(store, withdrawing([asked]))).toEqual({
        [asked.header.id]: { id: asked.header.id, verdict: "duplicate" },
      });
      // Asked for once more with the same card: taken, and nothing is left to clear.
      const again = aWithdrawal({ seq: 3 });
      expect(await verdictsOf(store, withdrawing([again]))).toMatchObject({
        [again.header.id]: { verdict: "accepted" },
      });
      expect(await send(store, { nowMs: NOW + 2 * DAY, ledgerMs: DAY })).toEqual([]);
      expect(await store.suppressions()).toHaveLength(1);
    });

    it("[PV6] leave an erasure what it is, and an unknown card refused from then on", async () => {
      const store = await open();
      const order = { atMs: NOW, nowMs: NOW, cleared: {}, visitorKey: KEY } as const;
      await store.suppress({ act: "erase", ...order });
      const stranger = aWithdrawal({ seq: 2, card: "29" });
      await store.ingest(withdrawing([aWithdrawal({ seq: 1 }), stranger]));
      const acts = (await store.suppressions()).map(({ act }) => act);
      expect(acts.toSorted()).toEqual(["erase", "withdraw"]);
      const scan = anUpdate({ seq: 3, card: "29" });
      expect(await verdictsOf(store, aBatch([scan]))).toMatchObject({
        [scan.header.id]: { reason: "withdrawn" },
      });
      expect(await send(store, { nowMs: NOW + DAY })).toEqual([]);
    });

    it("[OB5] are numbers received: no gap, and nothing to ask the kiosk for", async () => {
      const store = await open();
      await store.ingest(
        withdrawing([aWithdrawal({ seq: 2 })], [anUpdate({ seq: 1, card: "21" })]),
      );
      const heard = await store.heartbeat(
        aHeartbeat({ witnesses: [aWitness({ lastSeq: 2 })] }),
        NOW,
      );
      expect("resend" in heard ? heard.resend : undefined).toBeUndefined();
      expect((await store.incidents(9)).filter(({ open }) => open)).toEqual([]);
    });

    it("[PV6] stand in no row of the journal, and are nobody's scan", async () => {
      const store = await open();
      await store.ingest(withdrawing([aWithdrawal({ seq: 1 })]));
      expect((await store.receipts({ limit: 9 })).receipts).toEqual([]);
      expect(await store.figures(NOW, 0)).toMatchObject({ visitorsWaiting: 0 });
    });

    it("[LM1] that come too fast from one kiosk are an open incident until they do no longer", async () => {
      const store = await open();
      const openOnes = async () => (await store.incidents(9)).filter(({ open }) => open);
      await store.ingest(aBatch([], { withdrawals: [], withdrawalsHeldBack: 3 }));
      expect(await openOnes()).toMatchObject([
        { type: "limit-reached", detail: expect.stringContaining("3 wait on it") },
      ]);
      await store.ingest(withdrawing([aWithdrawal({ seq: 1 })]));
      expect(await openOnes()).toEqual([]);
    });
  });
}
