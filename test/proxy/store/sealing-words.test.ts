import { describe, expect, it } from "vitest";
import type { HeartbeatRequest } from "../../../src/contract/heartbeat.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import {
  aBatch,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  DAY,
  MINUTE,
  NOW,
} from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";

const PLACE = { storeId: "S-1", kioskId: "K-1" };

/** A store with one paired kiosk; gives its id. */
async function aPairedKiosk(store: Store): Promise<string> {
  const deviceId = anId(0xd_0001);
  const paired = await store.pair({
    grant: { type: "link", ...PLACE, timeZone: undefined, name: "door", replaces: undefined },
    keyId: "k".repeat(43),
    publicKey: { x: "x".repeat(43), y: "y".repeat(43) },
    deviceId,
    timeZone: "Europe/Madrid",
    atMs: NOW - DAY,
    needsApproval: false,
  });
  expect(paired.type).toBe("paired");
  return deviceId;
}

async function hear(
  store: Store,
  atMs: number,
  part: Partial<HeartbeatRequest> = {},
  told: string | undefined = "new",
): Promise<void> {
  await store.heartbeat(aHeartbeat({ atMs, ...part }), atMs, "d", told);
}

async function holders(store: Store, kid = "old", nowMs = NOW + DAY): Promise<readonly string[]> {
  const found = await store.sealingHolders({ kid, newestKid: "new", nowMs });
  return found.map(({ why }) => why);
}

const SETTLED = NOW + 5 * MINUTE;

describe("whom a sealing key is kept for", () => {
  it("[IN6] is a kiosk that has not said which keys it needs, an app from before among them", async () => {
    const store = await aMemoryStore();
    await aPairedKiosk(store);
    expect(await holders(store)).toEqual(["has not said yet which keys it needs"]);
    await hear(store, NOW);
    await hear(store, NOW + DAY);
    expect(await holders(store)).toEqual(["has not said yet which keys it needs"]);
  });

  it("[IN6] is one that says so, and no other key's", async () => {
    const store = await aMemoryStore();
    await aPairedKiosk(store);
    await hear(store, NOW);
    await hear(store, SETTLED, { sealedTo: ["old", "new"] });
    expect(await holders(store)).toEqual(["has entries sealed to it"]);
    expect(await holders(store, "older")).toEqual([]);
  });

  it("[IN6] is one that may still be sealing to it: its word counts five minutes after it heard of the new one", async () => {
    const store = await aMemoryStore();
    await aPairedKiosk(store);
    await hear(store, NOW);
    await hear(store, SETTLED - 1, { sealedTo: ["new"] });
    expect(await holders(store)).toEqual(["has known the new key too shortly"]);
    await hear(store, SETTLED, { sealedTo: ["new"] });
    expect(await holders(store)).toEqual([]);
  });

  it("[IN6] is everybody again once there is a newer key, until they have heard of that", async () => {
    const store = await aMemoryStore();
    await aPairedKiosk(store);
    await hear(store, NOW, {}, "old");
    await hear(store, SETTLED, { sealedTo: ["old"] }, "old");
    // Off since before there was a newest one: what it said was about another.
    expect(await holders(store, "older")).toEqual(["has not said yet which keys it needs"]);
    await hear(store, SETTLED + MINUTE, { sealedTo: [] });
    expect(await holders(store)).toEqual(["has known the new key too shortly"]);
    await hear(store, SETTLED + 6 * MINUTE, { sealedTo: [] });
    expect(await holders(store)).toEqual([]);
  });

  it("[IN6] is one that was shut out and owes, until that is written off or came", async () => {
    const store = await aMemoryStore();
    const deviceId = await aPairedKiosk(store);
    await hear(store, NOW, { witnesses: [aWitness({ lastSeq: 2, owed: [[1, 2]] })] });
    await store.revokeDevice(deviceId);
    const owes = "was shut out and owes updates: have it paired again, or write them off";
    expect(await holders(store)).toEqual([owes]);
    await store.ingest(aBatch([anUpdate({ seq: 1 })]));
    expect(await holders(store)).toEqual([owes]);
    await store.writeOff(deviceId, NOW + MINUTE);
    expect(await holders(store)).toEqual([]);
  });

  it("[IN6] is one that was shut out and keeps some to be asked for again, for eight days", async () => {
    const store = await aMemoryStore();
    const deviceId = await aPairedKiosk(store);
    await store.ingest(aBatch([anUpdate({ seq: 1 })]));
    await hear(store, NOW, { witnesses: [aWitness({ lastSeq: 1, kept: [[1, 1]] })] });
    await store.revokeDevice(deviceId);
    expect(await holders(store, "old", NOW + 7 * DAY)).toHaveLength(1);
    expect(await holders(store, "old", NOW + 8 * DAY)).toEqual([]);
  });

  it("[IN6] is nobody that never had anything", async () => {
    const store = await aMemoryStore();
    await store.revokeDevice(await aPairedKiosk(store));
    expect(await holders(store)).toEqual([]);
  });
});
