import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createAdmissionGauges } from "../../../src/proxy/admission/admission-metrics.ts";
import { createAdmission, type Asked } from "../../../src/proxy/admission/admission.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { percentile } from "../../bench/percentile.ts";
import { runFleet, seeded, type FleetOptions } from "./fleet.ts";

const KIOSKS = 1_000;
/** A hundred scans, and a store of some 5,000 updates a second. */
const BATCH = 80_000;
const PER_MS = 4_000;
/** What the store needs for one batch, all else aside. */
const BATCH_MS = BATCH / PER_MS;

const SEEDS = [1, 2, 3];

function aFleet(options: Partial<FleetOptions>): FleetOptions {
  return {
    seed: 1,
    kiosks: KIOSKS,
    batchesOf: () => 1,
    bytes: BATCH,
    bytesPerMs: PER_MS,
    // The network is back: all of them within two seconds.
    beginsMs: (_kiosk, draw) => draw * 2_000,
    endsMs: 600_000,
    ...options,
  };
}

describe("a fleet that comes back at once", () => {
  it.each(SEEDS)("[AM1] [AM2] is served by all the store can do, seed %i", async (seed) => {
    const report = await runFleet(aFleet({ seed, batchesOf: (kiosk) => 1 + (kiosk % 3) }));
    const leastMs = (report.keptBytes / BATCH) * BATCH_MS;
    expect(report.doneMs.every(Number.isFinite)).toBe(true);
    expect(Math.max(...report.doneMs)).toBeLessThan(1.25 * leastMs);
    // Two seconds' worth at most, and what was let in before anything was measured.
    expect(report.peakBytes).toBeLessThan(2_200 * PER_MS + 8 * BATCH);
  });

  it.each(SEEDS)("[AM3] comes back spread out, and ever wider, seed %i", async (seed) => {
    const { asksBySecond, told, refusals } = await runFleet(aFleet({ seed, kiosks: 10_000 }));
    // Nobody asked of those who were told within the first second.
    const later = asksBySecond.slice(3, 100);
    expect(Math.max(...later)).toBeLessThan(10_000 / 20);
    expect(Math.max(...told)).toBeLessThanOrEqual(60);
    const [early, late] = [told.slice(0, 200), told.slice(5_000, 5_200)];
    expect(percentile(late, 0.5)).toBeGreaterThan(4 * percentile(early, 0.5));
    expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(15);
    expect(percentile(refusals, 0.99)).toBeLessThan(20);
  });

  it.each(SEEDS)("[AM3] is served soon after the store works again, seed %i", async (seed) => {
    const storeWorksFromMs = 600_000;
    const { doneMs } = await runFleet(aFleet({ seed, storeWorksFromMs, endsMs: 900_000 }));
    expect(Math.min(...doneMs)).toBeLessThan(storeWorksFromMs + 5_000);
    // All have asked within the longest spread, with what a kiosk adds; then it takes what it takes.
    expect(Math.max(...doneMs)).toBeLessThan(storeWorksFromMs + 75_000 + 1.25 * KIOSKS * BATCH_MS);
  });
});

describe("a fleet that brings more than the store can take", () => {
  /** A tenth of the fleet asks ten times a second whatever it is told, and always has more to send. */
  const flood = {
    impatient: { kiosks: KIOSKS / 10, everyMs: 100 },
    batchesOf: (kiosk: number) => (kiosk < KIOSKS / 10 ? 100_000 : 1),
    endsMs: 125_000,
  };

  it.each(SEEDS)("[AM4] keeps nobody out for ever, seed %i", async (seed) => {
    const { firstKeptMs } = await runFleet(aFleet({ seed, ...flood }));
    const patient = firstKeptMs.slice(KIOSKS / 10);
    // Each of the impatient may go once between any two of them, and no oftener.
    expect(Math.max(...patient)).toBeLessThan(120_000);
    expect(Math.max(...patient)).toBeLessThan(4 * percentile(patient, 0.5));
  });

  it("[AM4] would keep many out without places for those sent away", async () => {
    // Whoever finds room has it: what a plain limit on the queue does.
    const plain = (deps: Parameters<typeof createAdmission>[0]) => {
      const inner = createAdmission(deps);
      let asked = 0;
      // A name of its own each time: nobody is known again.
      return {
        ...inner,
        ask: (kiosk: string, bytes: number) => inner.ask(`${kiosk} ${(asked += 1)}`, bytes),
      };
    };
    const { firstKeptMs } = await runFleet(aFleet({ ...flood, admission: plain }));
    const patient = firstKeptMs.slice(KIOSKS / 10);
    expect(Math.max(...patient)).toBeGreaterThan(120_000);
  });
});

