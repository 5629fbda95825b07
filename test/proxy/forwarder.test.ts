import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEMO_VISITORS, type Emulator } from "../../src/emulator/target-emulator.ts";
import { openLedgerClock } from "../../src/proxy/ledger-clock.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { TokenUnavailableError, type TokenSource } from "../../src/proxy/target/token-source.ts";
import {
  aForwardingWorld,
  aListeningEmulator,
  aMember,
  createHandClock,
} from "../support/forwarding-world.ts";
import { NOW } from "../support/store-builders.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { pause, waitFor } from "../support/wait.ts";

const [CARD, OTHER] = DEMO_VISITORS;
const SPACING = 10_000;
const LEASE = 60_000;
const HOUR = 3_600_000;

const allowanceUsed = async (store: Store, ledgerMs: number) =>
  (await store.figures(NOW, ledgerMs)).allowanceUsed;

function valueOf(emulator: Emulator, card: string, name: string): string | undefined {
  return emulator.profile(aMember(card))?.attributes.get(name)?.value;
}

const attributesOfCalls = (emulator: Emulator) => emulator.calls().map((call) => call.attributes);

describe("coalescing", () => {
  it("makes one call of several updates of one visitor that waited together", async () => {
    const { scan, forwarder, emulator } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A", choice: "tea" }, 3);
    await scan(CARD, { lastStore: "B" }, 2);
    await scan(OTHER, { lastStore: "C" });
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 2, settled: { delivered: 2 } });
    expect(attributesOfCalls(emulator)).toEqual(
      expect.arrayContaining([{ lastStore: "B", choice: "tea" }, { lastStore: "C" }]),
    );
    expect(emulator.calls()).toHaveLength(2);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
  });

  it("sends only what is newer than what was acknowledged", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A", choice: "tea" });
    await forwarder.runOnce();
    clock.advance(SPACING);
    await scan(CARD, { lastStore: "B" });
    await forwarder.runOnce();
    expect(attributesOfCalls(emulator)).toEqual([
      { lastStore: "A", choice: "tea" },
      { lastStore: "B" },
    ]);
  });
});

describe("crash", () => {
  it("[FW1][QT2] repeats a call whose answer was not recorded, and the first stays charged", async () => {
    const store = await aMemoryStore();
    const dying: Store = {
      ...store,
      settle: async () => {
        throw new Error("killed");
      },
    };
    const { scan, forwarder, emulator, clock, ledger } = await aForwardingWorld({ store: dying });
    await scan(CARD, { lastStore: "A" });
    await forwarder.runOnce();
    expect(emulator.calls()).toHaveLength(1);
    expect(await allowanceUsed(store, ledger.nowMs())).toBe(1);

    const after = await aForwardingWorld({ store, emulator, clock });
    clock.advance(LEASE - 1);
    expect(await after.forwarder.runOnce()).toMatchObject({ claimed: 0 });
    clock.advance(1_001);
    expect(await after.forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(attributesOfCalls(emulator)).toEqual([{ lastStore: "A" }, { lastStore: "A" }]);
    expect(await allowanceUsed(store, after.ledger.nowMs())).toBe(2);
  });

  it("[FW2] sends nothing on a lease that somebody else took over", async () => {
    const store = await aMemoryStore();
    const robbed: Store = { ...store, recordSending: async () => false };
    const { scan, forwarder, emulator } = await aForwardingWorld({ store: robbed });
    await scan(CARD, { lastStore: "A" });
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 1, settled: { delivered: 0 } });
    expect(emulator.calls()).toEqual([]);
  });
});

