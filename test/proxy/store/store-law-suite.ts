import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClaimResult, Store } from "../../../src/proxy/store/store.ts";
import {
  aBatch,
  anId,
  anUpdate,
  DAY,
  LOAD,
  LOADED_AT,
  MINUTE,
  NOW,
  type BatchUpdate,
} from "../../support/store-builders.ts";

/** Small alphabets, so that ties in time, epoch and attribute are common. */
const aSketch = fc.record({
  kiosk: fc.integer({ min: 1, max: 2 }),
  card: fc.constantFrom("21", "22"),
  tick: fc.integer({ min: 0, max: 3 }),
  attributes: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("x", "y"), {
    minKeys: 1,
    noNullPrototype: true,
  }),
});

type Sketch = typeof aSketch extends fc.Arbitrary<infer Value> ? Value : never;

/** Two kiosks number what they capture in the order of their clocks, as kiosks do. */
function capture(sketches: readonly Sketch[]): readonly BatchUpdate[] {
  return [1, 2].flatMap((kiosk) =>
    sketches
      .filter((sketch) => sketch.kiosk === kiosk)
      .toSorted((a, b) => a.tick - b.tick)
      .map(({ card, tick, attributes }, index) =>
        anUpdate({
          id: anId(kiosk * 1_000 + index),
          epoch: anId(kiosk),
          seq: index + 1,
          card,
          atMs: NOW - MINUTE + tick,
          attributes,
        }),
      ),
  );
}

/** Some order, some repeats, cut into batches somewhere. */
function deliveriesOf(updates: readonly BatchUpdate[]): fc.Arbitrary<readonly BatchUpdate[][]> {
  return fc
    .tuple(
      fc.shuffledSubarray([...updates, ...updates], { minLength: updates.length * 2 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    )
    .map(([order, sizes]) => {
      const batches: BatchUpdate[][] = [];
      for (let from = 0, index = 0; from < order.length; index += 1) {
        const size = sizes[index % sizes.length]!;
        // Repeats within one batch are taken out before the store is asked.
        batches.push([
          ...new Map(order.slice(from, from + size).map((u) => [u.header.id, u])).values(),
        ]);
        from += size;
      }
      return batches;
    });
}

/** What two kiosks captured, delivered in two ways. */
export const aScenario = fc
  .array(aSketch, { minLength: 1, maxLength: 8 })
  .map(capture)
  .chain((updates) => fc.tuple(deliveriesOf(updates), deliveriesOf(updates)));

async function deliver(store: Store, batches: readonly BatchUpdate[][]): Promise<string> {
  for (const [index, updates] of batches.entries()) {
    const receiptMs = NOW + index;
    const clock = { segment: `${LOAD}.0`, wallMs: receiptMs, monoMs: receiptMs - LOADED_AT };
    await store.ingest(aBatch(updates, { receiptMs, clock }));
  }
  const { claims } = await store.claim({
    nowMs: NOW + DAY,
    ledgerMs: 0,
    maxCallMs: 1,
    allowed: 100,
    leaseMs: 1,
    limit: 100,
  });
  const table = claims
    .flatMap(({ visitorKey, attributes }) =>
      attributes.map(
        ({ name, value, effectiveMs }) => `${visitorKey} ${name}=${value}@${effectiveMs}`,
      ),
    )
    .toSorted();
  return table.join("\n");
}

/**
 * What holds whatever happens, on any engine.
 *
 * @param open a store of its own, empty
 * @param runs of each law
 */
export function describeLaws(name: string, open: () => Promise<Store>, runs: number): void {
  describe(`${name}: the store's laws`, () => {
    it("[MG1] [IN3] ends with one attribute table, in whatever order, batches and repetition", async () => {
      await fc.assert(
        fc.asyncProperty(aScenario, async ([some, other]) => {
          const first = await deliver(await open(), some);
          const second = await deliver(await open(), other);
          expect(second).toBe(first);
        }),
        { numRuns: runs },
      );
    }, 30_000);

    it("[QT1] [QT2] lets no more calls reach Target in any 24 hours than allowed", async () => {
      const MAX_CALL_MS = 120_000;
      const ALLOWED = 5;
      // Steps of the ledger clock between asks, and how late each charged call arrives.
      const aStep = fc.record({
        stepMs: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: DAY })),
        limit: fc.integer({ min: 1, max: 4 }),
        arrivesAfterMs: fc.integer({ min: 0, max: MAX_CALL_MS }),
        way: fc.constantFrom("claim", "charge", "behind"),
      });
      const store = await open();
      await store.ingest(aBatch([1, 2, 3, 4].map((seq) => anUpdate({ seq, card: `2${seq}` }))));
      let ledgerMs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 40 }), async (steps) => {
          ledgerMs += 3 * DAY;
          const arrivals: number[] = [];
          let furthestMs = 0;
          for (const { stepMs, limit, arrivesAfterMs, way } of steps) {
            ledgerMs += stepMs;
            const ask = {
              // A replica whose ledger clock is behind must not be given more for it.
              ledgerMs: way === "behind" ? ledgerMs - stepMs : ledgerMs,
              maxCallMs: MAX_CALL_MS,
              allowed: ALLOWED,
            };
            furthestMs = Math.max(furthestMs, ask.ledgerMs);
            const arrivalMs = furthestMs + arrivesAfterMs;
            if (way === "charge") {
              if (await store.chargeAnother(ask)) arrivals.push(arrivalMs);
              continue;
            }
            const { claims } = await store.claim({ ...ask, nowMs: NOW, leaseMs: DAY, limit });
            arrivals.push(...claims.map(() => arrivalMs));
            for (const claim of claims) {
              await store.settle(claim, { type: "unavailable", dueAtMs: NOW });
            }
          }
          for (const from of arrivals) {
            const inWindow = arrivals.filter((at) => at >= from && at < from + DAY);
            expect(inWindow.length).toBeLessThanOrEqual(ALLOWED);
          }
        }),
        { numRuns: runs },
      );
    }, 30_000);

    it("[QT1] uses all of it again and again, a minute and a call later each day", async () => {
      const store = await open();
      const cards = Array.from({ length: 9 }, (_, index) =>
        anUpdate({ seq: index + 1, card: `2${index}` }),
      );
      await store.ingest(aBatch(cards));
      let ledgerMs = 0;
      for (let day = 0; day < 3; day += 1) {
        const result: ClaimResult = await store.claim({
          nowMs: NOW,
          ledgerMs,
          maxCallMs: 30_000,
          allowed: 3,
          leaseMs: 1e15,
          limit: 10,
        });
        expect(result.claims).toHaveLength(3);
        if (day === 2) break;
        expect(result.freeAtLedgerMs! - ledgerMs).toBeLessThanOrEqual(DAY + MINUTE + 30_000);
        ledgerMs = result.freeAtLedgerMs!;
      }
    });
  });
}
