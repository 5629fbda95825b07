import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { VisitorId } from "../../../src/domain/visitor-id.ts";
import { makeStorageKey } from "../../../src/proxy/keys/keys.ts";
import { createCreationLane } from "../../../src/proxy/read-back/creation-lane.ts";
import { creationTiming } from "../../../src/proxy/read-back/creation-plan.ts";
import type { ReadBackStore } from "../../../src/proxy/store/read-back-store.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { cardIds, type VisitorIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { aBulkLaneWorld, type BeforeCall } from "../../support/bulk-lane-world.ts";
import { aMember } from "../../support/forwarding-world.ts";
import { KEYS } from "../../support/keys.ts";
import { aBatch, anId, anUpdate, MINUTE } from "../../support/store-builders.ts";

const STRANGER = "2900000000063";
const OTHER = "2900000000070";
const HOUR = 60 * MINUTE;
const NONE = { applied: 0, waiting: 0, unknown: 0, refused: 0 };

interface LaneSketch {
  readonly folder?: string;
  readonly vault?: ReturnType<typeof createVault>;
  readonly names?: readonly string[];
  readonly visitorIds?: VisitorIds;
  readonly store?: ReadBackStore;
  readonly mostMembers?: number;
  readonly beforeCall?: BeforeCall;
}

async function aWorld() {
  const world = await aBulkLaneWorld("creation");
  const { store, clock, emulator } = world;
  const warnings: unknown[] = [];
  return {
    ...world,
    warnings,
    aLane: (sketch: LaneSketch = {}) =>
      createCreationLane({
        store: sketch.store ?? store,
        visitorIds: sketch.visitorIds ?? cardIds,
        bulk: {
          ...world.bulk(sketch.beforeCall),
          vault: sketch.vault ?? world.vault,
          folder: sketch.folder ?? world.folder,
        },
        names: sketch.names ?? ["lastStore", "visitReason"],
        clock,
        timing: creationTiming(world.timing),
        ...(sketch.mostMembers === undefined ? {} : { mostMembers: sketch.mostMembers }),
        log: { warn: (...told) => void warnings.push(told) },
      }),
    attributesOf: (visitor: VisitorId) => {
      const profile = emulator.profile(visitor);
      if (profile === undefined) return undefined;
      return Object.fromEntries([...profile.attributes].map(([name, { value }]) => [name, value]));
    },
    /** Scanned two hours ago, and missed by the look before the send; missed long enough after it. */
    miss: async (...cards: readonly string[]) => {
      for (const card of cards) await world.scan(card, { lastStore: "S-1" }, 2 * HOUR);
      await world.pass(MINUTE);
      await world.hours(2);
    },
  };
}

type World = Awaited<ReturnType<typeof aWorld>>;

/** Cards whose rows Target got, file by file. */
function files({ emulator }: World) {
  return emulator.batches().map(({ version, key, rows }) => ({ version, key, rows }));
}