describe("[FW2] one call per visitor, none within the spacing", () => {
  it("[FW2] keeps the spacing after a refusal of Target too, whatever arrives meanwhile", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(OTHER, { lastStore: "A" });
    await forwarder.runOnce();
    emulator.inject({ type: "refused-body", match: { value: CARD } });
    await scan(CARD, { lastStore: "A" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
    await scan(CARD, { lastStore: "B" });
    clock.advance(SPACING - 1);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
    clock.advance(1);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
  });

  it("holds for any order of scans, faults and passages of time", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("scan" as const), card: fc.constantFrom(CARD, OTHER) }),
      fc.record({ do: fc.constant("run" as const) }),
      fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 15_000 }) }),
      fc.record({
        do: fc.constant("fault" as const),
        type: fc.constantFrom("lost-reply", "half-answer", "html", "lost-call"),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const clock = createHandClock();
        const emulator = await aListeningEmulator(clock);
        const { scan, forwarder } = await aForwardingWorld({ clock, emulator });
        for (const [index, each] of steps.entries()) {
          if (each.do === "scan") await scan(each.card, { n: String(index) });
          if (each.do === "wait") clock.advance(each.ms);
          if (each.do === "fault") emulator.inject({ type: each.type });
          if (each.do === "run") await Promise.all([forwarder.runOnce(), forwarder.runOnce()]);
        }
        for (const card of [CARD, OTHER]) {
          const times = emulator
            .calls()
            .filter((call) => call.visitor?.value === card)
            .map((call) => call.atMs);
          for (const [index, atMs] of times.entries()) {
            if (index > 0) expect(atMs - times[index - 1]!).toBeGreaterThanOrEqual(SPACING);
          }
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});

it.each(["lost-reply", "delay"])(
  "[FW2] keeps the spacing after a call that may have arrived: %s",
  async (type) => {
    const clock = createHandClock();
    const emulator = await aListeningEmulator(clock, { sleep: () => pause(400) });
    const random = () => 0;
    const world = await aForwardingWorld({ clock, emulator, random, timeoutMs: 200 });
    const { scan, forwarder } = world;
    await scan(CARD, { lastStore: "A" });
    emulator.inject({ type, ...(type === "delay" ? { delayMs: 400 } : {}) });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    clock.advance(SPACING - 1);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
    clock.advance(1);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
  },
);

it("[FW3] sends an update that arrives during a call after it", async () => {
  const clock = createHandClock();
  const emulator = await aListeningEmulator(clock, {
    sleep: () => scan(CARD, { lastStore: "B" }),
  });
  const { scan, forwarder } = await aForwardingWorld({ clock, emulator });
  await scan(CARD, { lastStore: "A" });
  emulator.inject({ type: "delay", delayMs: 1 });
  await forwarder.runOnce();
  expect(valueOf(emulator, CARD, "lastStore")).toBe("A");
  expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
  clock.advance(SPACING);
  await forwarder.runOnce();
  expect(attributesOfCalls(emulator)).toEqual([{ lastStore: "A" }, { lastStore: "B" }]);
});

describe("trouble", () => {
  it.each([
    [{ type: "status", status: 500 }],
    [{ type: "status", status: 429 }],
    [{ type: "status", status: 401 }],
    [{ type: "html" }],
    [{ type: "lost-reply" }],
    [{ type: "half-answer" }],
    [{ type: "lost-call" }],
  ])("[FW5] delivers later what met %j, and sets nothing aside", async (fault) => {
    const { scan, forwarder, emulator, clock, store } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A" });
    emulator.inject(fault);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    clock.advance(SPACING);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(valueOf(emulator, CARD, "lastStore")).toBe("A");
    expect(await store.deadLetters(10)).toEqual([]);
  });

  it("waits as long as Target asks", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A" });
    emulator.inject({ type: "status", status: 503, retryAfter: 120 });
    await forwarder.runOnce();
    clock.advance(119_999);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
    clock.advance(1);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
  });

  it("[FW5] sets a refused visitor aside when another was just delivered, and holds up nobody", async () => {
    const { scan, forwarder, emulator, store } = await aForwardingWorld({ concurrency: 1 });
    emulator.inject({ type: "refused-body", message: `No ${OTHER}`, match: { value: OTHER } });
    await scan(CARD, { lastStore: "A" });
    await forwarder.runOnce();
    await scan(OTHER, { lastStore: "B" });
    await scan(DEMO_VISITORS[2], { lastStore: "C" });
    const settled = { refused: 1, delivered: 0 };
    expect(await forwarder.runOnce()).toMatchObject({ settled });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    const letters = await store.deadLetters(10);
    expect(letters).toMatchObject([{ reason: "No …", attributes: ["lastStore"] }]);
    expect(JSON.stringify(letters)).not.toContain(OTHER);
  });

  it("[FW5] sets nobody aside when everybody is refused", async () => {
    const { scan, forwarder, emulator, clock, store } = await aForwardingWorld();
    emulator.inject({ type: "refused-body", times: 1_000 });
    for (const card of DEMO_VISITORS) await scan(card, { lastStore: "A" });
    for (let pass = 0; pass < 20; pass += 1) {
      await forwarder.runOnce();
      clock.advance(60_000);
    }
    expect(await store.deadLetters(10)).toEqual([]);
    emulator.clearFaults();
    for (let pass = 0; pass < 20; pass += 1) {
      await forwarder.runOnce();
      clock.advance(300_000);
    }
    for (const card of DEMO_VISITORS) expect(valueOf(emulator, card, "lastStore")).toBe("A");
  });

  it("does not spend the allowance on a Target that is down", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    emulator.inject({ type: "status", status: 503, times: 100_000 });
    for (let card = 0; card < 100; card += 1) await scan(`card-${card}`, { lastStore: "A" });
    for (let second = 0; second < 600; second += 1) {
      await forwarder.runOnce();
      clock.advance(1_000);
    }
    expect(emulator.calls().length).toBeLessThan(40);
  }, 30_000);
});

