import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createOverflowLane } from "../../../src/proxy/overflow/overflow-lane.ts";
import { overflowTiming } from "../../../src/proxy/overflow/overflow-plan.ts";
import { createFetchBudget } from "../../../src/proxy/read-back/fetch-budget.ts";
import type { OverflowStore } from "../../../src/proxy/store/overflow-store.ts";
import { cardIds, type VisitorIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { aBulkLaneWorld, type BeforeCall } from "../../support/bulk-lane-world.ts";
import { aMember } from "../../support/forwarding-world.ts";
import { MINUTE, NOW } from "../../support/store-builders.ts";

const CARD = "2900000000063";
const OTHER = "2900000000070";
const HOUR = 60 * MINUTE;
const NONE = { applied: 0, waiting: 0, unknown: 0, refused: 0 };

interface LaneSketch {
  readonly names?: readonly string[];
  readonly visitorIds?: VisitorIds;
  readonly store?: OverflowStore;
  readonly drainMs?: number;
  readonly mostMembers?: number;
  readonly dailyFetches?: number;
  readonly beforeCall?: BeforeCall;
}

async function aWorld() {
  const world = await aBulkLaneWorld("overflow");
  const { store, target, clock, emulator } = world;
  return {
    ...world,
    aLane: (sketch: LaneSketch = {}) =>
      createOverflowLane({
        store: sketch.store ?? store,
        target,
        visitorIds: sketch.visitorIds ?? cardIds,
        bulk: world.bulk(sketch.beforeCall),
        names: sketch.names ?? ["lastStore", "visitReason"],
        fetches: createFetchBudget(sketch.dailyFetches ?? 500_000, clock.monoMs()),
        drainMs: async () => sketch.drainMs ?? 48 * HOUR,
        clock,
        timing: overflowTiming(24 * HOUR, world.timing),
        ...(sketch.mostMembers === undefined ? {} : { mostMembers: sketch.mostMembers }),
        onOwed: () => undefined,
      }),
    valuesOf: (card: string) => {
      const profile = emulator.profile(aMember(card));
      return Object.fromEntries(
        [...(profile?.attributes ?? [])].map(([name, { value }]) => [name, value]),
      );
    },
    /** Members of the site who were scanned two hours ago, and nobody could call for since. */
    backlog: async (...cards: readonly string[]) => {
      for (const card of cards) {
        emulator.seed([{ visitor: aMember(card), attributes: {}, modifiedAtMs: NOW }]);
        await world.scan(card, { lastStore: "S-1" }, MINUTE);
      }
      clock.advance(2 * HOUR);
    },
  };
}

type World = Awaited<ReturnType<typeof aWorld>>;

function rowsIn({ emulator }: World) {
  return emulator.batches().map(({ version, rows }) => ({ version, rows }));
}

describe("a backlog that single calls would take too long for", () => {
  it("[OV1] goes in a file of full states, costs no call, and is applied when the profiles show it", async () => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    const lane = world.aLane();
    expect(await lane.runOnce()).toBe(2);
    expect(rowsIn(world)).toEqual([{ version: 2, rows: 2 }]);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-1" });
    expect(lane.figures()).toEqual({ rows: { complete: 2 }, filesOpen: 0 });
    expect(await world.figures()).toMatchObject({
      visitorsWaiting: 0,
      allowanceUsed: 0,
      scans: { ...NONE, waiting: 2 },
    });
    await world.hours(2);
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
    expect(world.updates(CARD) + world.updates(OTHER)).toBe(0);
    expect(await lane.runOnce()).toBe(0);
    expect(readdirSync(world.folder)).toEqual(["journal.json"]);
  });

  it("[OV1] is left to single calls while they bring it to its end in time", async () => {
    const world = await aWorld();
    await world.backlog(CARD);
    expect(await world.aLane({ drainMs: 24 * HOUR }).runOnce()).toBe(0);
    expect(existsSync(world.folder)).toBe(false);
    await world.pass(MINUTE);
    expect(world.updates(CARD)).toBe(1);
  });

  it("[OV1] leaves out who came just now, whom Target does not have, and who has no id or column", async () => {
    const world = await aWorld();
    await world.scan("2900000000087", { lastStore: "S-1" }, MINUTE); // Not in Target.
    await world.backlog(CARD, OTHER);
    world.emulator.seed([{ visitor: aMember("2900000000094"), attributes: {}, modifiedAtMs: NOW }]);
    await world.scan("2900000000094", { lastStore: "S-1" });
    const visitorIds: VisitorIds = {
      ...cardIds,
      idFor: async (visitor) =>
        visitor.value === OTHER ? { type: "unmapped" } : { type: "mapped", visitor },
    };
    expect(await world.aLane({ names: ["visitReason"] }).runOnce()).toBe(0);
    expect(await world.aLane({ visitorIds }).runOnce()).toBe(1);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-1" });
    expect((await world.figures()).visitorsWaiting).toBe(3);
  });

  it("[OV1] takes no more members than a file has room for, and no more looks than its budget", async () => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    const lane = world.aLane({ mostMembers: 1, dailyFetches: 144 });
    const startMs = world.clock.monoMs();
    expect(await lane.runOnce()).toBe(1);
    expect(world.clock.monoMs() - startMs).toBeGreaterThanOrEqual(20 * MINUTE);
    expect((await world.figures()).visitorsWaiting).toBe(1);
  });

  it("[OV1] [FW6] carries what was acknowledged before too, and nothing the site has changed since", async () => {
    const world = await aWorld();
    world.emulator.seed([{ visitor: aMember(CARD), attributes: {}, modifiedAtMs: NOW }]);
    world.emulator.seed([{ visitor: aMember(OTHER), attributes: {}, modifiedAtMs: NOW }]);
    for (const card of [CARD, OTHER]) {
      await world.scan(card, { lastStore: "S-1", visitReason: "gift" });
    }
    await world.hours(3);
    await world.scan(CARD, { lastStore: "S-2" });
    await world.scan(OTHER, { lastStore: "S-2" });
    world.clock.advance(2 * HOUR);
    // Of one member the site changed what is owed, of the other what is not.
    world.emulator.visitSite(aMember(CARD), { visitReason: "web" }, world.clock.wallMs());
    world.emulator.visitSite(aMember(OTHER), { lastStore: "web" }, world.clock.wallMs());
    expect(await world.aLane().runOnce()).toBe(1);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-2", visitReason: "web" });
    await world.hours(3);
    expect(world.valuesOf(OTHER)).toEqual({ lastStore: "web", visitReason: "gift" });
    expect([world.updates(CARD), world.updates(OTHER)]).toEqual([1, 1]);
    expect(await world.shares()).toEqual({ ...NONE, applied: 4 });
  });
});

