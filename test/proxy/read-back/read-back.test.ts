import { describe, expect, it } from "vitest";
import type { Emulator } from "../../../src/emulator/target-emulator.ts";
import { READ_BACK } from "../../../src/proxy/read-back/look-plan.ts";
import { createReadBack } from "../../../src/proxy/read-back/read-back.ts";
import { cardIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { aForwardingWorld, aMember } from "../../support/forwarding-world.ts";
import { DAY, MINUTE } from "../../support/store-builders.ts";

const KNOWN = "2912345678906";
const STRANGER = "2900000000063";
const HOUR = 60 * MINUTE;

/** A forwarder and its looks, between a real store and an emulator on a real socket. */
async function aWorld(share = 0) {
  const timing = { ...READ_BACK, share };
  const world = await aForwardingWorld({ readBack: timing });
  const { store, target, clock, forwarder, emulator } = world;
  const readBack = createReadBack({
    store,
    target,
    visitorIds: cardIds,
    clock,
    random: () => 0.5,
    timing,
    dailyFetches: 500_000,
    onOwed: () => undefined,
  });
  const pass = async (forMs: number) => {
    clock.advance(forMs);
    await forwarder.runOnce();
    // The budget fills while nobody looks.
    clock.advance(MINUTE);
    await readBack.runOnce();
    await forwarder.runOnce();
  };
  const figures = async () => store.figures(clock.wallMs(), 0);
  return {
    ...world,
    pass,
    figures,
    shares: async () => (await figures()).scans,
    calls: (card: string) => callsFor(emulator, card),
    valueOf: (card: string, name: string) =>
      emulator.profile(aMember(card))?.attributes.get(name)?.value,
    looks: readBack.figures,
  };
}

function callsFor(emulator: Emulator, card: string): number {
  return emulator.calls().filter(({ visitor }) => visitor?.value === card).length;
}

const NONE = { applied: 0, waiting: 0, unknown: 0, refused: 0 };

describe("a card Target knows", () => {
  it("[UN1] counts as waiting until its profile shows the first scan, and as applied from then on", async () => {
    const world = await aWorld();
    await world.scan(KNOWN, { lastStore: "S-1" });
    expect(await world.shares()).toEqual({ ...NONE, waiting: 1 });
    await world.pass(MINUTE);
    expect(world.calls(KNOWN)).toBe(1);
    expect(await world.shares()).toEqual({ ...NONE, waiting: 1 });
    await world.pass(HOUR);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
    expect(world.looks()).toMatchObject({ applied: 1 });

    // Confirmed now: the next one is taken at its word, unless the sample says otherwise.
    await world.scan(KNOWN, { lastStore: "S-2" });
    await world.pass(MINUTE);
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
  });

  it("[UN1] is read back by sample once it is confirmed", async () => {
    const world = await aWorld(0.51);
    await world.scan(KNOWN, { lastStore: "S-1" });
    for (let round = 0; round < 4; round += 1) await world.pass(HOUR);
    await world.scan(KNOWN, { lastStore: "S-2" });
    await world.pass(MINUTE);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1, waiting: 1 });
    await world.pass(HOUR);
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
  });

  it("[UN1] waits on while Target takes its time, and is applied when it shows", async () => {
    const world = await aWorld();
    world.emulator.tune({ propagation: { minMs: 20 * HOUR, maxMs: 20 * HOUR } });
    await world.scan(KNOWN, { lastStore: "S-1" });
    await world.pass(MINUTE);
    for (let hour = 0; hour < 8; hour += 1) await world.pass(HOUR);
    expect(await world.shares()).toEqual({ ...NONE, waiting: 1 });
    for (let hour = 0; hour < 24; hour += 1) await world.pass(HOUR);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
    expect(world.calls(KNOWN)).toBe(1);
  });

  it("[UN1] whose call Target dropped is sent once more after a day, then named a dead letter", async () => {
    const world = await aWorld();
    world.emulator.tune({ propagation: { minMs: 90 * DAY, maxMs: 90 * DAY } });
    await world.scan(KNOWN, { lastStore: "S-1" });
    for (let hour = 0; hour < 40; hour += 1) await world.pass(HOUR);
    expect(world.calls(KNOWN)).toBe(2);
    for (let hour = 0; hour < 60; hour += 1) await world.pass(HOUR);
    expect(world.calls(KNOWN)).toBe(2);
    expect(await world.shares()).toEqual({ ...NONE, refused: 1 });
    expect(await world.store.deadLetters(9)).toMatchObject([
      { reason: expect.stringContaining("never showed"), attributes: ["lastStore"] },
    ]);
  });

  it("[UN1] [FW6] has its scan applied without a call where the site's word is later", async () => {
    const world = await aWorld();
    world.emulator.visitSite(aMember(KNOWN), { lastStore: "web" }, world.clock.wallMs());
    await world.scan(KNOWN, { lastStore: "S-1" }, 2 * HOUR);
    await world.pass(MINUTE);
    expect(world.calls(KNOWN)).toBe(0);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
  });

  it("[UN1] undone at a session's end is sent again, past the time the session left there", async () => {
    const world = await aWorld();
    const site = (value: string) =>
      world.emulator.visitSite(aMember(KNOWN), { lastStore: value }, world.clock.wallMs());
    // Target is slow enough for the first look to see what stood there before our call.
    site("web");
    world.clock.advance(MINUTE);
    world.emulator.tune({ propagation: { minMs: 90 * MINUTE, maxMs: 90 * MINUTE } });
    await world.scan(KNOWN, { lastStore: "S-1" });
    await world.pass(MINUTE);
    await world.pass(HOUR);
    expect(world.looks()).toMatchObject({ "not-yet": 1 });
    await world.pass(HOUR);
    expect(world.valueOf(KNOWN, "lastStore")).toBe("S-1");
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });

    world.emulator.tune({ propagation: { minMs: 0, maxMs: 0 } });
    site("web");
    await world.pass(HOUR);
    await world.pass(MINUTE);
    expect(world.looks()).toMatchObject({ reverted: 1 });
    expect(world.calls(KNOWN)).toBe(2);
    expect(world.valueOf(KNOWN, "lastStore")).toBe("S-1");

    site("web");
    for (let hour = 0; hour < 6; hour += 1) await world.pass(HOUR);
    expect(world.calls(KNOWN)).toBe(2);
    expect(world.valueOf(KNOWN, "lastStore")).toBe("web");
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
  });
});