describe("[TC3] a refusal of our own", () => {
  const TOO_LONG = "x".repeat(33);
  const REASON = "attribute visitReason: longer than 32 characters";

  it("sets a visitor aside at once, unwitnessed, calls nobody, and gives the charge back", async () => {
    const world = await aForwardingWorld({ maxValueLength: 32 });
    const { scan, forwarder, emulator, store, ledger } = world;
    await scan(CARD, { visitReason: TOO_LONG });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
    expect(emulator.calls()).toEqual([]);
    expect(await allowanceUsed(store, ledger.nowMs())).toBe(0);
    const letters = await store.deadLetters(10);
    expect(letters).toMatchObject([{ reason: REASON, attributes: ["visitReason"] }]);
  });

  it("brings the others of its visitor to Target, once, and stays named until it is overwritten", async () => {
    const world = await aForwardingWorld({ maxValueLength: 32 });
    const { scan, forwarder, emulator, store, clock, ledger } = world;
    await scan(CARD, { lastStore: "A", visitReason: TOO_LONG });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    const letter = { reason: REASON, attributes: ["visitReason"] };
    expect(await store.deadLetters(10)).toMatchObject([letter]);

    await scan(CARD, { lastStore: "B" });
    expect(await forwarder.runOnce(), "within the spacing").toMatchObject({ claimed: 0 });
    clock.advance(SPACING);
    await forwarder.runOnce();
    expect(await store.deadLetters(10)).toMatchObject([letter]);
    await scan(CARD, { visitReason: "gift" });
    clock.advance(SPACING);
    await forwarder.runOnce();
    expect(await store.deadLetters(10)).toEqual([]);
    expect(attributesOfCalls(emulator)).toEqual([
      { lastStore: "A" },
      { lastStore: "B" },
      { visitReason: "gift" },
    ]);
    expect(await allowanceUsed(store, ledger.nowMs())).toBe(3);
  });

  it("is remade with the call after an outage, and says nothing about Target", async () => {
    const world = await aForwardingWorld({ maxValueLength: 32, concurrency: 1 });
    const { scan, forwarder, emulator, store, clock } = world;
    await scan(CARD, { lastStore: "A", visitReason: TOO_LONG });
    emulator.inject({ type: "lost-reply" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    expect(await store.deadLetters(10)).toEqual([]);
    clock.advance(SPACING);
    await forwarder.runOnce();
    expect(await store.deadLetters(10)).toMatchObject([{ attributes: ["visitReason"] }]);

    // As many as would open the breaker and disbelieve the guard, if they were news of Target.
    for (let card = 0; card < 10; card += 1) await scan(`card-${card}`, { visitReason: TOO_LONG });
    for (let card = 0; card < 10; card += 1) {
      expect(await forwarder.runOnce()).toMatchObject({ settled: { refused: 1 } });
    }
    expect(await store.deadLetters(20)).toHaveLength(11);
  });
});

it("[TC6][FW5] costs nothing and sets nobody aside while no token can be had, and delivers then", async () => {
  let token: string | undefined;
  const clock = createHandClock();
  const emulator = await aListeningEmulator(clock, { token: "good" });
  const tokens: TokenSource = {
    token: async () => {
      if (token === undefined) throw new TokenUnavailableError();
      return token;
    },
    refused: () => {},
    close: async () => {},
  };
  const world = await aForwardingWorld({ clock, emulator, tokens });
  const { scan, forwarder, store, ledger } = world;
  await scan(CARD, { lastStore: "A" });
  await scan(OTHER, { lastStore: "B" });
  for (let pass = 0; pass < 20; pass += 1) {
    await forwarder.runOnce();
    clock.advance(60_000);
  }
  expect(emulator.calls()).toEqual([]);
  expect(await allowanceUsed(store, ledger.nowMs())).toBe(0);
  token = "bad";
  for (let pass = 0; pass < 20; pass += 1) {
    await forwarder.runOnce();
    clock.advance(60_000);
  }
  expect(await store.deadLetters(10)).toEqual([]);
  token = "good";
  for (let pass = 0; pass < 10; pass += 1) {
    clock.advance(300_000);
    await forwarder.runOnce();
  }
  expect(valueOf(emulator, CARD, "lastStore")).toBe("A");
  expect(valueOf(emulator, OTHER, "lastStore")).toBe("B");
});

describe("[FW6] freshness", () => {
  it("leaves alone what the site changed later than the waiting scan, and sends the rest", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A", choice: "tea" });
    clock.advance(HOUR);
    emulator.visitSite(aMember(CARD), { lastStore: "web" });
    clock.advance(1);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
    expect(attributesOfCalls(emulator)).toEqual([{ choice: "tea" }]);
    expect(valueOf(emulator, CARD, "lastStore")).toBe("web");
  });

  it("makes no call when nothing is left to say, and gives its charge back", async () => {
    const { scan, forwarder, emulator, clock, store, ledger } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A" });
    clock.advance(HOUR + 1);
    emulator.visitSite(aMember(CARD), { lastStore: "web" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { "nothing-to-send": 1 } });
    expect(emulator.meter().total).toBe(0);
    expect(await allowanceUsed(store, ledger.nowMs())).toBe(0);
    clock.advance(SPACING);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
  });

  it("sends over what the site wrote before the scan", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    emulator.visitSite(aMember(CARD), { lastStore: "web" });
    clock.advance(1_000);
    await scan(CARD, { lastStore: "A" });
    clock.advance(HOUR + 1);
    await forwarder.runOnce();
    expect(valueOf(emulator, CARD, "lastStore")).toBe("A");
  });

  it("is not held up by a value of our own that arrived late, or is there already", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A", choice: "tea" }, 1_000);
    emulator.inject({ type: "lost-reply" });
    clock.advance(1_000);
    await forwarder.runOnce();
    await scan(CARD, { lastStore: "B" }, 1_500);
    clock.advance(2 * HOUR);
    await forwarder.runOnce();
    expect(attributesOfCalls(emulator)).toEqual([
      { lastStore: "A", choice: "tea" },
      { lastStore: "B", choice: "tea" },
    ]);
  });

  it("leaves alone what the site changed later than an old attribute that goes out with a fresh one", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(CARD, { choice: "tea" });
    clock.advance(HOUR);
    emulator.visitSite(aMember(CARD), { choice: "coffee" });
    clock.advance(1_000);
    await scan(CARD, { lastStore: "A" });
    await forwarder.runOnce();
    expect(attributesOfCalls(emulator)).toEqual([{ lastStore: "A" }]);
    expect(valueOf(emulator, CARD, "choice")).toBe("coffee");
  });

  it("looks only where an attribute is older than an hour", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A" });
    clock.advance(HOUR - 1);
    await forwarder.runOnce();
    expect(emulator.meter().fetches).toBe(0);
  });

  it("[QT2] waits, uncharged, while the profile cannot be looked at", async () => {
    const { scan, forwarder, emulator, clock, store, ledger } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A" });
    clock.advance(2 * HOUR);
    emulator.inject({ type: "status", status: 503, match: { route: "fetch" } });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    expect(emulator.meter().total).toBe(0);
    expect(await allowanceUsed(store, ledger.nowMs())).toBe(0);
    clock.advance(SPACING);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
  });
});

