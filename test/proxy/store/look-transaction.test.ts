import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type {
  ExpectedAttribute,
  LookKind,
  LookSettlement,
} from "../../../src/proxy/store/read-back-store.ts";
import type { Claim, ClaimAsk, Settlement, Store } from "../../../src/proxy/store/store.ts";
import { aBatch, anUpdate, DAY, MINUTE, NOW } from "../../support/store-builders.ts";
import { aFolder, aMemoryStore, aSqliteStore } from "../../support/store-files.ts";

const HOUR = 60 * MINUTE;
const CARD = "21";

const ASK: ClaimAsk = {
  nowMs: NOW + 90 * DAY,
  ledgerMs: NOW,
  maxCallMs: 1,
  allowed: 1_000,
  leaseMs: MINUTE,
  limit: 9,
};

let seq = 0;

async function scan(
  store: Store,
  attributes: Readonly<Record<string, string>>,
  { card = CARD, atMs = NOW - HOUR + 1, receiptMs = NOW } = {},
): Promise<void> {
  seq += 1;
  const result = await store.ingest(
    aBatch([anUpdate({ card, attributes, seq, atMs })], { receiptMs }),
  );
  if (result.type !== "stored") throw new Error(result.type);
}

async function claimOne(store: Store): Promise<Claim> {
  const { claims } = await store.claim(ASK);
  expect(claims).toHaveLength(1);
  return claims[0]!;
}

/** Acknowledges one claim, to be read back. */
async function callOnce(store: Store): Promise<Claim> {
  const claim = await claimOne(store);
  const sent = claim.attributes.map(({ name, value, effectiveMs }) => ({
    name,
    value,
    effectiveMs,
  }));
  await store.recordSending(
    claim,
    sent.map(({ name }) => name),
  );
  await settle(store, claim, {
    type: "delivered",
    version: claim.version,
    atMs: NOW,
    nextDueAtMs: NOW,
    readBack: { dueMs: NOW + HOUR, sent },
  });
  return claim;
}

async function settle(store: Store, claim: Claim, settlement: Settlement): Promise<void> {
  expect(await store.settle(claim, settlement)).toBe(true);
}

async function lookOnce(
  store: Store,
  settlementOf: (expected: readonly ExpectedAttribute[]) => LookSettlement,
  kind: LookKind = "check",
): Promise<void> {
  const [look] = await store.claimLooks({ ...ASK, kind });
  expect(await store.settleLook(look!, settlementOf(look!.expected))).toBe(true);
}

function seen(over: Partial<Extract<LookSettlement, { type: "seen" }>> = {}): LookSettlement {
  return { type: "seen", atMs: NOW, expected: [], seen: {}, resend: [], givenUp: [], ...over };
}

const CHARGE = { ledgerMs: NOW, maxCallMs: 1 };
const found = { type: "found", atMs: NOW } as const;

const shares = async (store: Store) => (await store.figures(NOW, 0)).scans;
const NONE = { applied: 0, waiting: 0, unknown: 0, refused: 0 };

const sentOf = ({ attributes }: Claim) =>
  Object.fromEntries(attributes.map(({ name, value }) => [name, value]));

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
      `UPDATE visitor SET open_scans = '[[1]' ${FIRST}`,
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

  it("[HI1] [FW6] of values sent stops nobody, and claims no value of the profile as ours", async () => {
    const store = await damaged(`UPDATE attribute SET sent_values = '["1' ${FIRST}`, async (s) => {
      await scanAll(s);
    });
    const { claims } = await store.claim(ASK);
    expect(claims.map(({ attributes }) => attributes[0]?.sentValues)).toEqual([[], [], []]);
    for (const claim of claims) expect(await store.recordSending(claim, ["a"])).toBe(true);
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
