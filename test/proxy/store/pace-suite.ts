import { describe, expect, it } from "vitest";
import type { Claim, ClaimAsk, Store } from "../../../src/proxy/store/store.ts";
import { aBatch, aDevice, anId, anUpdate, DAY, MINUTE, NOW } from "../../support/store-builders.ts";

const HOUR = 60 * MINUTE;

/** A call a second, nearly: over the 24 hours and the minute or two that a call counts. */
const ONE_A_SECOND = 86_400;

/** Slots that nobody used lately, at a second each. */
const MADE_UP_FOR = 12;

/** A minute of ledger time begins here. */
const LEDGER = 20_000 * DAY;

function anAsk(ask: Partial<ClaimAsk> = {}): ClaimAsk {
  return {
    nowMs: NOW,
    ledgerMs: LEDGER,
    maxCallMs: 10_000,
    allowed: ONE_A_SECOND,
    leaseMs: 60_000,
    limit: 50,
    ...ask,
  };
}

let lastSeq = 0;

/** Cards scanned `agoMs` before now, one a millisecond, on an outbox of their own. */
async function scanned(store: Store, cards: readonly string[], agoMs: number, receiptMs = NOW) {
  lastSeq += 1;
  const epoch = anId(0xf_0000 + lastSeq);
  const updates = cards.map((card, index) =>
    anUpdate({ card, epoch, seq: index + 1, device: aDevice(2), atMs: NOW - agoMs + index }),
  );
  await store.ingest(aBatch(updates, { device: aDevice(2), receiptMs }));
}