describe("a fresh update", () => {
  it("[OV2] before the file leaves goes by a single call, and is in no file", async () => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    const beforeCall = async (turn: number) => {
      if (turn === 1) await world.scan(CARD, { visitReason: "gift" });
    };
    await world.aLane({ beforeCall }).runOnce();
    expect(rowsIn(world)).toEqual([{ version: 2, rows: 1 }]);
    await world.pass(MINUTE);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-1", visitReason: "gift" });
    expect(world.updates(CARD)).toBe(1);
  });

  it("[OV2] while a batch runs goes at once, and once more when the batch has ended", async () => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    const beforeCall = async (turn: number) => {
      if (turn !== 2) return; // Target has the file; its status is asked next.
      await world.scan(CARD, { lastStore: "S-2" });
      await world.pass(MINUTE);
      expect(world.updates(CARD)).toBe(1);
    };
    await world.aLane({ beforeCall }).runOnce();
    await world.pass(2 * MINUTE);
    expect(world.updates(CARD)).toBe(2);
    expect(world.updates(OTHER)).toBe(0);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-2" });
    await world.hours(3);
    expect(await world.shares()).toEqual({ ...NONE, applied: 3 });
    expect(world.updates(CARD)).toBe(2);
  });

  it("[OV2] stays, though the file takes effect long after it", async () => {
    const world = await aWorld();
    await world.backlog(CARD);
    world.emulator.tune({ propagation: { minMs: 20 * HOUR, maxMs: 20 * HOUR } });
    await world.aLane().runOnce();
    world.emulator.tune({ propagation: { minMs: 0, maxMs: 0 } });
    await world.scan(CARD, { lastStore: "S-2" });
    await world.hours(22);
    await world.hours(8);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-2" });
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
  });
});

