import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { MIGRATIONS } from "../../../src/proxy/store/migrations.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { filesHolding } from "../../support/find-bytes.ts";
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
  shares,
  NONE,
  sentOf,
} from "../../support/look-steps.ts";
import { makeOlder } from "../../support/older-store.ts";
import { anId, NOW } from "../../support/store-builders.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";

describe("a damaged row", () => {
  /** Three visitors; what the first one's row holds is not what we wrote. */
  async function damaged(change: string, prepare: (store: Store) => Promise<void>) {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const store = await aSqliteStore({ path: file });
    await prepare(store);
    await store.close();
    const database = new DatabaseSync(file);
    database.exec(change);
    database.close();
    return aSqliteStore({ path: file });
  }

  const scanAll = async (store: Store) => {
    for (const card of ["21", "22", "23"]) await scan(store, { a: "1" }, { card });
  };
  const callAll = async (store: Store) => {
    const { claims } = await store.claim(ASK);
    expect(claims).toHaveLength(3);
    for (const claim of claims) {
      const sent = claim.attributes.map(({ name, value, effectiveMs }) => ({
        name,
        value,
        effectiveMs,
      }));
      await settle(store, claim, {
        type: "delivered",
        version: claim.version,
        atMs: NOW,
        nextDueAtMs: NOW,
        readBack: { dueMs: NOW + HOUR, sent },
      });
    }
  };
  const FIRST = "WHERE visitor = (SELECT min(visitor) FROM visitor)";

  it.each([`'{"half'`, "'[]'", `'{"expected":[{}]}'`])(
    "[HI1] [UN1] of looks stops nobody, and its visitor is looked at for all that was acknowledged: %s",
    async (text) => {
      const store = await damaged(`UPDATE read_back SET book = ${text} ${FIRST}`, async (store) => {
        await scanAll(store);
        await callAll(store);
      });
      const looks = await store.claimLooks({ ...ASK, kind: "check" });
      expect(looks.map(({ expected }) => expected)).toMatchObject(
        Array.from({ length: 3 }, () => [{ name: "a", value: "1", phase: "sent" }]),
      );
      await scanAll(store);
      const { claims } = await store.claim(ASK);
      expect(claims).toHaveLength(3);
      expect(claims.every(({ readBack }) => readBack.isAsked)).toBe(true);
    },
  );

  it("[HI1] [UN1] of open scans stops nobody: not a batch, a call, a look or a withdrawal", async () => {
    const store = await damaged(
      `UPDATE visitor SET open_scans = '[[1]', open_updates = '[[1]', calls = '[[1]' ${FIRST}`,
      async (store) => {
        await scanAll(store);
        await callAll(store);
      },
    );
    await scanAll(store);
    await callAll(store);
    const looks = await store.claimLooks({ ...ASK, kind: "check" });
    for (const look of looks) expect(await store.settleLook(look, seen())).toBe(true);
    expect(looks).toHaveLength(3);
    const { applied, waiting } = await shares(store);
    // The scan whose line was lost stays what it was counted as.
    expect([applied, waiting]).toEqual([5, 1]);
    for (const { visitorKey } of looks) {
      const order = { act: "erase", visitorKey, atMs: NOW, nowMs: NOW, cleared: {} } as const;
      await store.suppress(order);
    }
  });

  it("[HI1] [FW6] of values sent sets its own visitor aside, who could not be told from the site", async () => {
    const store = await damaged(`UPDATE attribute SET sent_values = '["1' ${FIRST}`, async (s) => {
      await scanAll(s);
    });
    const { claims } = await store.claim(ASK);
    expect(claims.map(({ attributes }) => attributes[0]?.sentValues)).toEqual([[], []]);
    for (const claim of claims) expect(await store.recordSending(claim, ["a"])).toBe(true);
    expect(await store.deadLetters(9)).toMatchObject([
      { reason: "attribute.sent_values does not hold what it should", attributes: ["a"] },
    ]);
  });

  it("[HI1] [UN1] whose id cannot be opened is a dead letter while its visitor is looked for, and lives again at a scan", async () => {
    const store = await damaged(
      "UPDATE visitor SET sealed_id = 'damaged' WHERE state = 'absent'",
      async (store) => {
        await scan(store, { a: "1" });
        await settle(store, await claimOne(store), {
          type: "absent",
          atMs: NOW,
          dueMs: NOW,
          ...CHARGE,
        });
      },
    );
    expect(await store.claimLooks({ ...ASK, kind: "search" })).toEqual([]);
    expect(await shares(store)).toEqual({ ...NONE, refused: 1 });
    expect(await store.deadLetters(9)).toMatchObject([{ attributes: ["a"] }]);
    await scan(store, { a: "2" });
    expect(sentOf(await claimOne(store))).toEqual({ a: "2" });
  });
});