function manyCards(count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function cardsOf(claims: readonly Claim[]): readonly string[] {
  return claims.map(({ visitor }) => visitor.value);
}

/** When a call goes out, and in which place, whatever the engine. */
export function describePace(name: string, open: () => Promise<Store>): void {
  describe(`${name}: the pace`, () => {
    it("[QT4] gives a place to a fresh scan before all that waited longer", async () => {
      const store = await open();
      await scanned(store, ["21"], 20 * MINUTE, NOW - 3);
      await scanned(store, ["22"], 30 * MINUTE, NOW - 2);
      await scanned(store, ["23"], 1_000, NOW - 1);
      expect(cardsOf((await store.claim(anAsk({ limit: 1 }))).claims)).toEqual(["23"]);
      expect(cardsOf((await store.claim(anAsk({ limit: 1 }))).claims)).toEqual(["21"]);
    });

    it("[QT4] sends fresh scans, then the backlog, each oldest first", async () => {
      const store = await open();
      await scanned(store, ["25"], 30 * MINUTE, NOW - 3);
      await scanned(store, ["26"], 40 * MINUTE, NOW - 2);
      await scanned(store, ["27"], 1_000, NOW - 1);
      await scanned(store, ["28"], 2_000, NOW);
      expect(cardsOf((await store.claim(anAsk())).claims)).toEqual(["28", "27", "25", "26"]);
    });

    it("[QT4] takes a scan for fresh for five minutes, unless told otherwise", async () => {
      const store = await open();
      await scanned(store, ["21"], 5 * MINUTE, NOW - 1);
      await scanned(store, ["22"], 5 * MINUTE - 1, NOW);
      expect((await store.figures(NOW, LEDGER)).lanes.fresh.visitors).toBe(1);
      const ask = { limit: 1, leaseMs: 0, maxCallMs: 0 };
      expect(cardsOf((await store.claim(anAsk(ask))).claims)).toEqual(["22"]);
      const longer = anAsk({ ...ask, freshFromMs: NOW - 6 * MINUTE });
      expect(cardsOf((await store.claim(longer)).claims)).toEqual(["21"]);
    });

    it("[QT4] makes who waits in the backlog fresh by a new scan", async () => {
      const store = await open();
      await scanned(store, ["21", "22"], HOUR, NOW - 2);
      await scanned(store, ["22"], 1_000, NOW - 1);
      expect(cardsOf((await store.claim(anAsk({ limit: 1 }))).claims)).toEqual(["22"]);
    });

    it("[QT4] [PV6] clears what a visitor who withdrew had in Target before the backlog", async () => {
      const store = await open();
      await scanned(store, ["29"], 1_000, NOW - 2);
      const claim = (await store.claim(anAsk())).claims[0]!;
      await store.recordSending(claim, ["lastStore"]);
      const { version } = claim;
      await store.settle(claim, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
      const laterMs = NOW + HOUR;
      await scanned(store, ["21"], 2 * HOUR, NOW - 1);
      await store.suppress({
        act: "withdraw",
        visitorKey: claim.visitorKey,
        atMs: laterMs,
        nowMs: laterMs,
        cleared: { "*": "-" },
      });
      const next = await store.claim(anAsk({ nowMs: laterMs, limit: 1 }));
      expect(cardsOf(next.claims)).toEqual(["29"]);
    });

    it("[QT3] lets the backlog go call by call, and says when the next goes", async () => {
      const store = await open();
      await scanned(store, manyCards(20, "21"), HOUR);
      const first = await store.claim(anAsk());
      expect(first.claims).toHaveLength(MADE_UP_FOR);
      const atMs = first.freeAtLedgerMs!;
      expect(atMs - LEDGER).toBeGreaterThanOrEqual(1_000);
      expect(atMs - LEDGER).toBeLessThan(1_003);
      expect(await store.claim(anAsk({ ledgerMs: atMs - 1 }))).toEqual({
        claims: [],
        freeAtLedgerMs: atMs,
      });
      const second = await store.claim(anAsk({ ledgerMs: atMs }));
      expect(second.claims).toHaveLength(1);
      expect(second.freeAtLedgerMs! - atMs).toBeGreaterThanOrEqual(1_000);
    });

    it("[QT3] is slower with a smaller share", async () => {
      const store = await open();
      await scanned(store, manyCards(20, "21"), HOUR);
      const { freeAtLedgerMs } = await store.claim(anAsk({ allowed: ONE_A_SECOND / 10 }));
      expect(freeAtLedgerMs! - LEDGER).toBeGreaterThanOrEqual(10_000);
      expect(freeAtLedgerMs! - LEDGER).toBeLessThan(10_030);
    });

    it("[QT3] [QT4] never makes a fresh scan wait while a call is left, and counts it", async () => {
      const store = await open();
      await scanned(store, manyCards(20, "21"), HOUR);
      const held = await store.claim(anAsk());
      await scanned(store, manyCards(5, "22"), 1_000);
      const { claims, freeAtLedgerMs } = await store.claim(anAsk());
      expect(cardsOf(claims).toSorted()).toEqual(manyCards(5, "22"));
      // The backlog waits for the five slots they took.
      expect(freeAtLedgerMs! - held.freeAtLedgerMs!).toBeGreaterThanOrEqual(5_000);
      expect(freeAtLedgerMs! - held.freeAtLedgerMs!).toBeLessThan(5_015);
    });

    it("[QT3] gives back the slot of a call that never left", async () => {
      const store = await open();
      await scanned(store, manyCards(20, "21"), HOUR);
      const { claims } = await store.claim(anAsk());
      for (const claim of claims.slice(0, 4)) {
        await store.settle(claim, {
          type: "nothing-to-send",
          atMs: NOW,
          version: claim.version,
          ledgerMs: LEDGER,
          maxCallMs: 10_000,
        });
      }
      // Four, or three: what they gave back is paced a little more slowly by now.
      expect((await store.claim(anAsk())).claims.length).toBeGreaterThanOrEqual(3);
    });

    it("[QT3] spreads over the day what a burst left", async () => {
      const store = await open();
      const allowed = 240;
      const order = { ledgerMs: LEDGER, maxCallMs: 10_000, allowed };
      // As many as are allowed but 24, at once: one an hour is left until they are free again.
      for (let call = 0; call < allowed - 24; call += 1) await store.chargeAnother(order);
      const laterMs = LEDGER + 10 * MINUTE;
      await scanned(store, manyCards(40, "21"), HOUR);
      const first = await store.claim(anAsk({ allowed, ledgerMs: laterMs }));
      const nextMs = first.freeAtLedgerMs! - laterMs;
      expect(nextMs).toBeGreaterThan(0.9 * HOUR);
      expect(first.claims.length).toBeLessThanOrEqual(MADE_UP_FOR);
    });

    it("[QT3] pays a claim's further calls out of the same pace", async () => {
      const store = await open();
      await scanned(store, manyCards(20, "21"), HOUR);
      const before = await store.claim(anAsk());
      await store.chargeAnother(anAsk());
      const after = await store.claim(anAsk());
      expect(after.freeAtLedgerMs! - before.freeAtLedgerMs!).toBeGreaterThanOrEqual(1_000);
    });

    it("[QT5] counts who came to owe something within the hour, each once", async () => {
      const store = await open();
      await scanned(store, ["21", "22"], HOUR, NOW - 2 * HOUR);
      await scanned(store, ["21", "23", "24"], 1_000, NOW);
      await scanned(store, ["23"], 500, NOW);
      // 21 waited already, and 23 is one call.
      expect((await store.figures(NOW + 1, LEDGER)).arrivedLastHour).toBe(2);
      expect((await store.figures(NOW + HOUR + MINUTE, LEDGER)).arrivedLastHour).toBe(0);
    });

    it("[QT5] says how many calls stop counting in each hour", async () => {
      const store = await open();
      const order = { maxCallMs: 0, allowed: 100 };
      await store.chargeAnother({ ...order, ledgerMs: LEDGER });
      await store.chargeAnother({ ...order, ledgerMs: LEDGER });
      await store.chargeAnother({ ...order, ledgerMs: LEDGER + 5 * HOUR });
      const figures = await store.figures(NOW, LEDGER + 20 * HOUR);
      const byHour = Array.from({ length: 24 }, () => 0);
      expect(figures.allowanceReleasedByHour).toEqual(byHour.with(4, 2).with(9, 1));
      expect(figures.allowanceUsed).toBe(3);
    });
  });
}
