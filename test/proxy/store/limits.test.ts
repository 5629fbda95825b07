import { describe, expect, it } from "vitest";
import { STORE_LIMITS, type StoreLimits } from "../../../src/proxy/store/limits.ts";
import {
  aBatch,
  aDevice,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  NOW,
} from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";

function aStoreWith(limits: Partial<StoreLimits>) {
  return aMemoryStore({ ...STORE_LIMITS, ...limits });
}

describe("what a kiosk can make the store keep", () => {
  it("[LM1] sends a kiosk beyond the limit away whole, by name, and serves the known ones", async () => {
    const store = await aStoreWith({ devices: 1 });
    expect((await store.ingest(aBatch([anUpdate({ seq: 1 })]))).type).toBe("stored");
    const other = { device: aDevice(2) };
    expect(await store.ingest(aBatch([anUpdate({ epoch: anId(7) })], other))).toEqual({
      type: "limit-reached",
    });
    await store.heartbeat(aHeartbeat(other), NOW);
    expect((await store.figures(NOW, NOW)).kiosks).toHaveLength(1);
    expect((await store.incidents(10)).map(({ id, open }) => [id, open])).toEqual([
      ["limit-reached:devices", true],
    ]);
    expect((await store.ingest(aBatch([anUpdate({ seq: 2 })]))).type).toBe("stored");
  });

  it("[LM1] keeps no further outbox of a kiosk: its updates wait, its others go through", async () => {
    const store = await aStoreWith({ epochsPerDevice: 2 });
    const updates = [1, 2, 3].map((number) => anUpdate({ epoch: anId(number), seq: 1 }));
    const result = await store.ingest(aBatch(updates));
    if (!("receipt" in result)) throw new Error(result.type);
    const { verdicts } = result.receipt;
    expect(new Map(verdicts.map((each) => [each.id, each.verdict]))).toEqual(
      new Map([
        [updates[0]!.header.id, "accepted"],
        [updates[1]!.header.id, "accepted"],
        [updates[2]!.header.id, "retry"],
      ]),
    );
    await store.heartbeat(
      aHeartbeat({
        witnesses: [aWitness({ epoch: anId(4), lastSeq: 9 })],
        incidents: [{ type: "outbox-wiped", epoch: anId(5), lastSeq: 3, detail: "" }],
      }),
      NOW,
    );
    expect((await store.incidents(10)).map(({ type }) => type)).toEqual(["limit-reached"]);
  });

  it("[LM1] lets numbers lie scattered only so far, and takes those that close gaps", async () => {
    const store = await aStoreWith({ intervalsPerEpoch: 3 });
    const verdictOf = async (seq: number) => {
      const result = await store.ingest(aBatch([anUpdate({ seq })]));
      return "receipt" in result ? result.receipt.verdicts[0]?.verdict : result.type;
    };
    expect([await verdictOf(1), await verdictOf(3), await verdictOf(5)]).toEqual(
      Array(3).fill("accepted"),
    );
    expect(await verdictOf(7)).toBe("retry");
    // Late among its neighbours, so that what it says is old news; taken in all the same.
    expect(await verdictOf(2)).toBe("superseded");
    expect(await verdictOf(7)).toBe("accepted");
  });

  it("[LM1] forgets all but the newest receipts: a repeat is then recognised by its number", async () => {
    const store = await aStoreWith({ noncesPerDevice: 4 });
    const first = aBatch([anUpdate({ seq: 1 })]);
    await store.ingest(first);
    expect((await store.ingest(first)).type).toBe("repeated");
    for (let seq = 2; seq <= 80; seq += 1) {
      await store.ingest(aBatch([anUpdate({ seq })], { receiptMs: NOW + seq }));
    }
    const again = await store.ingest(first);
    expect(again.type).toBe("stored");
    if ("receipt" in again) {
      expect(again.receipt.verdicts.map(({ verdict }) => verdict)).toEqual(["duplicate"]);
    }
  });
});