describe("a kiosk that was sent away first", () => {
  it("[AM4] is let in beyond all limits, one at a time", () => {
    const { clock, ask, fill } = aProxy();
    fill();
    expect([ask("first"), ask("second")].map(typeOf)).toEqual(["sent-away", "sent-away"]);
    clock.advance(2_500); // Nothing has ended: the store stands still.
    expect(typeOf(ask("second"))).toBe("sent-away");
    const first = ask("first");
    expect(typeOf(first)).toBe("admitted");
    // It has become the first, and waits until the other one has ended.
    expect(typeOf(ask("second"))).toBe("sent-away");
    if (first.type === "admitted") first.ticket.end("refused");
    expect(typeOf(ask("third"))).toBe("sent-away");
    expect(typeOf(ask("second"))).toBe("admitted");
  });

  it("[AM4] loses its place to the next one when it does not come back", () => {
    const { clock, ask, fill } = aProxy();
    fill();
    const [first, second] = [ask("first"), ask("second")];
    expect([first, second].map(typeOf)).toEqual(["sent-away", "sent-away"]);
    clock.advance(20_000);
    expect(typeOf(ask("second"))).toBe("sent-away");
    clock.advance(20_000);
    expect(typeOf(ask("second"))).toBe("admitted");
  });
});

describe("what counts as waiting", () => {
  it("[AM1] is not what one kiosk brings at once, nor a body that comes too slowly", async () => {
    const { clock, ask } = aProxy();
    // Sixteen kiosks whose bodies never come, and one that asks again and again.
    for (let kiosk = 0; kiosk < 16; kiosk += 1) ask(`slow-${kiosk}`, 2_000_000);
    expect(typeOf(ask("other"))).toBe("sent-away");
    clock.advance(2_001);
    for (let count = 0; count < 50; count += 1) ask("busy", 2_000_000);
    expect(typeOf(ask("other"))).toBe("admitted");
  });

  it("[AM1] lets a few kiosks in however slow the store was", async () => {
    const { clock, ask } = aProxy();
    const one = ask("one");
    clock.advance(3_600_000);
    expect(typeOf(ask("two"))).toBe("admitted");
    if (one.type === "admitted") expect(await turnsOf(one)).toBe(true);
  });

  it("[AM1] ends with its kiosk's connection, unless it is at work", async () => {
    const { admission, ask } = aProxy();
    const [working, waiting] = [ask("one"), ask("one")];
    if (working.type !== "admitted" || waiting.type !== "admitted") throw new Error("sent away");
    expect(await working.ticket.turn()).toBe(true);
    const turn = waiting.ticket.turn();
    expect(admission.figures()).toMatchObject({ waiting: 1, atWork: 1 });
    waiting.ticket.hungUp();
    working.ticket.hungUp();
    expect(await turn).toBe(false);
    expect(admission.figures()).toMatchObject({ waiting: 0, atWork: 1, admitted: 2 });
    working.ticket.end("kept");
    expect(admission.figures()).toMatchObject({ atWork: 0 });
  });
});

describe("the metrics of admission", () => {
  it("[AM1] [AM3] say what waits, and how many were told to come back", async () => {
    const { clock, admission, ask, fill } = aProxy();
    fill();
    ask("other");
    clock.advance(400);
    const registry = new Registry();
    createAdmissionGauges(registry, admission.figures)();
    const lines = (await registry.metrics()).split("\n").filter((line) => !line.startsWith("#"));
    expect(lines.filter((line) => line !== "")).toEqual([
      'tarjeta_batches{place="waiting"} 12',
      'tarjeta_batches{place="at-work"} 14',
      'tarjeta_batches_asked{answer="let-in"} 26',
      'tarjeta_batches_asked{answer="sent-away"} 1',
      "tarjeta_batch_queue_seconds 1.04",
      "tarjeta_kiosks_sent_away 1",
    ]);
  });
});

function aProxy() {
  const clock = aMovableClock();
  const admission = createAdmission({ clock, random: seeded(1) });
  const ask = (kiosk: string, bytes = BATCH) => admission.ask(kiosk, bytes);
  /** A second's worth by the first guess, which is half of this store's pace. */
  const fill = () => {
    for (let kiosk = 0; kiosk < 26; kiosk += 1) {
      const asked = ask(`kiosk-${kiosk}`);
      if (asked.type === "sent-away") throw new Error("sent away");
      void asked.ticket.turn();
    }
  };
  return { clock, admission, ask, fill };
}

function typeOf({ type }: Asked): Asked["type"] {
  return type;
}

function turnsOf(asked: Extract<Asked, { type: "admitted" }>): Promise<boolean> {
  return asked.ticket.turn();
}