describe("a member Target does not have", () => {
  it("[CR1] is created by a v2 file, found, updated once, and applied when the profile shows it", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    const lane = world.aLane();
    expect(await lane.runOnce()).toBe(1);
    expect(files(world)).toEqual([{ version: 2, key: "thirdPartyId", rows: 1 }]);
    expect(world.attributesOf(aMember(STRANGER))).toEqual({ lastStore: "S-1" });
    expect(lane.figures()).toEqual({ rows: { complete: 1 }, filesOpen: 0 });
    // Nothing counts as applied by a file.
    expect(await world.figures()).toMatchObject({
      visitorsAbsent: 1,
      scans: { ...NONE, waiting: 1 },
    });
    expect(world.updates(STRANGER)).toBe(0);

    await world.pass(HOUR);
    expect(world.updates(STRANGER)).toBe(1);
    await world.pass(HOUR);
    expect(await world.figures()).toMatchObject({
      visitorsAbsent: 0,
      scans: { ...NONE, applied: 1 },
    });
    expect(await lane.runOnce()).toBe(0);
    await world.hours(30);
    expect(world.updates(STRANGER)).toBe(1);
    expect(readdirSync(world.folder)).toEqual(["journal.json"]);
    expect(world.warnings).toEqual([]);
  });

  it("[CR1] is in no file before they were missed twice", async () => {
    const world = await aWorld();
    await world.scan(STRANGER, { lastStore: "S-1" }, 2 * HOUR);
    await world.pass(MINUTE);
    await world.pass(HOUR);
    expect(await world.aLane().runOnce()).toBe(0);
    expect(existsSync(world.folder)).toBe(false);
    await world.pass(HOUR);
    expect(await world.aLane().runOnce()).toBe(1);
  });

  it("[CR1] is never a browser", async () => {
    const world = await aWorld();
    const receiptMs = world.clock.wallMs();
    const visitor: VisitorId = { kind: "browser", value: "1368007744041-000000.28_20" };
    const { header, update } = anUpdate({ atMs: receiptMs - 2 * HOUR, epoch: anId(0xb0) });
    await world.store.ingest(aBatch([{ header, update: { ...update, visitor } }], { receiptMs }));
    await world.pass(MINUTE);
    await world.hours(3);
    expect(await world.figures()).toMatchObject({ visitorsAbsent: 1 });
    expect(await world.aLane().runOnce()).toBe(0);
  });

  it("[CR1] [ID4] waits where nobody has an id for the card, or a file has no column for what is known", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    const visitorIds: VisitorIds = {
      ...cardIds,
      idFor: async ({ value }) =>
        value === STRANGER
          ? { type: "unmapped" }
          : { type: "mapped", visitor: aMember("site-id-7") },
    };
    expect(await world.aLane({ visitorIds, names: ["visitReason"] }).runOnce()).toBe(0);
    expect(await world.aLane({ visitorIds, names: [] }).runOnce()).toBe(0);
    expect(await world.aLane({ visitorIds }).runOnce()).toBe(1);
    expect(world.attributesOf(aMember("site-id-7"))).toEqual({ lastStore: "S-1" });
    expect(world.attributesOf(aMember(STRANGER))).toBeUndefined();
    // What was in no file is not taken for sent: nothing is to be cleared.
    expect(await world.withdraw(STRANGER)).toEqual({ clearing: [] });
  });

  it("[CR1] waits for the next file where one has no room left", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    const lane = world.aLane({ mostMembers: 1 });
    expect(await lane.runOnce()).toBe(1);
    expect(await lane.runOnce()).toBe(1);
    expect(await lane.runOnce()).toBe(0);
    expect(world.attributesOf(aMember(STRANGER))).toBeDefined();
    expect(world.attributesOf(aMember(OTHER))).toBeDefined();
  });

  it("[CR2] whose row was lost is in another file a day later, and in none before", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    world.emulator.switch({ bulkRowsLostShare: 1 });
    const lane = world.aLane();
    expect(await lane.runOnce()).toBe(1);
    for (let hour = 0; hour < 22; hour += 1) {
      await world.pass(HOUR);
      expect(await lane.runOnce()).toBe(0);
    }
    expect(world.attributesOf(aMember(STRANGER))).toBeUndefined();
    expect(await world.shares()).toEqual({ ...NONE, waiting: 1 });
    world.emulator.switch({ bulkRowsLostShare: 0 });
    await world.hours(2);
    expect(await lane.runOnce()).toBe(1);
    await world.hours(3);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
    expect(world.updates(STRANGER)).toBe(1);
  });
});

