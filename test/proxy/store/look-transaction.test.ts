import { describe, expect, it } from "vitest";
import {
  HOUR,
  CARD,
  ASK,
  scan,
  claimOne,
  callOnce,
  settle,
  lookOnce,
  seen,
  CHARGE,
  found,
  shares,
  NONE,
  sentOf,
} from "../../support/look-steps.ts";
import { aBatch, anUpdate, DAY, MINUTE, NOW } from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";

describe("what Target acknowledged for a visitor who is not there", () => {
  it("[UN1] is owed again when the forwarder's own look misses them before the read-back does", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await scan(store, { b: "2" });
    const claim = await claimOne(store);
    expect(sentOf(claim)).toEqual({ b: "2" });
    await settle(store, claim, { type: "absent", atMs: NOW, dueMs: NOW, ...CHARGE });
    await lookOnce(store, () => found, "search");
    expect(sentOf(await claimOne(store))).toEqual({ a: "1", b: "2" });
  });

  it("[UN1] is looked for a term long after a scan that comes while the last look is under way", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await lookOnce(store, () => ({ type: "absent", atMs: NOW, dueMs: NOW }));
    const [look] = await store.claimLooks({ ...ASK, kind: "search" });
    await scan(store, { a: "2" });
    expect(await store.settleLook(look!, { type: "unknown", atMs: NOW })).toBe(false);
    expect(await shares(store)).toEqual({ ...NONE, waiting: 2 });
    expect(await store.figures(NOW, 0)).toMatchObject({ visitorsAbsent: 1, looksWaiting: 1 });
  });
});

describe("a Target that cannot be asked", () => {
  it("[UN1] makes nobody be looked for less often afterwards", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await lookOnce(store, () => ({ type: "absent", atMs: NOW, dueMs: NOW }));
    for (let times = 0; times < 20; times += 1) {
      await lookOnce(store, () => ({ type: "later", dueMs: NOW }), "search");
    }
    expect(await store.claimLooks({ ...ASK, kind: "search" })).toMatchObject([{ tries: 0 }]);
  });
});

describe("a scan counts as applied", () => {
  it("[UN1] not because nothing newer was sent while it is still looked for", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" }, { atMs: NOW - DAY });
    await callOnce(store);
    await scan(store, { b: "2" });
    const claim = await claimOne(store);
    const { version } = claim;
    await settle(store, claim, { type: "nothing-to-send", version, atMs: NOW, ...CHARGE });
    expect(await shares(store)).toEqual({ ...NONE, waiting: 2 });
    await lookOnce(store, () => seen());
    expect(await shares(store)).toEqual({ ...NONE, applied: 2 });
  });

  it("[UN1] with the newer one that replaced it, where that is still owed", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" }, { atMs: NOW - DAY });
    await callOnce(store);
    await scan(store, { a: "2" });
    await lookOnce(store, (expected) => {
      expect(expected).toEqual([]);
      return seen();
    });
    expect(await shares(store)).toEqual({ ...NONE, waiting: 2 });
    await settle(store, await claimOne(store), { type: "refused", reason: "no", atMs: NOW });
    expect(await shares(store)).toEqual({ ...NONE, refused: 2 });
  });

  it("[UN1] with the answer that is newer, where that is still owed", async () => {
    const store = await aMemoryStore();
    const { header, update } = anUpdate({ card: CARD, attributes: { a: "2" }, seq: 900 });
    await store.ingest(aBatch([{ header, update: { ...update, occasion: "answer" } }]));
    await scan(store, { a: "1" }, { atMs: NOW - 50 * MINUTE });
    expect(await shares(store)).toEqual({ ...NONE, waiting: 1 });
    await settle(store, await claimOne(store), { type: "refused", reason: "no", atMs: NOW });
    expect(await shares(store)).toEqual({ ...NONE, refused: 1 });
  });
});

describe("what went back to an older value", () => {
  const reverted = seen({
    resend: [{ name: "a", reason: "reverted", revertedTo: "web" }],
    seen: { a: "web" },
  });

  it("[UN1] [FW6] counts as ours for the one call that puts it right, and as the site's after it", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await lookOnce(store, () => reverted);
    expect((await callOnce(store)).attributes[0]?.sentValues).toEqual(["1", "web"]);
    await lookOnce(store, () => seen());
    await scan(store, { a: "2" });
    expect((await claimOne(store)).attributes[0]?.sentValues).toEqual(["1"]);
  });

  it("[UN1] leaves a newer value of ours all its own chances", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await lookOnce(store, () => reverted);
    await scan(store, { a: "2" });
    const claim = await callOnce(store);
    expect(claim.readBack.isAsked).toBe(true);
    expect(claim.attributes[0]?.sentValues).toEqual(["1"]);
    await lookOnce(store, (expected) => {
      expect(expected).toMatchObject([{ name: "a", value: "2", isAgain: false }]);
      return seen();
    });
  });
});

describe("retention", () => {
  it("[PV9] [UN1] waits a week for a look that is still to come, and no longer", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await store.dropIds(NOW + 6 * DAY, "", 9);
    expect(await store.claimLooks({ ...ASK, kind: "check" })).toHaveLength(1);
    await store.dropIds(NOW + 8 * DAY, "", 9);
    const later = { ...ASK, kind: "check", nowMs: ASK.nowMs + HOUR } as const;
    expect(await store.claimLooks(later)).toEqual([]);
    expect(await shares(store)).toEqual({ ...NONE, applied: 1 });
    expect(await store.figures(NOW, 0)).toMatchObject({ looksWaiting: 0 });
  });

  it("[PV9] [UN1] leaves who is looked for their id, since their update is still owed", async () => {
    const store = await aMemoryStore();
    await scan(store, { a: "1" });
    await callOnce(store);
    await lookOnce(store, () => ({ type: "absent", atMs: NOW, dueMs: NOW }));
    await store.dropIds(NOW + 80 * DAY, "", 9);
    expect(await store.claimLooks({ ...ASK, kind: "search" })).toHaveLength(1);
  });
});