describe("allowance", () => {
  it("[QT2] charges every call of a split update, and ends where the allowance ends", async () => {
    const clock = createHandClock();
    const emulator = await aListeningEmulator(clock);
    const first = await aForwardingWorld({ clock, emulator, allowed: 3, method: "GET" });
    const many = Array.from({ length: 60 }, (_, index) => [`n${index}`, "x".repeat(256)] as const);
    await first.scan(CARD, Object.fromEntries(many));
    await first.scan(OTHER, { lastStore: "B" });
    await first.forwarder.runOnce();
    await first.forwarder.runOnce();
    expect(emulator.meter().total).toBe(3);
    expect(await allowanceUsed(first.store, first.ledger.nowMs())).toBe(3);
  });

  it("asks Target for its time before the first charge, and waits while it is silent", async () => {
    const { scan, forwarder, emulator, clock } = await aForwardingWorld();
    emulator.inject({ type: "lost-call", match: { route: "any" } });
    await scan(CARD, { lastStore: "A" });
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
    expect(emulator.meter().total).toBe(0);
    clock.advance(5_000);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
  });

  it("[QT2] gives back the charge of a call for which no connection came about", async () => {
    const { scan, forwarder, emulator, store, ledger } = await aForwardingWorld();
    await scan(CARD, { lastStore: "A" });
    await forwarder.runOnce();
    await emulator.app.close();
    await scan(OTHER, { lastStore: "B" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    expect(await allowanceUsed(store, ledger.nowMs())).toBe(1);
  });

  it("[QT1] lets nothing leave on a charge from before the machine slept", async () => {
    const clock = createHandClock();
    const store = await aMemoryStore();
    let sleepMs = HOUR;
    const drowsy: Store = {
      ...store,
      recordSending: async (...args) => {
        // The wall clock knows afterwards; the monotonic one stood still.
        clock.setWall(clock.wallMs() + sleepMs);
        sleepMs = 0;
        return store.recordSending(...args);
      },
    };
    const { scan, forwarder, emulator } = await aForwardingWorld({ store: drowsy, clock });
    await scan(CARD, { lastStore: "A" });
    expect(await forwarder.runOnce()).toMatchObject({ settled: { unavailable: 1 } });
    expect(emulator.calls()).toEqual([]);
    clock.advance(SPACING);
    expect(await forwarder.runOnce()).toMatchObject({ settled: { delivered: 1 } });
  });

  it("holds back what the allowance does not cover until it is free again", async () => {
    const { scan, forwarder, emulator, clock, ledger } = await aForwardingWorld({ allowed: 1 });
    await scan(CARD, { lastStore: "A" });
    await scan(OTHER, { lastStore: "B" });
    const pass = await forwarder.runOnce();
    expect(pass).toMatchObject({ claimed: 1 });
    clock.advance(pass.freeAtLedgerMs! - ledger.nowMs() - 1);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 0 });
    clock.advance(1);
    expect(await forwarder.runOnce()).toMatchObject({ claimed: 1 });
    expect(emulator.meter()).toMatchObject({ maxInAnyWindow: 1, total: 2 });
  });
});

