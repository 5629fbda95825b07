import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHmacIds } from "../../../src/proxy/visitor-ids/hmac-ids.ts";
import type { MappedId, VisitorIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { aForwardingWorld, aMember } from "../../support/forwarding-world.ts";
import golden from "./hmac-vectors.json" with { type: "json" };

const HOUR = 3_600_000;
const { card: CARD, id: ID } = golden.vectors[0]!;

/** Ids held in the hand of a test. */
function handIds(answer: () => MappedId): VisitorIds {
  return { idFor: async () => answer(), close: async () => {} };
}

describe("forwarding under the site's id", () => {
  it("[ID1] writes to the mapped profile, and Target never hears of the card", async () => {
    const visitorIds = createHmacIds(createSecretKey(Buffer.from(golden.keyHex, "hex")));
    const { scan, forwarder, emulator } = await aForwardingWorld({ visitorIds });
    emulator.visitSite(aMember(ID));
    await scan(CARD, { lastStore: "A" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(emulator.calls().map(({ visitor }) => visitor)).toEqual([aMember(ID)]);
    expect(emulator.profile(aMember(ID))?.attributes.get("lastStore")?.value).toBe("A");
    expect(emulator.profile(aMember(CARD))?.attributes.size).toBe(0);
  });

  it("[ID1] [FW6] looks at the mapped profile before a late send", async () => {
    const visitorIds = createHmacIds(createSecretKey(Buffer.from(golden.keyHex, "hex")));
    const { scan, forwarder, emulator, clock } = await aForwardingWorld({ visitorIds });
    await scan(CARD, { lastStore: "A", choice: "tea" });
    clock.advance(HOUR);
    emulator.visitSite(aMember(ID), { lastStore: "web" });
    clock.advance(1);
    await forwarder.runOnce();
    expect(emulator.calls().map(({ attributes }) => attributes)).toEqual([{ choice: "tea" }]);
  });

  it("[ID4] lets a card without an id wait at no cost, and sends when it has one", async () => {
    let answer: MappedId = { type: "unmapped" };
    const world = await aForwardingWorld({ visitorIds: handIds(() => answer) });
    const { scan, forwarder, emulator, clock, store, ledger } = world;
    emulator.visitSite(aMember("site-1"));
    await scan(CARD, { lastStore: "A" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    expect((await store.figures(clock.wallMs(), ledger.nowMs())).allowanceUsed).toBe(0);
    expect(emulator.calls()).toEqual([]);
    clock.advance(14 * 60_000);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
    answer = { type: "mapped", visitor: aMember("site-1") };
    clock.advance(60_000);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(emulator.calls().map(({ visitor }) => visitor)).toEqual([aMember("site-1")]);
  });

  it("[ID4] does not take a silent lookup for an outage of Target", async () => {
    const visitorIds: VisitorIds = {
      idFor: async (visitor) =>
        visitor.value === CARD
          ? { type: "unavailable", retryAfterMs: 5_000 }
          : { type: "mapped", visitor },
      close: async () => {},
    };
    const { scan, forwarder, emulator, clock } = await aForwardingWorld({ visitorIds });
    for (let round = 0; round < 8; round += 1) {
      await scan(CARD, { lastStore: `A-${round}` });
      await forwarder.runOnce();
      clock.advance(5_000);
    }
    await scan("21", { lastStore: "B" });
    await forwarder.runOnce();
    expect(emulator.calls().map(({ visitor }) => visitor?.value)).toEqual(["21"]);
  });
});
