import { describe, expect, it, onTestFinished } from "vitest";
import { DEMO_VISITORS } from "../../src/emulator/target-emulator.ts";
import { createRedrive } from "../../src/proxy/redrive.ts";
import { STORE_LIMITS } from "../../src/proxy/store/limits.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { aForwardingWorld, aMember } from "../support/forwarding-world.ts";
import { aBatch, anUpdate, NOW } from "../support/store-builders.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { waitFor } from "../support/wait.ts";

const [CARD, OTHER] = DEMO_VISITORS;
const MINUTE = 60_000;
const TOO_LONG = "x".repeat(40);

/** A value that was refused here as too long, and a proxy for which it is not. */
async function aRefusedValue() {
  const strict = await aForwardingWorld({ maxValueLength: 32 });
  const { store, clock, emulator } = strict;
  await strict.scan(CARD, { visitReason: TOO_LONG });
  expect(await strict.forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
  expect(await store.deadLetters(9)).toMatchObject([{ class: "value-too-long" }]);
  clock.advance(MINUTE);
  const wide = await aForwardingWorld({ store, clock, emulator });
  const redrive = createRedrive({ store, clock, onOwed: () => undefined });
  return { strict, wide, store, clock, emulator, redrive };
}

const valueIn = ({ emulator }: Awaited<ReturnType<typeof aRefusedValue>>) =>
  emulator.profile(aMember(CARD))?.attributes.get("visitReason")?.value;

describe("a redriven dead letter", () => {
  it("[FT3] reaches Target once it may", async () => {
    const world = await aRefusedValue();
    await world.redrive.begin({ class: "value-too-long" });
    expect(await world.wide.forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(valueIn(world)).toBe(TOO_LONG);
    expect(await world.store.deadLetters(9)).toEqual([]);
  });

  it("[FW6] [FT3] is looked at first, however young, and leaves alone what the site chose since", async () => {
    const world = await aRefusedValue();
    const { emulator, clock, redrive, wide } = world;
    emulator.visitSite(aMember(CARD), { visitReason: "web" });
    clock.advance(1_000);
    await redrive.begin({});
    expect(await wide.forwarder.runOnce()).toMatchObject({ settled: { "nothing-to-send": 1 } });
    expect(valueIn(world)).toBe("web");
    expect(emulator.calls()).toEqual([]);
  });

  it("[FW6] [FT3] says what the site did not choose since, and only that", async () => {
    const strict = await aForwardingWorld({ maxValueLength: 32 });
    const { store, clock, emulator } = strict;
    await strict.scan(CARD, { visitReason: TOO_LONG, note: TOO_LONG });
    await strict.forwarder.runOnce();
    clock.advance(MINUTE);
    emulator.visitSite(aMember(CARD), { visitReason: "web" });
    await createRedrive({ store, clock, onOwed: () => undefined }).begin({});
    const wide = await aForwardingWorld({ store, clock, emulator });
    expect(await wide.forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(emulator.calls().map(({ attributes }) => attributes)).toEqual([{ note: TOO_LONG }]);
  });

  it("[FT3] is one dead letter again when it is refused again, whoever refuses", async () => {
    const world = await aRefusedValue();
    const { redrive, strict, wide, emulator, store, clock } = world;
    await redrive.begin({});
    expect(await strict.forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
    expect(await store.deadLetters(9)).toMatchObject([{ class: "value-too-long" }]);

    clock.advance(MINUTE);
    await wide.scan(OTHER, { lastStore: "A" });
    await wide.forwarder.runOnce();
    emulator.inject({ type: "refused-body", match: { value: CARD } });
    await redrive.begin({});
    expect(await wide.forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
    expect(await store.deadLetters(9)).toMatchObject([{ class: "refused" }]);
    expect(await store.figures(NOW, 0)).toMatchObject({ deadLetters: 1 });
  });
});

const MANY = 450;

async function manyDead(): Promise<Store> {
  const store = await aMemoryStore({ ...STORE_LIMITS, cardsPerMinute: MANY });
  const updates = Array.from({ length: MANY }, (_, card) =>
    anUpdate({ card: `29000${card}`, seq: card + 1, atMs: NOW - MANY + card }),
  );
  await store.ingest(aBatch(updates));
  const ask = { ledgerMs: 0, maxCallMs: 1, allowed: MANY, leaseMs: MINUTE, limit: MANY };
  const { claims } = await store.claim({ ...ask, nowMs: NOW });
  for (const claim of claims) {
    await store.settle(claim, { type: "refused", reason: "no", atMs: NOW });
  }
  return store;
}

const clock = { wallMs: () => NOW + MINUTE };

describe("a redrive of many", () => {
  it("[FT3] goes page by page, tells how far it is, and refuses a second beside it", async () => {
    const store = await manyDead();
    let owed = 0;
    const redrive = createRedrive({ store, clock, onOwed: () => (owed += 1) });
    onTestFinished(() => redrive.stop());
    expect(redrive.progress()).toMatchObject({ state: "none" });
    const began = await redrive.begin({});
    expect(began).toMatchObject({ state: "running", redriven: 200, of: MANY });
    expect(await redrive.begin({})).toBeUndefined();
    await waitFor("the end", () => redrive.progress().state === "done");
    expect(redrive.progress()).toMatchObject({ redriven: MANY, of: MANY, endedMs: NOW + MINUTE });
    expect(owed).toBe(3);
    expect(await store.figures(NOW, 0)).toMatchObject({ deadLetters: 0, visitorsWaiting: MANY });
  });

  it("[FT3] ends at its limit, and after a page when the proxy stops", async () => {
    const store = await manyDead();
    const first = createRedrive({ store, clock, onOwed: () => undefined });
    expect(await first.begin({ limit: 7, class: "refused" })).toMatchObject({
      state: "done",
      redriven: 7,
      of: 7,
    });
    await first.begin({});
    await first.stop();
    expect(first.progress()).toMatchObject({ state: "stopped", of: MANY - 7 });
    const left = (await store.figures(NOW, 0)).deadLetters;
    expect(left).toBe(MANY - 7 - first.progress().redriven);
    const second = createRedrive({ store, clock, onOwed: () => undefined });
    await second.begin({});
    await waitFor("the end", () => second.progress().state === "done");
    expect((await store.figures(NOW, 0)).deadLetters).toBe(0);
  });

  it("[FT3] that the store fails under says so, and may be asked for again", async () => {
    const store = await manyDead();
    let pages = 0;
    const logged: string[] = [];
    const shaky = {
      ...store,
      redrive: (order: Parameters<Store["redrive"]>[0]) => {
        pages += 1;
        if (pages === 2) throw new Error("gone");
        return store.redrive(order);
      },
    };
    const log = { warn: (_details: object, message: string) => void logged.push(message) };
    const redrive = createRedrive({ store: shaky, clock, onOwed: () => undefined, log });
    await redrive.begin({});
    await waitFor("the end", () => redrive.progress().state === "stopped");
    expect(logged).toEqual(["A redrive of dead letters ended early; ask for it again"]);
    await redrive.begin({});
    await waitFor("the end", () => redrive.progress().state === "done");
    expect((await store.figures(NOW, 0)).deadLetters).toBe(0);
  });

  it("[FT3] finds one by its name among many", async () => {
    const store = await manyDead();
    const redrive = createRedrive({ store, clock, onOwed: () => undefined });
    const letters = await store.deadLetters(MANY);
    expect(await redrive.one(letters[300]!.visitor)).toBe(true);
    expect(await redrive.one(letters[300]!.visitor)).toBe(false);
    expect((await store.figures(NOW, 0)).deadLetters).toBe(MANY - 1);
  });
});