it("[QT1] never lets more calls reach Target than allowed, across restarts and wrong clocks", async () => {
  const clock = createHandClock();
  // Target's own clock knows nothing of the steps of ours.
  const targetClock = { wallMs: () => NOW + clock.monoMs(), monoMs: clock.monoMs };
  const emulator = await aListeningEmulator(createHandClock(), { clock: targetClock });
  const store = await aMemoryStore();
  const allowed = 3;
  for (const wallStepMs of [0, 24, -24, 24, -48, 48, 0, -24].map((hours) => hours * HOUR)) {
    clock.setWall(clock.wallMs() + wallStepMs);
    const { forwarder, scan } = await aForwardingWorld({ clock, emulator, store, allowed });
    for (const card of DEMO_VISITORS) await scan(card, { at: String(clock.monoMs()) });
    for (let pass = 0; pass < 4; pass += 1) {
      await forwarder.runOnce();
      clock.advance(2 * HOUR);
    }
    await forwarder.stop();
  }
  const times = emulator.calls().map((call) => call.atMs);
  for (const atMs of times) {
    const window = times.filter((each) => each <= atMs && each > atMs - 24 * HOUR);
    expect(window.length).toBeLessThanOrEqual(allowed);
  }
  expect(emulator.meter().maxInAnyWindow).toBe(allowed);
  expect(times.length).toBeGreaterThan(allowed);
});