describe("an erasure", () => {
  it("[PV6] [UN1] leaves nothing in the file of what was sent, seen there or to be looked for", async () => {
    const folder = aFolder();
    const store = await aSqliteStore({ path: path.join(folder, "tarjeta.sqlite") });
    await scan(store, { a: "sent-marker" });
    const { visitorKey } = await callOnce(store);
    await lookOnce(store, (expected) =>
      seen({
        expected: expected.map((each) => ({ ...each, phase: "applied", before: "before-marker" })),
        seen: { a: "seen-marker" },
      }),
    );
    await store.suppress({
      act: "erase",
      visitorKey,
      visitor: { kind: "member", value: CARD },
      atMs: NOW,
      nowMs: NOW,
      cleared: { "*": "-" },
    });
    expect(await store.claimLooks({ ...ASK, kind: "check" })).toEqual([]);
    const claim = await claimOne(store);
    expect(sentOf(claim)).toEqual({ a: "-" });
    await settle(store, claim, {
      type: "delivered",
      version: claim.version,
      atMs: NOW,
      nextDueAtMs: NOW,
      readBack: { dueMs: NOW, sent: [{ name: "a", value: "-", effectiveMs: NOW }] },
    });
    expect(await store.figures(NOW, 0)).toMatchObject({ looksWaiting: 0, deadLetters: 0 });
    await store.close();
    for (const marker of ["sent-marker", "seen-marker", "before-marker"]) {
      expect(filesHolding(folder, marker)).toEqual([]);
    }
  });
});

/** The schema before the one that knows of looks. */
const BEFORE_LOOKS = MIGRATIONS.findIndex((step) => step.join().includes("TABLE read_back"));

describe("a store from before looks", () => {
  it("[UN1] counts from then on, and reads back whom it called for before", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const old = await aSqliteStore({ path: file });
    for (const card of ["21", "22", "23"]) await scan(old, { a: "1" }, { card });
    const { claims } = await old.claim({ ...ASK, limit: 2 });
    const [acked, dead] = claims;
    const { version } = acked!;
    await settle(old, acked!, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
    await settle(old, dead!, { type: "refused", reason: "no", atMs: NOW });
    await old.close();
    makeOlder(file, BEFORE_LOOKS);

    const store = await aSqliteStore({ path: file });
    expect(await shares(store)).toEqual(NONE);
    expect(await store.figures(NOW, 0)).toMatchObject({ deadLetters: 1, visitorsWaiting: 1 });
    const late = { atMs: NOW - HOUR, epoch: anId(0xf) };
    for (const card of ["21", "22", "23"]) await scan(store, { a: "0" }, { card, ...late });
    // Superseded: each shares the fate of what its visitor's newest came to.
    expect(await shares(store)).toEqual({ ...NONE, applied: 1, waiting: 1, refused: 1 });
    for (const card of ["21", "22", "23"]) await scan(store, { b: "2" }, { card });
    const again = await store.claim(ASK);
    expect(again.claims.map(({ readBack }) => readBack.confirmedMs)).toEqual([0, 0, 0]);
    for (const claim of again.claims) {
      const order = { version: claim.version, atMs: NOW, nextDueAtMs: NOW };
      await settle(store, claim, { type: "delivered", ...order });
    }
    expect(await shares(store)).toEqual({ ...NONE, applied: 6 });
  });
});
