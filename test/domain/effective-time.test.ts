import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dateSegment,
  effectiveTimeMs,
  type ClockReading,
  type SegmentDating,
} from "../../src/domain/effective-time.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOON_MS = Date.UTC(2026, 10, 23, 12);

describe("effective time", () => {
  it("[CL1] of the sender's own page life is exact, however wrong the date", () => {
    for (const wallMs of [0, NOON_MS, NOON_MS + 900 * DAY_MS]) {
      const { kiosk, proxy } = aShop({ wallMs });
      kiosk.wait(HOUR_MS);
      const capturedAtMs = kiosk.capture();
      kiosk.wait(5 * HOUR_MS);
      proxy.contact(kiosk);
      expect(proxy.effective(1)).toBe(capturedAtMs);
    }
  });

  it("[CL1] of a kiosk that booted in 1970 and then got its time keeps the order, and is exact", () => {
    const { kiosk, proxy } = aShop({ wallMs: 0 });
    const first = kiosk.capture();
    kiosk.wait(MINUTE_MS);
    const second = kiosk.capture();
    kiosk.stepWallTo(kiosk.trueMs);
    kiosk.wait(MINUTE_MS);
    const third = kiosk.capture();
    kiosk.wait(MINUTE_MS);
    proxy.contact(kiosk);
    expect([1, 2, 3].map(proxy.effective)).toEqual([first, second, third]);
  });

  it("[CL1] of 1970 that only a later page life can send counts as the previous contact", () => {
    const { kiosk, proxy } = aShop({ wallMs: 0 });
    const heardAtMs = kiosk.trueMs;
    proxy.contact(kiosk);
    kiosk.wait(HOUR_MS);
    kiosk.capture();
    kiosk.wait(MINUTE_MS);
    kiosk.capture();
    kiosk.reload({ offMs: DAY_MS });
    kiosk.stepWallTo(kiosk.trueMs);
    const third = kiosk.capture();
    kiosk.wait(MINUTE_MS);
    proxy.contact(kiosk);
    expect([1, 2, 3].map(proxy.effective)).toEqual([heardAtMs, heardAtMs, third]);
  });

  it("[CL1] of 1970 is not compared with another boot in 1970", () => {
    const { kiosk, proxy } = aShop({ wallMs: 0 });
    const heardAtMs = kiosk.trueMs;
    proxy.contact(kiosk);
    kiosk.wait(MINUTE_MS);
    kiosk.capture();
    kiosk.reload({ offMs: 2 * DAY_MS });
    kiosk.stepWallTo(3 * MINUTE_MS);
    proxy.contact(kiosk);
    expect(proxy.effective(1)).toBe(heardAtMs);
  });

  it("[CL1] is never later than the truth across a step of the wall clock, and exact after it", () => {
    for (const byMs of [3 * HOUR_MS, -3 * HOUR_MS, 400 * DAY_MS, -400 * DAY_MS]) {
      const { kiosk, proxy } = aShop();
      const before = kiosk.capture();
      kiosk.wait(MINUTE_MS);
      kiosk.stepWallTo(kiosk.wallMs + byMs);
      kiosk.wait(MINUTE_MS);
      const after = kiosk.capture();
      kiosk.wait(MINUTE_MS);
      proxy.contact(kiosk);
      // Forward, the wall clock makes the earlier one look older than it is; never newer.
      expect(proxy.effective(1)).toBeLessThanOrEqual(before);
      expect(proxy.effective(1)).toBeGreaterThanOrEqual(before - Math.abs(byMs));
      expect(proxy.effective(2)).toBe(after);
    }
  });

  it("[CL1] is exact across a sleep, in which the monotonic clock stood still", () => {
    const { kiosk, proxy } = aShop();
    const before = kiosk.capture();
    kiosk.suspend(9 * HOUR_MS);
    const after = kiosk.capture();
    kiosk.wait(MINUTE_MS);
    proxy.contact(kiosk);
    expect([1, 2].map(proxy.effective)).toEqual([before, after]);
  });

  it("[CL1] of an earlier page life is exact where the wall clock ran on", () => {
    for (const wrongMs of [0, 7 * HOUR_MS, -7 * HOUR_MS]) {
      const { kiosk, proxy } = aShop({ wallMs: NOON_MS + wrongMs });
      const before = kiosk.capture();
      kiosk.reload({ offMs: 6 * HOUR_MS, keepsTime: true });
      proxy.contact(kiosk);
      expect(proxy.effective(1)).toBe(before);
    }
  });

  it("[CL1] of an earlier page life in the future is not believed", () => {
    const { kiosk, proxy } = aShop({ wallMs: NOON_MS + 900 * DAY_MS });
    const heardAtMs = kiosk.trueMs;
    proxy.contact(kiosk);
    kiosk.wait(HOUR_MS);
    kiosk.capture();
    kiosk.reload({ offMs: HOUR_MS, keepsTime: true });
    kiosk.stepWallTo(kiosk.trueMs);
    proxy.contact(kiosk);
    expect(proxy.effective(1)).toBe(heardAtMs);
  });

  it("[CL1] is the same whenever an entry of a dated segment arrives", () => {
    const { kiosk } = aShop();
    const reading = kiosk.reading();
    const contact = { sender: reading, receiptMs: NOON_MS, previousContactMs: NOON_MS };
    const dating = dateSegment(reading, contact);
    for (const laterMs of [0, HOUR_MS, 30 * DAY_MS]) {
      expect(effectiveTimeMs(reading, dating, { receiptMs: NOON_MS + laterMs })).toBe(NOON_MS);
    }
  });

  it("[CL1] of one page life is exact in whatever parts and order its entries arrive", () => {
    fc.assert(
      fc.property(aLife(["wait", "capture", "contact"]), fc.nat(NOON_MS), (actions, wallMs) => {
        const { kiosk, proxy } = live(actions, wallMs);
        for (const [seq, entry] of kiosk.entries) {
          expect(proxy.effective(seq)).toBe(entry.capturedAtMs);
        }
      }),
    );
  });

  it("[CL1] is never later than receipt and keeps the captured order, whatever the clocks did", () => {
    fc.assert(
      fc.property(
        aLife(["wait", "capture", "contact", "step", "suspend", "reload"]),
        fc.constantFrom(0, NOON_MS, NOON_MS + 900 * DAY_MS),
        (actions, wallMs) => {
          const { kiosk, proxy } = live(actions, wallMs);
          let latestMs = -Infinity;
          for (const seq of [...kiosk.entries.keys()].toSorted((a, b) => a - b)) {
            const atMs = proxy.effective(seq);
            expect(Number.isInteger(atMs)).toBe(true);
            expect(atMs).toBeGreaterThanOrEqual(latestMs);
            expect(atMs).toBeLessThanOrEqual(proxy.receipt(seq));
            latestMs = atMs;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

type Action =
  | { readonly type: "wait" | "suspend"; readonly ms: number }
  | { readonly type: "capture" }
  | { readonly type: "step"; readonly byMs: number }
  | { readonly type: "reload"; readonly offMs: number; readonly keepsTime: boolean }
  /** Of ten owed entries, those whose bit is set arrive. */
  | { readonly type: "contact"; readonly mask: number };

function aLife(types: readonly Action["type"][]): fc.Arbitrary<readonly Action[]> {
  const spans = fc.constantFrom(0.5, 700.25, MINUTE_MS, 5 * HOUR_MS, 3 * DAY_MS);
  const byType: Record<Action["type"], fc.Arbitrary<Action>> = {
    wait: fc.record({ type: fc.constant("wait"), ms: spans }),
    suspend: fc.record({ type: fc.constant("suspend"), ms: spans }),
    capture: fc.constant({ type: "capture" }),
    step: fc.record({
      type: fc.constant("step"),
      byMs: fc.constantFrom(-900 * DAY_MS, -HOUR_MS, -1, 1, HOUR_MS, 20_000 * DAY_MS),
    }),
    reload: fc.record({ type: fc.constant("reload"), offMs: spans, keepsTime: fc.boolean() }),
    contact: fc.record({ type: fc.constant("contact"), mask: fc.nat(1_023) }),
  };
  return fc.array(fc.oneof(...types.map((type) => byType[type])), {
    minLength: 1,
    maxLength: 24,
  });
}

/** Lives it through, and then hands in all that is still owed. */
function live(actions: readonly Action[], wallMs: number) {
  const shop = aShop({ wallMs });
  const { kiosk, proxy } = shop;
  for (const action of actions) {
    switch (action.type) {
      case "wait":
        kiosk.wait(action.ms);
        break;
      case "suspend":
        kiosk.suspend(action.ms);
        break;
      case "capture":
        kiosk.capture();
        break;
      case "step":
        kiosk.stepWallTo(Math.max(0, kiosk.wallMs + action.byMs));
        break;
      case "reload":
        kiosk.reload(action);
        break;
      case "contact":
        proxy.contact(kiosk, action.mask);
        break;
    }
  }
  proxy.contact(kiosk);
  return shop;
}

interface Captured {
  readonly reading: ClockReading;
  /** Whole proxy milliseconds. */
  readonly capturedAtMs: number;
}

/** A kiosk with its clocks, and the proxy it talks to, whose time is the true one. */
function aShop({ wallMs = NOON_MS }: { wallMs?: number } = {}) {
  const kiosk = aKiosk(wallMs);
  return { kiosk, proxy: aProxy() };
}

function aKiosk(startWallMs: number) {
  let trueMs = NOON_MS;
  let wallMs = startWallMs;
  let monoMs = 0;
  let load = 1;
  let step = 0;
  const entries = new Map<number, Captured>();

  function reading(): ClockReading {
    return { segment: `0000000${load}.${step}`, wallMs: Math.floor(wallMs), monoMs };
  }

  return {
    entries,
    reading,
    get trueMs() {
      return trueMs;
    },
    get wallMs() {
      return wallMs;
    },
    wait(ms: number) {
      trueMs += ms;
      wallMs += ms;
      monoMs += ms;
    },
    /** Wakes with a wall clock that ran on, which is a step against the monotonic one. */
    suspend(ms: number) {
      trueMs += ms;
      wallMs += ms;
      step += 1;
    },
    stepWallTo(toMs: number) {
      wallMs = toMs;
      step += 1;
    },
    /** Without a battery the clock begins at 1970 again. */
    reload({ offMs, keepsTime = false }: { offMs: number; keepsTime?: boolean }) {
      trueMs += offMs;
      wallMs = keepsTime ? wallMs + offMs : 0;
      monoMs = 0;
      load += 1;
      step = 0;
    },
    capture(): number {
      const capturedAtMs = Math.floor(trueMs);
      entries.set(entries.size + 1, { reading: reading(), capturedAtMs });
      return capturedAtMs;
    },
  };
}

/** What ingest does: dates a segment at first contact, and an entry once. */
function aProxy() {
  const datings = new Map<string, SegmentDating>();
  const accepted = new Map<number, { readonly effectiveMs: number; readonly receiptMs: number }>();
  let contactMs: number | undefined;

  function found(seq: number) {
    const entry = accepted.get(seq);
    if (entry === undefined) throw new Error(`${seq} never arrived`);
    return entry;
  }

  return {
    effective: (seq: number) => found(seq).effectiveMs,
    receipt: (seq: number) => found(seq).receiptMs,
    contact(kiosk: ReturnType<typeof aKiosk>, mask = ~0) {
      const receiptMs = kiosk.trueMs;
      const previousContactMs = contactMs ?? receiptMs;
      contactMs = receiptMs;
      const owed = [...kiosk.entries].filter(([seq]) => !accepted.has(seq));
      for (const [seq, { reading }] of owed.filter((_, index) => (mask >> (index % 10)) & 1)) {
        const dating =
          datings.get(reading.segment) ??
          dateSegment(reading, { sender: kiosk.reading(), receiptMs, previousContactMs });
        datings.set(reading.segment, dating);
        const seqs = [...accepted.keys()];
        const before = Math.max(...seqs.filter((each) => each < seq));
        const after = Math.min(...seqs.filter((each) => each > seq));
        const effectiveMs = effectiveTimeMs(reading, dating, {
          notBeforeMs: accepted.get(before)?.effectiveMs,
          notAfterMs: accepted.get(after)?.effectiveMs,
          receiptMs,
        });
        accepted.set(seq, { effectiveMs, receiptMs });
      }
    },
  };
}