describe("the loop", () => {
  it("wakes on notify and at the next due time, and lets calls in flight end when stopped", async () => {
    const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
    const hand = Object.assign(createHandClock(), clock);
    const { scan, forwarder, emulator, store } = await aForwardingWorld({
      clock: hand,
      spacingMs: 300,
      idleMs: 600_000,
    });
    forwarder.start();
    await scan(CARD, { lastStore: "A" });
    forwarder.notify();
    await waitFor("the first call", () => emulator.calls().length === 1);
    await scan(CARD, { lastStore: "B" });
    forwarder.notify();
    await waitFor("the call after the spacing", () => emulator.calls().length === 2);

    emulator.inject({ type: "delay", delayMs: 300 });
    await scan(OTHER, { lastStore: "C" });
    forwarder.notify();
    await waitFor("the slow call", () => emulator.calls().length === 3);
    await forwarder.stop();
    expect((await store.figures(Date.now(), Date.now())).visitorsWaiting).toBe(0);
    await scan(OTHER, { lastStore: "D" });
    forwarder.notify();
    expect(emulator.calls()).toHaveLength(3);
  });

  it("works on no more visitors at once than told", async () => {
    let atOnce = 0;
    let most = 0;
    const clock = createHandClock();
    const emulator = await aListeningEmulator(clock, {
      sleep: async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((wake) => setTimeout(wake, 20));
        atOnce -= 1;
      },
    });
    const { scan, forwarder } = await aForwardingWorld({ clock, emulator, concurrency: 3 });
    for (let card = 0; card < 12; card += 1) await scan(`card-${card}`, { lastStore: "A" });
    emulator.inject({ type: "delay", delayMs: 20, times: 12 });
    forwarder.start();
    await waitFor("twelve calls", () => emulator.calls().length === 12);
    await forwarder.stop();
    expect(most).toBe(3);
  });

  it("goes on after the store failed for a moment, and logs no visitor", async () => {
    const store = await aMemoryStore();
    let failures = 1;
    const shaky: Store = {
      ...store,
      claim: async (ask) => {
        failures -= 1;
        if (failures >= 0) throw new Error("busy");
        return store.claim(ask);
      },
    };
    const logged: unknown[] = [];
    const { scan, forwarder, emulator } = await aForwardingWorld({
      store: shaky,
      idleMs: 50,
      log: { warn: (...line) => void logged.push(line) },
    });
    await scan(CARD, { lastStore: "A" });
    forwarder.start();
    await waitFor("the call", () => emulator.calls().length === 1);
    await forwarder.stop();
    expect(JSON.stringify(logged)).toContain("busy");
    expect(JSON.stringify(logged)).not.toContain(CARD);
  });
});

it("keeps the ledger's place across a restart", async () => {
  const { scan, forwarder, store, clock, ledger } = await aForwardingWorld();
  await scan(CARD, { lastStore: "A" });
  await forwarder.runOnce();
  const leftAtMs = ledger.nowMs();
  clock.setWall(NOW - 24 * HOUR);
  const again = await openLedgerClock({ store, clock });
  expect(again.nowMs()).toBe(leftAtMs);
});
