import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_VISITORS, type Emulator } from "../../src/emulator/target-emulator.ts";
import { MIN_PAUSE_MS } from "../../src/proxy/breaker.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import {
  aForwardingWorld,
  aListeningEmulator,
  createHandClock,
} from "../support/forwarding-world.ts";
import { startPostgres, type TestServer } from "../support/postgres.ts";
import { anEmptiedStore, aPostgresStore } from "../support/postgres-store.ts";

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.newDatabase();
});
afterAll(() => server?.stop());

const REPLICAS = 3;
const STEP_MS = 500;

/** Of each of them. */
const CONCURRENCY = 8;

interface Sketch {
  /** What one of them does otherwise. */
  readonly change?: (store: Store, index: number) => Store;
}

/** Proxies that share a database and a Target, one hand on all clocks. */
async function aFleet({ change = (store) => store }: Sketch = {}) {
  const clock = createHandClock();
  const emulator = await aListeningEmulator(clock);
  const stores = [await anEmptiedStore(url)];
  while (stores.length < REPLICAS) stores.push(await aPostgresStore(url));
  const worlds = await Promise.all(
    stores.map((store, index) =>
      aForwardingWorld({
        store: change(store, index),
        clock,
        emulator,
        concurrency: CONCURRENCY,
        random: () => 0.9,
      }),
    ),
  );
  const runAll = () => Promise.all(worlds.map(({ forwarder }) => forwarder.runOnce()));
  return { clock, emulator, stores, worlds, runAll, first: worlds[0]! };
}

async function scanMany(world: Awaited<ReturnType<typeof aForwardingWorld>>, cards: number) {
  for (let card = 0; card < cards; card += 1) {
    await world.scan(DEMO_VISITORS[card] ?? `29000${card}`, { lastStore: "A" });
  }
}

function callTimes(emulator: Emulator): readonly number[] {
  return emulator.calls().map(({ atMs }) => atMs);
}

/** Goes on for a while; gives the ends of the pauses there were. */
async function passTime(
  { runAll, first, clock }: Awaited<ReturnType<typeof aFleet>>,
  forMs: number,
): Promise<ReadonlySet<number>> {
  const ends = new Set<number>();
  for (let passedMs = 0; passedMs < forMs; passedMs += STEP_MS) {
    await runAll();
    const { breaker } = await first.store.forwarding(first.ledger.nowMs());
    if (breaker.untilMs !== undefined) ends.add(breaker.untilMs);
    clock.advance(STEP_MS);
  }
  return ends;
}

describe("three proxies on one PostgreSQL", () => {
  it("[FT1] make one call for each pause while Target is down, and go on together once it is back", async () => {
    const fleet = await aFleet();
    const { emulator, first, clock } = fleet;
    emulator.inject({ type: "status", status: 503, times: 100_000 });
    await scanMany(first, 40);
    await fleet.runAll();
    const opening = callTimes(emulator).length;
    expect(opening).toBeLessThanOrEqual(REPLICAS * CONCURRENCY);
    const ends = await passTime(fleet, 40_000);
    const probes = callTimes(emulator).slice(opening);
    // Every probe but the last began a pause; the first pause was begun by the calls before.
    expect(probes).toHaveLength(ends.size - 1);
    expect(probes.length).toBeGreaterThan(3);
    for (const [index, atMs] of probes.entries()) {
      const before = probes[index - 1];
      if (before !== undefined) expect(atMs - before).toBeGreaterThanOrEqual(MIN_PAUSE_MS);
    }

    // One that starts now knows it too.
    const store = await aPostgresStore(url);
    const late = await aForwardingWorld({ store, clock, emulator });
    const { breaker } = await store.forwarding(first.ledger.nowMs());
    expect(breaker.state).toBe("open");
    expect(await late.forwarder.runOnce()).toMatchObject({ claimed: 0 });

    emulator.clearFaults();
    clock.advance(breaker.untilMs! - first.ledger.nowMs());
    expect(await first.forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(await store.forwarding(0)).toMatchObject({ state: "running" });
    clock.advance(300_000);
    const together = await fleet.runAll();
    expect(together.every(({ claimed }) => claimed > 0)).toBe(true);
  }, 60_000);

  it("[FT1] wait for nobody for ever who died while trying", async () => {
    const dead = { isDying: false };
    const fleet = await aFleet({
      change: (store, index) => {
        if (index > 0) return store;
        const die = async () => {
          throw new Error("killed");
        };
        return {
          ...store,
          noteTarget: (news) => (dead.isDying ? die() : store.noteTarget(news)),
          settle: (...args) => (dead.isDying ? die() : store.settle(...args)),
        };
      },
    });
    const { emulator, first, worlds, clock } = fleet;
    emulator.inject({ type: "status", status: 503, times: 100_000 });
    await scanMany(first, 40);
    await fleet.runAll();
    clock.advance(10_000);
    dead.isDying = true;
    const before = callTimes(emulator).length;
    expect(await first.forwarder.runOnce()).toMatchObject({ claimed: 1 });
    expect(callTimes(emulator)).toHaveLength(before + 1);
    const others = worlds.slice(1).map(({ forwarder }) => forwarder);
    const runOthers = () => Promise.all(others.map((each) => each.runOnce()));
    for (let second = 0; second < 55; second += 5) {
      expect((await runOthers()).map(({ claimed }) => claimed)).toEqual([0, 0]);
      clock.advance(5_000);
    }
    clock.advance(10_000);
    expect((await runOthers()).map(({ claimed }) => claimed).toSorted()).toEqual([0, 1]);
    expect(callTimes(emulator)).toHaveLength(before + 2);
  }, 60_000);

  it("[FT1] [FW5] believe a refusal when another of them delivered somebody in the same minute", async () => {
    const { emulator, stores, worlds, clock } = await aFleet();
    const [a, b] = worlds;
    const [card, other] = DEMO_VISITORS;
    emulator.inject({ type: "refused-body", times: 99, match: { value: other } });
    await a!.scan(card, { lastStore: "A" });
    expect(await a!.forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    await a!.scan(other, { lastStore: "B" });
    expect(await b!.forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
    expect(await stores[2]!.deadLettersByClass()).toEqual({ refused: 1 });

    clock.advance(61_000);
    await a!.scan(other, { lastStore: "C" });
    expect(await b!.forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    expect(await stores[2]!.forwarding(0)).toMatchObject({ state: "breaker-open" });
  }, 60_000);

  it("[FT2] all stand still while an operator pauses one, a new one too, and go on at resume", async () => {
    const fleet = await aFleet();
    const { emulator, stores, worlds, clock, first } = fleet;
    await scanMany(first, 12);
    await stores[2]!.pauseForwarding({ atMs: clock.wallMs(), who: "night" });
    const claimed = async () => {
      const passes = await fleet.runAll();
      return passes.reduce((sum, pass) => sum + pass.claimed, 0);
    };
    expect(await claimed()).toBe(0);
    const late = await aForwardingWorld({ store: await aPostgresStore(url), clock, emulator });
    expect(await late.forwarder.runOnce()).toMatchObject({ claimed: 0 });
    expect(callTimes(emulator)).toEqual([]);
    await worlds[1]!.store.resumeForwarding();
    expect(await claimed()).toBe(12);
  }, 60_000);
});
