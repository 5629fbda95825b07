import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClaimAsk, Settlement, Store } from "../../../src/proxy/store/store.ts";
import type { LookSettlement } from "../../../src/proxy/store/read-back-store.ts";
import { aBatch, anId, anUpdate, DAY, LOAD, LOADED_AT, NOW } from "../../support/store-builders.ts";

/** What may happen to a small fleet, in any order; small alphabets, so that it meets itself. */
const aStep = fc.oneof(
  { weight: 4, arbitrary: aScan() },
  fc.record({
    type: fc.constant("call" as const),
    outcome: fc.constantFrom(
      "delivered",
      "look",
      "look-but",
      "all-but",
      "absent",
      "unavailable",
      "refused",
      "nothing",
    ),
  }),
  fc.record({
    type: fc.constant("look" as const),
    kind: fc.constant("check" as const),
    outcome: fc.constantFrom("applied", "done", "resend", "given-up", "absent"),
  }),
  fc.record({
    type: fc.constant("look" as const),
    kind: fc.constant("search" as const),
    outcome: fc.constantFrom("absent", "found", "unknown"),
  }),
  fc.record({ type: fc.constant("repeat" as const) }),
);

function aScan() {
  return fc.record({
    type: fc.constant("scan" as const),
    card: fc.constantFrom<string>("21", "22"),
    name: fc.constantFrom<string>("a", "b"),
    value: fc.constantFrom<string>("x", "y"),
    isAnswer: fc.boolean(),
    agoMs: fc.integer({ min: 0, max: 4 }).map((days) => days * DAY),
  });
}

type Step = typeof aStep extends fc.Arbitrary<infer Value> ? Value : never;

const ASK: ClaimAsk = {
  nowMs: NOW + 90 * DAY,
  ledgerMs: 0,
  maxCallMs: 1,
  allowed: 1_000_000,
  leaseMs: 1,
  limit: 1,
};

interface Taken {
  readonly scans: number;
  readonly answers: number;
}

/** Lives through the steps; tells how many updates were accepted. */
async function live(store: Store, steps: readonly Step[]): Promise<Taken> {
  let scans = 0;
  let answers = 0;
  let last: Parameters<Store["ingest"]>[0] | undefined;
  for (const [index, step] of steps.entries()) {
    switch (step.type) {
      case "scan": {
        last = batchOf(step, index);
        await store.ingest(last);
        if (step.isAnswer) answers += 1;
        else scans += 1;
        break;
      }
      case "repeat":
        // The same updates in another request: known for ever, and counted once.
        if (last !== undefined) await store.ingest({ ...last, nonce: anId(0xff_0000 + index) });
        break;
      case "call": {
        const { claims } = await store.claim(ASK);
        for (const claim of claims) await store.settle(claim, settlementOf(step.outcome, claim));
        break;
      }
      case "look": {
        const looks = await store.claimLooks({ ...ASK, kind: step.kind, limit: 1 });
        for (const look of looks) await store.settleLook(look, lookOf(step.outcome, look.expected));
        break;
      }
    }
    expect(await total(store)).toBe(scans);
    await expectAgreeing(store, { scans, answers });
  }
  return { scans, answers };
}

/** Every way of counting tells of the same updates. */
async function expectAgreeing(store: Store, { scans, answers }: Taken): Promise<void> {
  const figures = await store.figures(NOW, 0);
  const { stores, questions } = await store.matchRate(0);
  expect(stores.map(({ storeId }) => storeId)).toEqual(scans + answers === 0 ? [] : ["S-1"]);
  expect(sumOf(stores)).toBe(scans + answers);
  expect(sumOf(questions)).toBe(answers);
  for (const each of [...stores, ...questions]) expectNoneBelow0(each);
  const ofStore = await store.storeScans(NOW, "S-1");
  expect(ofStore).toEqual({ scans: figures.scans, days: figures.days, hours: figures.hours });
  expect(sumOf(figures.days)).toBe(scans);
  for (const fate of ["applied", "waiting", "unknown", "refused"] as const) {
    const today = figures.hours.slice(-1 - new Date(NOW).getUTCHours());
    const inHours = today.reduce((sum, slot) => sum + slot[fate], 0);
    expect(inHours, fate).toBe(figures.days.at(-1)![fate]);
  }
}

type Shares = Awaited<ReturnType<typeof shares>>;

function sumOf(all: readonly Shares[]): number {
  return all.reduce(
    (sum, each) => sum + each.applied + each.waiting + each.unknown + each.refused,
    0,
  );
}

function expectNoneBelow0({ applied, waiting, unknown, refused }: Shares): void {
  expect(Math.min(applied, waiting, unknown, refused)).toBeGreaterThanOrEqual(0);
}

function batchOf(step: Extract<Step, { type: "scan" }>, index: number) {
  const receiptMs = NOW + index;
  const epoch = anId(0xe_0000 + index);
  const atMs = Math.max(LOADED_AT, receiptMs - 1 - step.agoMs);
  const sketch = { card: step.card, attributes: { [step.name]: step.value }, epoch, atMs };
  const { header, update } = anUpdate({ ...sketch, id: anId(index) });
  const occasion = step.isAnswer ? ("answer" as const) : ("scan" as const);
  return aBatch([{ header, update: { ...update, occasion } }], {
    receiptMs,
    clock: { segment: `${LOAD}.0`, wallMs: receiptMs, monoMs: receiptMs - LOADED_AT },
  });
}