describe("a card Target does not know", () => {
  it("[UN1] waits, costs no further call however often it is scanned, and is applied once it appears", async () => {
    const world = await aWorld();
    await world.scan(STRANGER, { lastStore: "S-1" });
    await world.pass(MINUTE);
    expect(world.calls(STRANGER)).toBe(1);
    await world.pass(HOUR);
    expect(await world.figures()).toMatchObject({
      visitorsAbsent: 1,
      visitorsWaiting: 0,
      scans: { ...NONE, waiting: 1 },
    });
    await world.scan(STRANGER, { lastStore: "S-2" });
    await world.pass(MINUTE);
    for (let hour = 0; hour < 30; hour += 1) await world.pass(HOUR);
    expect(world.calls(STRANGER)).toBe(1);
    expect(await world.shares()).toEqual({ ...NONE, waiting: 2 });

    world.emulator.visitSite(aMember(STRANGER), {}, world.clock.wallMs());
    for (let hour = 0; hour < 27; hour += 1) await world.pass(HOUR);
    expect(world.calls(STRANGER)).toBe(2);
    expect(world.valueOf(STRANGER, "lastStore")).toBe("S-2");
    expect(await world.figures()).toMatchObject({
      visitorsAbsent: 0,
      scans: { ...NONE, applied: 2 },
    });
  });

  it("[UN1] rests as unknown after the term, and is looked for again when it is scanned again", async () => {
    const world = await aWorld();
    await world.scan(STRANGER, { lastStore: "S-1" });
    await world.pass(MINUTE);
    for (let day = 0; day < 16; day += 1) await world.pass(DAY);
    expect(await world.figures()).toMatchObject({ visitorsUnknown: 1, visitorsAbsent: 0 });
    expect(world.calls(STRANGER)).toBe(1);
    const { look } = await world.target.fetchProfile(aMember(STRANGER));
    expect(look.type).toBe("unknown");

    await world.scan(STRANGER, { lastStore: "S-2" });
    expect(await world.figures()).toMatchObject({ visitorsUnknown: 0, visitorsAbsent: 1 });
    world.emulator.visitSite(aMember(STRANGER), {}, world.clock.wallMs());
    await world.pass(MINUTE);
    await world.pass(MINUTE);
    expect(world.calls(STRANGER)).toBe(2);
    expect(world.valueOf(STRANGER, "lastStore")).toBe("S-2");
  });

  it("[UN1] [QT2] is not called for at all where a look before a late send misses it", async () => {
    const world = await aWorld();
    await world.scan(STRANGER, { lastStore: "S-1" }, 2 * HOUR);
    await world.pass(MINUTE);
    expect(world.calls(STRANGER)).toBe(0);
    expect(await world.figures()).toMatchObject({ visitorsAbsent: 1, allowanceUsed: 0 });
  });

  it("[UN1] [PV6] who withdraws meanwhile is looked for no more, and counts nowhere", async () => {
    const world = await aWorld();
    await world.scan(STRANGER, { lastStore: "S-1" });
    await world.pass(MINUTE);
    await world.pass(HOUR);
    const [claim] = await world.store.claimLooks({
      kind: "search",
      nowMs: world.clock.wallMs() + DAY,
      leaseMs: 1,
      limit: 1,
    });
    await world.store.suppress({
      act: "withdraw",
      visitorKey: claim!.visitorKey,
      visitor: aMember(STRANGER),
      atMs: world.clock.wallMs(),
      nowMs: world.clock.wallMs(),
      cleared: { "*": "-" },
    });
    expect(await world.figures()).toMatchObject({ scans: NONE, looksWaiting: 0 });
    expect(await world.store.settleLook(claim!, { type: "found", atMs: 1 })).toBe(false);
    await world.pass(HOUR);
    await world.pass(DAY);
    expect(world.emulator.calls().at(-1)).toMatchObject({ attributes: { lastStore: "-" } });
    expect(await world.figures()).toMatchObject({ visitorsAbsent: 0, looksWaiting: 0 });
  });
});

