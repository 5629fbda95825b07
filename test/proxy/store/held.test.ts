import { copyFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KioskConfig } from "../../../src/contract/kiosk-config.ts";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import {
  cardsPerMinuteFor,
  STORE_LIMITS,
  type StoreLimits,
} from "../../../src/proxy/store/limits.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { filesHolding } from "../../support/find-bytes.ts";
import { KEYS } from "../../support/keys.ts";
import {
  aBatch,
  aDevice,
  anId,
  anUpdate,
  DAY,
  LOAD,
  MINUTE,
  NOW,
  type BatchUpdate,
  type UpdateSketch,
} from "../../support/store-builders.ts";
import { aFolder, aMemoryStore, aSqliteStore } from "../../support/store-files.ts";

const DEVICE = aDevice().deviceId;
/** The beginning of a minute of the proxy's, long enough ago for a backlog. */
const THEN = NOW - 30 * MINUTE;
const LIMIT = 3;

function aStoreWith(limits: Partial<StoreLimits> = {}) {
  return aMemoryStore({ ...STORE_LIMITS, cardsPerMinute: LIMIT, ...limits });
}

/** The `number`th card. */
function card(number: number): string {
  return `29${String(number).padStart(11, "0")}`;
}

/** Scans a second apart, numbered from `seq`, from the beginning of a minute. */
function scans(count: number, sketch: UpdateSketch & { readonly seq?: number } = {}) {
  const seq = sketch.seq ?? 1;
  return Array.from({ length: count }, (_, index) =>
    anUpdate({
      card: card(seq + index),
      attributes: { lastStore: `S-${seq + index}` },
      ...sketch,
      seq: seq + index,
      atMs: (sketch.atMs ?? THEN) + index * 1_000,
    }),
  );
}

function anAnswer(sketch: UpdateSketch): BatchUpdate {
  const { header, update } = anUpdate(sketch);
  return { header, update: { ...update, occasion: "answer" } };
}

async function verdictsOf(store: Store, updates: readonly BatchUpdate[]) {
  const result = await store.ingest(aBatch(updates));
  if (!("receipt" in result)) throw new Error(`the store said ${result.type}`);
  const said = new Map(result.receipt.verdicts.map(({ id, verdict }) => [id, verdict]));
  return updates.map(({ header }) => said.get(header.id));
}