function settlementOf(
  outcome: string,
  { version, attributes }: Awaited<ReturnType<Store["claim"]>>["claims"][number],
): Settlement {
  const [atMs, charge] = [NOW, { ledgerMs: 0, maxCallMs: 1 }];
  const sent = attributes.map(({ name, value, effectiveMs }) => ({ name, value, effectiveMs }));
  switch (outcome) {
    case "delivered":
      return { type: "delivered", version, atMs, nextDueAtMs: atMs };
    case "look":
      return {
        type: "delivered",
        version,
        atMs,
        nextDueAtMs: atMs,
        readBack: { dueMs: atMs, sent },
      };
    case "look-but":
    case "all-but": {
      const except = { names: sent.slice(0, 1).map(({ name }) => name), reason: "too long" };
      const rest = { dueMs: atMs, sent: sent.slice(1) };
      const readBack = outcome === "look-but" && rest.sent.length > 0 ? { readBack: rest } : {};
      return { type: "delivered", version, atMs, nextDueAtMs: atMs, except, ...readBack };
    }
    case "absent":
      return { type: "absent", atMs, dueMs: atMs, ...charge };
    case "nothing":
      return { type: "nothing-to-send", version, atMs, ...charge };
    case "refused":
      return { type: "refused", reason: "no", atMs };
    default:
      return { type: "unavailable", dueAtMs: atMs };
  }
}

function lookOf(
  outcome: string,
  expected: Awaited<ReturnType<Store["claimLooks"]>>[number]["expected"],
): LookSettlement {
  const atMs = NOW;
  const seen = { type: "seen", atMs, expected: [], seen: {}, resend: [], givenUp: [] } as const;
  const names = expected.map(({ name }) => name);
  switch (outcome) {
    case "applied":
      return { ...seen, expected: expected.map((each) => ({ ...each, phase: "applied" })) };
    case "resend":
      return { ...seen, resend: names.map((name) => ({ name, reason: "not-applied" })) };
    case "given-up":
      return { ...seen, givenUp: names };
    case "absent":
      return { type: "absent", atMs, dueMs: atMs };
    case "found":
      return { type: "found", atMs };
    case "unknown":
      return { type: "unknown", atMs };
    default:
      return seen;
  }
}

async function shares(store: Store) {
  return (await store.figures(NOW, 0)).scans;
}

async function total(store: Store): Promise<number> {
  const { applied, waiting, unknown, refused } = await shares(store);
  for (const share of [applied, waiting, unknown, refused]) expect(share).toBeGreaterThanOrEqual(0);
  return applied + waiting + unknown + refused;
}

/** Target has everybody, takes everything and shows it: nothing may be left open. */
async function settleAll(store: Store): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const searches = await store.claimLooks({ ...ASK, kind: "search", limit: 9 });
    for (const look of searches) await store.settleLook(look, lookOf("found", []));
    const { claims } = await store.claim({ ...ASK, limit: 9 });
    for (const claim of claims) await store.settle(claim, settlementOf("look", claim));
    const checks = await store.claimLooks({ ...ASK, kind: "check", limit: 9 });
    for (const look of checks) await store.settleLook(look, lookOf("done", look.expected));
    if (searches.length + claims.length + checks.length === 0) return;
  }
  throw new Error("It never came to rest.");
}

/**
 * What became of the scans, on any engine.
 *
 * @param open a store of its own, empty
 * @param runs of the law
 */
export function describeShares(name: string, open: () => Promise<Store>, runs: number): void {
  describe(`${name}: the four shares`, () => {
    it("[UN1] [OP3] always sum to all scans, by hour, day and store too, whatever happens", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 25 }), async (steps) => {
          const store = await open();
          const { scans, answers } = await live(store, steps);
          // What rests, unknown or refused, is scanned again; then Target has and shows everything.
          const again = ["21", "22"].map((card, index) =>
            batchOf(
              { type: "scan", card, name: "a", value: "z", isAnswer: false, agoMs: 0 },
              1_000 + index,
            ),
          );
          for (const batch of again) await store.ingest(batch);
          await settleAll(store);
          expect(await shares(store)).toEqual({
            applied: scans + again.length,
            waiting: 0,
            unknown: 0,
            refused: 0,
          });
          const [ofStore] = (await store.matchRate(0)).stores;
          expect(ofStore?.applied).toBe(scans + answers + again.length);
          await store.close();
        }),
        { numRuns: runs },
      );
    }, 60_000);

    it("[UN1] [CD2] [OP3] count what is held for an operator once it was let through", async () => {
      const store = await open();
      const flood = Array.from({ length: 400 }, (_, index) =>
        anUpdate({ seq: index + 1, card: `2${index}`, atMs: NOW - 30_000 + index }),
      );
      for (let from = 0; from < flood.length; from += 100) {
        await store.ingest(aBatch(flood.slice(from, from + 100)));
      }
      const { held } = await store.figures(NOW, 0);
      expect(held).toBeGreaterThan(0);
      expect(await total(store)).toBe(flood.length - held);
      const [minute] = await store.held(1);
      const order = { deviceId: minute!.deviceId, nowMs: NOW, limit: held, skip: 0 };
      await store.releaseHeld(order);
      expect(await total(store)).toBe(flood.length);
      await expectAgreeing(store, { scans: flood.length, answers: 0 });
    });
  });
}