describe("looks", () => {
  it("[UN1] pause while Target does not answer, and say nothing about anybody", async () => {
    const world = await aWorld();
    await world.scan(KNOWN, { lastStore: "S-1" });
    await world.pass(MINUTE);
    world.emulator.inject({ type: "status", status: 503, times: 3, match: { route: "fetch" } });
    for (let round = 0; round < 3; round += 1) await world.pass(HOUR);
    expect(world.looks()).toMatchObject({ unavailable: 3 });
    expect(await world.shares()).toEqual({ ...NONE, waiting: 1 });
    await world.pass(HOUR);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
  });

  it("[UN1] settled after their lease went to somebody else have no effect", async () => {
    const world = await aWorld();
    const ask = await aDueLook(world);
    const [first] = await world.store.claimLooks(ask);
    const [second] = await world.store.claimLooks({ ...ask, nowMs: ask.nowMs + ask.leaseMs });
    const absent = { type: "absent", atMs: ask.nowMs, dueMs: ask.nowMs } as const;
    expect(await world.store.settleLook(first!, absent)).toBe(false);
    expect(await world.figures()).toMatchObject({ visitorsAbsent: 0 });
    expect(await world.store.settleLook(second!, absent)).toBe(true);
    expect(await world.figures()).toMatchObject({ visitorsAbsent: 1 });
  });

  it("[UN1] [FW2] leave a visitor alone while a call is on its way, and judge nothing a call came between", async () => {
    const world = await aWorld();
    const ask = await aDueLook(world);
    const [look] = await world.store.claimLooks(ask);
    await world.scan(KNOWN, { lastStore: "S-2" });
    const charge = { ledgerMs: world.ledger.nowMs(), maxCallMs: 1, allowed: 9 };
    const { claims } = await world.store.claim({ ...charge, ...ask, leaseMs: DAY });
    expect(claims).toHaveLength(1);
    const absent = { type: "absent", atMs: ask.nowMs, dueMs: ask.nowMs } as const;
    expect(await world.store.settleLook(look!, absent)).toBe(false);
    expect(await world.store.claimLooks({ ...ask, nowMs: ask.nowMs + HOUR })).toEqual([]);
    await world.store.settle(claims[0]!, { type: "unavailable", dueAtMs: ask.nowMs });
    expect(await world.store.claimLooks({ ...ask, nowMs: ask.nowMs + HOUR })).toHaveLength(1);
  });

  it("[UN1] a crash repeats one when its lease is over", async () => {
    const world = await aWorld();
    const ask = await aDueLook(world);
    expect(await world.store.claimLooks(ask)).toHaveLength(1);
    expect(await world.store.claimLooks(ask)).toHaveLength(0);
    expect(await world.store.claimLooks({ ...ask, nowMs: ask.nowMs + MINUTE })).toHaveLength(1);
  });
});

/** A first call was made, and its look is due. */
async function aDueLook(world: Awaited<ReturnType<typeof aWorld>>) {
  await world.scan(KNOWN, { lastStore: "S-1" });
  await world.pass(MINUTE);
  world.clock.advance(2 * HOUR);
  return { kind: "check" as const, nowMs: world.clock.wallMs(), leaseMs: MINUTE, limit: 9 };
}