/** What the forwarder would send, by card. */
async function owedBy(store: Store): Promise<Readonly<Record<string, object>>> {
  const ask = { nowMs: NOW + DAY, ledgerMs: 0, maxCallMs: 1, allowed: 1e6, leaseMs: 0, limit: 1e4 };
  const { claims } = await store.claim(ask);
  return Object.fromEntries(
    claims
      .map(({ visitor, attributes }) => [
        visitor.value,
        Object.fromEntries(
          attributes.map(({ name, value, effectiveMs }) => [name, `${value}@${effectiveMs}`]),
        ),
      ])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
}

/** What is held, as it lies in the files of a store that is open. */
function sealedIn(folder: string): readonly string[] {
  const copy = aFolder();
  for (const name of ["tarjeta.sqlite-wal", "tarjeta.sqlite"]) {
    copyFileSync(path.join(folder, name), path.join(copy, name));
  }
  const database = new DatabaseSync(path.join(copy, "tarjeta.sqlite"));
  const rows = database.prepare("SELECT sealed FROM held_update").all();
  database.close();
  return rows.map(({ sealed }) => String(sealed));
}

const ALL = { deviceId: DEVICE, nowMs: NOW, limit: 10_000, skip: 0 };

describe("cards beyond the limit of a minute of capture", () => {
  it("[CD2] are accepted, kept apart, merged by nobody, named as an incident, and listed", async () => {
    const store = await aStoreWith();
    expect(await verdictsOf(store, scans(5))).toEqual(Array(5).fill("accepted"));
    expect(Object.keys(await owedBy(store))).toEqual([card(1), card(2), card(3)]);
    const place = { deviceId: DEVICE, storeId: "S-1", kioskId: "K-1" };
    expect(await store.held(10)).toEqual([
      { ...place, cards: 2, updates: 2, fromMs: THEN + 3_000, toMs: THEN + 4_000 },
    ]);
    const [incident] = await store.incidents(10);
    expect(incident).toMatchObject({ type: "cards-held", ...place, open: true });
    expect(incident?.detail).toBe(
      "2 cards (2 updates) beyond the limit of a minute wait for an operator; " +
        "1 minutes, 2026-11-23T07:30Z to 2026-11-23T07:30Z",
    );
    expect((await store.figures(NOW, NOW)).held).toBe(2);
    // The next minute begins anew.
    await verdictsOf(store, scans(1, { seq: 6, atMs: THEN + MINUTE }));
    expect(Object.keys(await owedBy(store))).toContain(card(6));
  });

  it("[CD2] [IN3] [OB5] count as received: repeats change nothing, and nothing is missing", async () => {
    const store = await aStoreWith();
    const all = scans(5);
    await verdictsOf(store, all);
    expect(await verdictsOf(store, all)).toEqual(Array(5).fill("duplicate"));
    expect(await store.held(10)).toMatchObject([{ updates: 2 }]);
    expect(await store.incidents(10)).toHaveLength(1);
  });

  it("[CD2] are not those shown again; what follows of a held visit is held, of a merged one is not", async () => {
    const store = await aStoreWith();
    await verdictsOf(store, scans(5));
    const later = { attributes: { visitReason: "gift" }, atMs: THEN + 50_000 };
    const again = [
      anUpdate({ ...later, seq: 6, card: card(1) }),
      anUpdate({ ...later, seq: 7, card: card(4) }),
      // Answered in the minute after the scan, which is itself full by then.
      ...scans(3, { seq: 8, atMs: THEN + MINUTE }),
      anAnswer({ ...later, seq: 11, card: card(2), atMs: THEN + MINUTE + 9_000 }),
      anAnswer({ ...later, seq: 12, card: card(5), atMs: THEN + MINUTE + 9_000 }),
    ];
    await verdictsOf(store, again.slice(0, 4));
    await verdictsOf(store, again.slice(4));
    const owed = await owedBy(store);
    expect(owed[card(1)]).toHaveProperty("visitReason");
    expect(owed[card(2)]).toHaveProperty("visitReason");
    expect(Object.keys(owed)).toEqual([1, 2, 3, 8, 9, 10].map(card));
    expect(await store.held(10)).toMatchObject([{ cards: 2, updates: 4 }]);
  });

  it("[CD2] are counted by who sends, whoever is said to have captured", async () => {
    const store = await aStoreWith();
    const updates = scans(6).map((update, index) => ({
      ...update,
      update: { ...update.update, device: aDevice(index % 2 === 0 ? 7 : 8) },
    }));
    for (const parity of [0, 1]) {
      await verdictsOf(
        store,
        updates.filter((_, index) => index % 2 === parity),
      );
    }
    expect(await store.held(10)).toMatchObject([{ deviceId: DEVICE, cards: 3 }]);
  });

  it("[CD2] are counted by a segment's own clock where nobody can date it", async () => {
    const store = await aStoreWith();
    // A page that booted in 1970: one update a minute for two hours, all of them dated alike.
    const backlog = Array.from({ length: 120 }, (_, index) =>
      anUpdate({
        seq: index + 1,
        card: card(index),
        segment: "0000cafe.0",
        wallMs: 1_000 + index * MINUTE,
        monoMs: 1_000 + index * MINUTE,
      }),
    );
    await verdictsOf(store, backlog);
    expect(await store.held(10)).toEqual([]);
    const crowd = Array.from({ length: 5 }, (_, index) =>
      anUpdate({ seq: 200 + index, card: card(200 + index), segment: "0000beef.0", wallMs: 0 }),
    );
    await verdictsOf(store, crowd);
    expect(await store.held(10)).toMatchObject([{ cards: 2 }]);
  });

  it("[CD2] are counted by when they were captured, also where all take effect at one moment", async () => {
    const store = await aStoreWith();
    // An earlier page's clock ran ten hours ahead: nothing takes effect later than its receipt.
    const ahead = Array.from({ length: 5 }, (_, index) =>
      anUpdate({
        seq: index + 1,
        card: card(index),
        segment: "0000cafe.0",
        wallMs: NOW + index * 10 * MINUTE,
        monoMs: index * 10 * MINUTE,
      }),
    );
    await verdictsOf(store, ahead);
    const times = new Set(Object.values(await owedBy(store)).map((each) => JSON.stringify(each)));
    expect([...times]).toEqual([JSON.stringify({ lastStore: `S-1@${NOW}` })]);
    expect(await store.held(10)).toEqual([]);
  });

  it("[CD2] [LM1] wait on the kiosk once as many are held as are kept, and an incident says so", async () => {
    const store = await aStoreWith({ heldPerDevice: 1 });
    const updates = scans(5);
    const all = ["accepted", "accepted", "accepted", "accepted", "retry"];
    expect(await verdictsOf(store, updates)).toEqual(all);
    const types = async () => (await store.incidents(10)).filter(({ open }) => open).length;
    expect(await types()).toBe(2);
    await store.discardHeld(ALL);
    expect(await types()).toBe(0);
    // It was not taken for received, and is taken in now.
    expect(await verdictsOf(store, updates.slice(4))).toEqual(["accepted"]);
    expect(await store.held(10)).toMatchObject([{ updates: 1 }]);
  });

  it("[CD2] are never an honest kiosk's: the limit is twice what it takes", () => {
    expect(STORE_LIMITS.cardsPerMinute).toBe(252);
    const cardLimits = { cardsPerMinute: 10, typedCardsPerMinute: 2 };
    expect(cardsPerMinuteFor(KioskConfig.parse({ ...EXAMPLE_CONFIG, cardLimits }).cardLimits)).toBe(
      24,
    );
  });
});

describe("an operator", () => {
  it("[CD2] [MG1] releases: as if it had arrived now, with the times fixed when it came", async () => {
    const [limited, unlimited] = [await aStoreWith(), await aStoreWith({ cardsPerMinute: 99 })];
    const all = [
      ...scans(5),
      // Newer than what is held of the same card, and merged before that is released.
      anUpdate({ seq: 6, card: card(4), atMs: THEN + MINUTE, attributes: { lastStore: "newer" } }),
    ];
    for (const store of [limited, unlimited]) await verdictsOf(store, all);
    expect(await limited.releaseHeld(ALL)).toEqual({ updates: 2, unopened: 0 });
    expect(await owedBy(limited)).toEqual(await owedBy(unlimited));
    expect(await limited.held(10)).toEqual([]);
    expect((await limited.incidents(10)).map(({ open }) => open)).toEqual([false]);
    expect(await verdictsOf(limited, all)).toEqual(Array(6).fill("duplicate"));
    expect(await limited.releaseHeld(ALL)).toEqual({ updates: 0, unopened: 0 });
  });

  it("[CD2] [OB7] finds the same held after a restore, once the kiosk sent again; and ends with the same", async () => {
    const all = scans(5);
    const [lived, restored] = [await aStoreWith(), await aStoreWith()];
    await verdictsOf(lived, all);
    await lived.releaseHeld(ALL);
    // The backup had the first two; what came since, the operator's decision too, is gone.
    await verdictsOf(restored, all.slice(0, 2));
    expect(await verdictsOf(restored, all)).toEqual([
      ...Array(2).fill("duplicate"),
      ...Array(3).fill("accepted"),
    ]);
    expect(await restored.held(10)).toMatchObject([{ cards: 2 }]);
    await restored.releaseHeld(ALL);
    expect(await owedBy(restored)).toEqual(await owedBy(lived));
  });

  it("[CD2] discards: nothing of it takes effect, and it does not come back", async () => {
    const folder = aFolder();
    const store = await aSqliteStore({
      path: path.join(folder, "tarjeta.sqlite"),
      limits: { cardsPerMinute: LIMIT },
    });
    const all = scans(5);
    await verdictsOf(store, all);
    expect(await store.discardHeld(ALL)).toEqual({ updates: 2, unopened: 0 });
    expect(Object.keys(await owedBy(store))).toEqual([card(1), card(2), card(3)]);
    expect(await verdictsOf(store, all)).toEqual(Array(5).fill("duplicate"));
    expect((await store.incidents(10)).map(({ open }) => open)).toEqual([false]);
  });

  it("[CD2] finds what waits still there after a crash, a restart and a rotated key; sealed", async () => {
    const folder = aFolder();
    const options = {
      path: path.join(folder, "tarjeta.sqlite"),
      limits: { cardsPerMinute: LIMIT },
    };
    const store = await aSqliteStore(options);
    const planted = "likes-juggling-at-night";
    await verdictsOf(store, scans(LIMIT));
    const last = { seq: 4, atMs: THEN + 3_000, attributes: { reason: planted } };
    await verdictsOf(store, scans(1, last));
    expect(filesHolding(folder, card(4))).toEqual([]);
    expect(filesHolding(folder, planted)).toEqual([]);
    await store.close();
    const keys = { ...KEYS, storage: [...makeKeys("s2").storage, ...KEYS.storage] };
    const again = await aSqliteStore({ ...options, keys });
    expect(await again.held(10)).toMatchObject([{ updates: 1 }]);
    expect(await again.releaseHeld(ALL)).toEqual({ updates: 1, unopened: 0 });
    expect((await owedBy(again))[card(4)]).toEqual({ reason: `${planted}@${THEN + 3_000}` });
  });

  it("[CD2] [PV6] releases nothing of who withdrew or was erased, and no byte of them is left", async () => {
    const folder = aFolder();
    const store = await aSqliteStore({
      path: path.join(folder, "tarjeta.sqlite"),
      limits: { cardsPerMinute: LIMIT },
    });
    await verdictsOf(store, scans(5));
    const sealed = sealedIn(folder);
    expect(sealed.filter((text) => filesHolding(folder, text).length > 0)).toHaveLength(2);
    const { hashOf } = createVault(KEYS);
    for (const [act, number] of [
      ["withdraw", 4],
      ["erase", 5],
    ] as const) {
      const visitor = { kind: "member", value: card(number) } as const;
      const visitorKey = hashOf(visitor);
      await store.suppress({ act, visitorKey, visitor, atMs: NOW, nowMs: NOW, cleared: {} });
    }
    expect(sealed.filter((text) => filesHolding(folder, text).length > 0)).toEqual([]);
    expect(await store.held(10)).toEqual([]);
    expect((await store.incidents(10)).map(({ open }) => open)).toEqual([false]);
    expect(await store.releaseHeld(ALL)).toEqual({ updates: 0, unopened: 0 });
    expect(Object.keys(await owedBy(store))).toEqual([card(1), card(2), card(3)]);
  });

  it("[PV9] who decides nothing within the retention decides that it is discarded", async () => {
    const store = await aStoreWith();
    await verdictsOf(store, scans(5));
    await store.dropIds(THEN, "", 100);
    expect(await store.held(10)).toMatchObject([{ updates: 2 }]);
    await store.dropIds(NOW, "", 100);
    expect(await store.held(10)).toEqual([]);
  });
});

/** Captures of one kiosk in true time, as pages of it saw them. */
interface Captured {
  readonly number: number;
  readonly minute: number;
  readonly page: number;
}

const HOUR = 60 * MINUTE;

/** How a page's clocks stand: how far off its wall clock is; a page never set booted in 1970. */
const aPage = fc.oneof(
  fc.record({ type: fc.constant("off" as const), byMs: fc.integer({ min: -DAY, max: DAY }) }),
  fc.constant({ type: "1970" as const, byMs: 0 }),
);

type Page = typeof aPage extends fc.Arbitrary<infer Value> ? Value : never;

/** Each page lives for an hour, one after the other; the last one sends. */
function entryOf({ number, minute, page }: Captured, seq: number, pages: readonly Page[]) {
  const bornMs = NOW - (pages.length - page) * HOUR;
  const monoMs = (minute % 60) * MINUTE + (seq % 60) * 900;
  const clocks = pages[page]!;
  const wallMs = clocks.type === "1970" ? monoMs : bornMs + monoMs + clocks.byMs;
  return anUpdate({
    id: anId(0x9_0000 + seq),
    seq,
    card: card(number),
    attributes: { lastStore: `S-${seq % 3}` },
    segment: `${(page + 0xa000).toString(16).padStart(8, "0")}.0`,
    wallMs,
    monoMs,
  });
}

interface Story {
  readonly pages: readonly Page[];
  readonly entries: readonly BatchUpdate[];
  readonly deliveries: readonly (readonly BatchUpdate[])[];
}

/** Some captures per minute of some minutes, delivered in some order, with repeats. */
function stories(perMinute: fc.Arbitrary<number>): fc.Arbitrary<Story> {
  return fc
    .tuple(
      fc.array(aPage, { minLength: 1, maxLength: 2 }),
      fc.array(fc.tuple(fc.nat(119), perMinute), { minLength: 1, maxLength: 6 }),
    )
    .chain(([pages, plan]) => {
      const byMinute = new Map(
        plan.map(([minute, count]) => [minute % (60 * pages.length), count]),
      );
      const captured = [...byMinute]
        .toSorted(([a], [b]) => a - b)
        .flatMap(([minute, count]) =>
          Array.from({ length: count }, (_, index) => ({
            number: minute * 100 + index,
            minute,
            page: Math.floor(minute / 60),
          })),
        );
      const entries = captured.map((each, index) => entryOf(each, index + 1, pages));
      return fc
        .tuple(
          fc.shuffledSubarray([...entries, ...entries], { minLength: entries.length * 2 }),
          fc.integer({ min: 1, max: 7 }),
        )
        .map(([order, size]) => {
          const deliveries: BatchUpdate[][] = [];
          for (let from = 0; from < order.length; from += size) {
            const some = order.slice(from, from + size);
            deliveries.push([...new Map(some.map((each) => [each.header.id, each])).values()]);
          }
          return { pages, entries, deliveries };
        });
    });
}

/** The last page sends, its clocks as wrong as they are. */
async function deliver(store: Store, { pages, deliveries }: Story): Promise<void> {
  const last = pages.length - 1;
  const clocks = pages[last]!;
  for (const [index, updates] of deliveries.entries()) {
    const receiptMs = NOW + HOUR + index;
    const monoMs = receiptMs - (NOW - HOUR);
    const wallMs = clocks.type === "1970" ? monoMs : receiptMs + clocks.byMs;
    const segment = `${(last + 0xa000).toString(16).padStart(8, "0")}.0`;
    await store.ingest(aBatch(updates, { receiptMs, clock: { segment, wallMs, monoMs } }));
  }
}

describe("the hold's laws", () => {
  it("[CD2] never holds what was captured at the kiosk's own pace, however late, disordered and misdated", async () => {
    // Half of the limit, as it is set: two pages' clocks may put two minutes into one.
    const atItsPace = stories(fc.integer({ min: 1, max: 4 }));
    await fc.assert(
      fc.asyncProperty(atItsPace, async (story) => {
        const store = await aStoreWith({ cardsPerMinute: 8 });
        await deliver(store, story);
        expect(await store.held(10)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("[CD2] [MG1] holds exactly what is beyond, and after the release all is as without a limit", async () => {
    // One page, so that its minutes are the true ones; far above the limit in some of them.
    const some = stories(fc.integer({ min: 1, max: 14 })).filter(({ pages }) => pages.length === 1);
    await fc.assert(
      fc.asyncProperty(some, async (story) => {
        const [limited, unlimited] = [
          await aStoreWith({ cardsPerMinute: 5 }),
          await aStoreWith({ cardsPerMinute: 1e6 }),
        ];
        for (const store of [limited, unlimited]) await deliver(store, story);
        const counts = new Map<number, number>();
        for (const { header } of story.entries) {
          const minute = Math.floor(header.monoMs / MINUTE);
          counts.set(minute, (counts.get(minute) ?? 0) + 1);
        }
        const beyond = [...counts.values()].map((n) => Math.max(0, n - 5)).filter((n) => n > 0);
        const held = await limited.held(100);
        expect(held.map(({ cards }) => cards).toSorted()).toEqual(beyond.toSorted());
        expect(await unlimited.held(100)).toEqual([]);
        await limited.releaseHeld(ALL);
        expect(await owedBy(limited)).toEqual(await owedBy(unlimited));
        expect(await limited.held(100)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("[CD2] drains a week of a busy kiosk at once, newest first, without holding any of it", async () => {
    const store = await aMemoryStore();
    const updates = Array.from({ length: 7 * 24 * 12 }, (_, index) =>
      anUpdate({
        seq: index + 1,
        card: card(index),
        segment: `${LOAD}.0`,
        wallMs: NOW - 7 * DAY + index * 5 * MINUTE,
        monoMs: index * 5 * MINUTE,
      }),
    ).toReversed();
    for (let from = 0; from < updates.length; from += 500) {
      const clock = { segment: `${LOAD}.0`, wallMs: NOW, monoMs: 7 * DAY };
      await store.ingest(aBatch(updates.slice(from, from + 500), { clock }));
    }
    expect(await store.held(10)).toEqual([]);
  }, 30_000);
});