describe("what became newer", () => {
  it("[CR3] before a file leaves is not sent in it, and is in the next one", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    const beforeCall = async (turn: number) => {
      if (turn === 1) await world.scan(STRANGER, { lastStore: "S-2" });
    };
    expect(await world.aLane({ beforeCall }).runOnce()).toBe(2);
    expect(files(world)).toMatchObject([{ rows: 1 }]);
    expect(world.attributesOf(aMember(STRANGER))).toBeUndefined();
    expect(world.attributesOf(aMember(OTHER))).toEqual({ lastStore: "S-1" });
    expect(await world.aLane().runOnce()).toBe(1);
    expect(world.attributesOf(aMember(STRANGER))).toEqual({ lastStore: "S-2" });
  });

  it("[CR3] after it left goes out by the single update once the member is found", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    await world.aLane().runOnce();
    await world.scan(STRANGER, { lastStore: "S-2", visitReason: "gift" });
    await world.hours(3);
    expect(world.updates(STRANGER)).toBe(1);
    expect(world.attributesOf(aMember(STRANGER))).toEqual({
      lastStore: "S-2",
      visitReason: "gift",
    });
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
  });

  it("[CR3] stays, though a file that left before it speaks last", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    world.emulator.tune({ propagation: { minMs: 20 * HOUR, maxMs: 20 * HOUR } });
    await world.aLane().runOnce();
    world.emulator.tune({ propagation: { minMs: 0, maxMs: 0 } });
    // Meanwhile the member comes to the site, and back to the shop.
    world.emulator.visitSite(aMember(STRANGER), {}, world.clock.wallMs());
    await world.scan(STRANGER, { lastStore: "S-2" });
    await world.hours(5);
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ lastStore: "S-2" });
    expect(world.updates(STRANGER)).toBe(1);
    await world.hours(17);
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ lastStore: "S-1" });
    await world.hours(8);
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ lastStore: "S-2" });
    expect(world.updates(STRANGER)).toBe(2);
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
  });

  it("[CR3] stays, though it came after everything was applied, and a file undoes it", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    world.emulator.tune({ propagation: { minMs: 20 * HOUR, maxMs: 20 * HOUR } });
    await world.aLane().runOnce();
    world.emulator.tune({ propagation: { minMs: 0, maxMs: 0 } });
    world.emulator.visitSite(aMember(STRANGER), {}, world.clock.wallMs());
    await world.hours(4);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
    await world.scan(STRANGER, { lastStore: "S-2" });
    await world.hours(2);
    expect(world.updates(STRANGER)).toBe(2);
    await world.hours(16);
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ lastStore: "S-1" });
    await world.hours(8);
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ lastStore: "S-2" });
    expect(world.updates(STRANGER)).toBe(3);
  });

  it("[CR3] the site's own later word stays", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    await world.aLane().runOnce();
    world.clock.advance(MINUTE);
    world.emulator.visitSite(aMember(STRANGER), { lastStore: "web" }, world.clock.wallMs());
    await world.hours(3);
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ lastStore: "web" });
    expect(world.updates(STRANGER)).toBe(0);
  });

  it("[CR3] a member found before the file leaves is not in it", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    const beforeCall = async (turn: number) => {
      if (turn > 1) return;
      world.emulator.visitSite(aMember(STRANGER), { visitReason: "gift" }, world.clock.wallMs());
      await world.hours(5);
    };
    const lane = world.aLane({ beforeCall });
    await lane.runOnce();
    expect(files(world)).toEqual([]);
    expect(lane.figures()).toEqual({ rows: { "given-up": 1 }, filesOpen: 0 });
    expect(world.attributesOf(aMember(STRANGER))).toMatchObject({ visitReason: "gift" });
  });
});

describe("a member who withdraws", () => {
  it("[CR4] [PV6] is in no file from then on, be it written already", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    const beforeCall = async (turn: number) => {
      if (turn === 1) expect(await world.withdraw(STRANGER)).toEqual({ clearing: [] });
    };
    await world.aLane({ beforeCall }).runOnce();
    await world.hours(30);
    expect(await world.aLane().runOnce()).toBe(0);
    expect(world.attributesOf(aMember(STRANGER))).toBeUndefined();
    expect(world.updates(STRANGER)).toBe(0);
    expect(world.attributesOf(aMember(OTHER))).toEqual({ lastStore: "S-1" });
  });

  it("[CR4] [PV6] while a file may yet take effect is cleared at once, and once more after it", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    world.emulator.tune({ propagation: { minMs: 20 * HOUR, maxMs: 20 * HOUR } });
    await world.aLane().runOnce();
    world.emulator.tune({ propagation: { minMs: 0, maxMs: 0 } });
    await world.pass(MINUTE);
    expect(await world.withdraw(STRANGER)).toEqual({ clearing: ["lastStore"] });
    expect(await world.figures()).toMatchObject({ oldestWaitingMs: 0, scans: NONE });
    await world.hours(22);
    expect(world.updates(STRANGER)).toBe(1);
    expect(world.attributesOf(aMember(STRANGER))).toEqual({ lastStore: "S-1" });
    expect(await world.figures()).toMatchObject({ oldestWaitingMs: 0, visitorsWaiting: 1 });
    await world.hours(6);
    expect(world.attributesOf(aMember(STRANGER))).toEqual({ lastStore: "-" });
    expect(world.updates(STRANGER)).toBe(2);
    expect(await world.figures()).toMatchObject({ visitorsWaiting: 0, looksWaiting: 0 });
  });

  it("[CR4] [PV6] is forgotten where the row was lost", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    world.emulator.switch({ bulkRowsLostShare: 1 });
    await world.aLane().runOnce();
    await world.withdraw(STRANGER);
    await world.hours(28);
    expect(world.updates(STRANGER)).toBe(1);
    expect(world.attributesOf(aMember(STRANGER))).toBeUndefined();
    expect(await world.figures()).toMatchObject({ visitorsWaiting: 0, visitorsAbsent: 0 });
  });

  it("[CR4] [PV6] who was erased leaves nothing behind once that is done", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    await world.aLane().runOnce();
    await world.hours(3);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
    await world.withdraw(STRANGER, "erase");
    await world.pass(MINUTE);
    expect(world.attributesOf(aMember(STRANGER))).toEqual({ lastStore: "-" });
    // The same order again, as after a restart, changes nothing.
    await world.withdraw(STRANGER, "erase");
    await world.hours(28);
    expect(world.updates(STRANGER)).toBe(3);
    expect(await world.figures()).toMatchObject({ visitorsWaiting: 0, looksWaiting: 0 });
    expect(await world.withdraw(STRANGER)).toEqual({ clearing: [] });
  });

  it("[CR4] [PV6] while a file waits for Target is not in what is sent in the end", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    world.emulator.inject({ type: "status", status: 503, times: 2, match: { route: "bulk" } });
    const beforeCall = async (turn: number) => {
      if (turn === 3)
        expect(await world.withdraw(STRANGER)).toMatchObject({ clearing: ["lastStore"] });
    };
    await world.aLane({ beforeCall }).runOnce();
    expect(files(world)).toMatchObject([{ rows: 1 }]);
    expect(world.warnings).toEqual([
      [{ reason: "status 503" }, expect.any(String)],
      [{ reason: "status 503" }, expect.any(String)],
    ]);
    expect(JSON.stringify(world.warnings)).not.toContain(STRANGER);
  });
});