describe("what Target did not take", () => {
  it("[OV3] of a file it accepted is seen missing, and sent once more by a single call", async () => {
    const world = await aWorld();
    await world.backlog(CARD);
    world.emulator.switch({ bulkRowsLostShare: 1 });
    await world.aLane().runOnce();
    expect(world.valuesOf(CARD)).toEqual({});
    world.emulator.switch({ bulkRowsLostShare: 0 });
    await world.hours(40);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-1" });
    expect(world.updates(CARD)).toBe(1);
    expect(await world.shares()).toEqual({ ...NONE, applied: 1 });
  });

  it("[OV3] at all is owed to single calls again, at once", async () => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    world.emulator.inject({ type: "status", status: 400, times: 10, match: { route: "bulk" } });
    const lane = world.aLane();
    await lane.runOnce();
    expect(rowsIn(world)).toEqual([]);
    expect((await world.figures()).visitorsWaiting).toBe(2);
    await world.pass(MINUTE);
    expect([world.updates(CARD), world.updates(OTHER)]).toEqual([1, 1]);
    await world.hours(2);
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
  });
});

describe("a lane that is killed", () => {
  it.each([
    ["while a file is written", "backlog"],
    ["before a file leaves", "recordFiled"],
    ["before its end was noted", "settleFiled"],
  ] as const)("[OV4] %s loses nothing and sends nothing twice", async (_when, verb) => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    let isKilled = false;
    const store: OverflowStore = {
      ...world.store,
      [verb]: async () => {
        isKilled = true;
        throw new Error("killed");
      },
    };
    // The first round of every process settles what another one left; only what follows is killed.
    const lane = world.aLane(
      verb === "settleFiled" ? { store: afterFirst(world.store, store) } : { store },
    );
    await expect(lane.runOnce()).rejects.toThrow("killed");
    expect(isKilled).toBe(true);
    await world.aLane().runOnce();
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-1" });
    await world.hours(3);
    expect(await world.shares()).toEqual({ ...NONE, applied: 2 });
    expect(world.updates(CARD) + world.updates(OTHER)).toBe(0);
    expect(rowsIn(world)).toEqual([{ version: 2, rows: 2 }]);
  });

  it("[OV4] with its disk loses nothing: the looks find what never left, and a single call says it", async () => {
    const world = await aWorld();
    await world.backlog(CARD);
    const beforeCall = () => {
      throw new Error("killed");
    };
    // Noted as leaving, and then the machine is gone.
    const members = (
      await world.store.backlog({
        after: "",
        limit: 10,
        dirtyBeforeMs: world.clock.wallMs(),
        filedBeforeMs: 0,
      })
    ).members;
    const atMs = world.clock.wallMs();
    await world.store.recordFiled({ file: "1.rows", members, atMs, dueMs: atMs + HOUR });
    await expect(world.aLane({ beforeCall }).runOnce()).resolves.toBe(0);
    await world.hours(40);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "S-1" });
    expect(world.updates(CARD)).toBe(1);
  });
});

describe("a member who withdraws", () => {
  it("[OV4] [PV6] is in no file from then on, be it written already", async () => {
    const world = await aWorld();
    await world.backlog(CARD, OTHER);
    const beforeCall = async (turn: number) => {
      if (turn === 1) expect(await world.withdraw(CARD)).toEqual({ clearing: [] });
    };
    await world.aLane({ beforeCall }).runOnce();
    await world.hours(30);
    expect(world.valuesOf(CARD)).toEqual({});
    expect(world.updates(CARD)).toBe(0);
    expect(world.valuesOf(OTHER)).toEqual({ lastStore: "S-1" });
  });

  it("[OV4] [PV6] after a file left is cleared at once, and once more after it may have taken effect", async () => {
    const world = await aWorld();
    await world.backlog(CARD);
    world.emulator.tune({ propagation: { minMs: 20 * HOUR, maxMs: 20 * HOUR } });
    await world.aLane().runOnce();
    world.emulator.tune({ propagation: { minMs: 0, maxMs: 0 } });
    expect(await world.withdraw(CARD, "erase")).toEqual({ clearing: ["lastStore"] });
    await world.hours(2);
    expect(world.updates(CARD)).toBe(1);
    await world.hours(28);
    expect(world.valuesOf(CARD)).toEqual({ lastStore: "-" });
    expect(world.updates(CARD)).toBe(2);
    expect(await world.figures()).toMatchObject({ visitorsWaiting: 0, looksWaiting: 0 });
  });
});

/** Lets the first call of `settleFiled` through. */
function afterFirst(first: OverflowStore, then: OverflowStore): OverflowStore {
  let calls = 0;
  return {
    ...first,
    settleFiled: (ask) => {
      calls += 1;
      return (calls === 1 ? first : then).settleFiled(ask);
    },
  };
}