describe("a process that is stopped", () => {
  it("[CR5] while a file is written has put nobody into one", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    let pages = 0;
    const store: ReadBackStore = {
      ...world.store,
      absentMembers: async (ask) => {
        pages += 1;
        if (pages === 2) throw new Error("the power fails");
        return world.store.absentMembers({ ...ask, limit: 1 });
      },
    };
    await expect(world.aLane({ store }).runOnce()).rejects.toThrow("the power fails");
    expect(files(world)).toEqual([]);
    expect(await world.aLane().runOnce()).toBe(2);
    expect(files(world)).toMatchObject([{ rows: 2 }]);
  });

  it("[CR5] before a file left sends it at the next start, less who may not be in it by then", async () => {
    const world = await aWorld();
    await world.miss(STRANGER, OTHER);
    const first = world.aLane({
      beforeCall: () => {
        throw new Error("the power fails");
      },
    });
    await expect(first.runOnce()).rejects.toThrow("the power fails");
    expect(readdirSync(world.folder).toSorted()).toEqual(["1.rows", "journal.json"]);
    await world.withdraw(STRANGER);
    const second = world.aLane();
    expect(await second.runOnce()).toBe(0);
    expect(files(world)).toMatchObject([{ rows: 1 }]);
    expect(second.figures()).toEqual({ rows: { complete: 1 }, filesOpen: 0 });
    await world.hours(30);
    expect(world.attributesOf(aMember(STRANGER))).toBeUndefined();
    // What ended in an earlier process is not counted again.
    const third = world.aLane();
    await third.runOnce();
    expect(third.figures()).toEqual({ rows: {}, filesOpen: 0 });
  });

  it("[CR5] after Target took a file follows it, and sends it no second time", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    const first = world.aLane({
      beforeCall: (turn) => {
        if (turn === 2) throw new Error("the power fails");
      },
    });
    await expect(first.runOnce()).rejects.toThrow("the power fails");
    expect(first.figures().filesOpen).toBe(1);
    // The same process goes on too, with what it left.
    expect(await first.runOnce()).toBe(0);
    expect(first.figures()).toEqual({ rows: { complete: 1 }, filesOpen: 0 });
    expect(files(world)).toHaveLength(1);
    await world.hours(3);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
  });

  it("[CR5] leaves a file at once when asked to, to be taken up again", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    world.emulator.inject({ type: "status", status: 503, times: 3, match: { route: "bulk" } });
    const asked = Promise.withResolvers<void>();
    const lane = world.aLane({ beforeCall: (turn) => (turn === 3 ? asked.resolve() : undefined) });
    lane.start();
    await asked.promise;
    await lane.stop();
    expect(files(world)).toEqual([]);
    await world.aLane().runOnce();
    expect(files(world)).toMatchObject([{ rows: 1 }]);
  });

  it("[CR5] [PV8] needs no older storage key once what it left is sealed anew", async () => {
    const world = await aWorld();
    await world.miss(STRANGER);
    const first = world.aLane({
      beforeCall: () => {
        throw new Error("the power fails");
      },
    });
    await expect(first.runOnce()).rejects.toThrow("the power fails");
    const newer = makeStorageKey("newer");
    const both = createVault({ ...KEYS, storage: [newer, ...KEYS.storage] });
    const without = createVault({ ...KEYS, storage: [newer] });
    await expect(world.aLane({ vault: without }).sealAnew()).rejects.toThrow(/a key that is gone/);
    await world.aLane({ vault: both }).sealAnew();
    await world.aLane({ vault: without }).runOnce();
    expect(world.attributesOf(aMember(STRANGER))).toEqual({ lastStore: "S-1" });
  });
});
