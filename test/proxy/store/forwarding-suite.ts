import { describe, expect, it } from "vitest";
import type { DeadLetterClass } from "../../../src/contract/dead-letters.ts";
import { FAILURES_TO_OPEN } from "../../../src/proxy/breaker.ts";
import type { RedriveOrder } from "../../../src/proxy/store/dead-letter-store.ts";
import type { TargetNews } from "../../../src/proxy/store/forwarding-store.ts";
import type { Claim, ClaimAsk, Store } from "../../../src/proxy/store/store.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import { aBatch, anId, anUpdate, DAY, MINUTE, NOW } from "../../support/store-builders.ts";

const LEASE_MS = 60_000;

const ASK: ClaimAsk = {
  nowMs: NOW,
  ledgerMs: 0,
  maxCallMs: 10_000,
  allowed: 1_000,
  leaseMs: LEASE_MS,
  limit: 10,
};

const keyOf = (card: string) => createVault(KEYS).hashOf({ kind: "member", value: card });

const cards = (count: number) => Array.from({ length: count }, (_, index) => `29000${index}`);

/** One scan of each card, all due now. */
async function scanAll(store: Store, scanned: readonly string[], receiptMs = NOW, from = 1) {
  const updates = scanned.map((card, index) =>
    anUpdate({ card, seq: from + index, atMs: receiptMs - 1_000, attributes: { a: card } }),
  );
  await store.ingest(aBatch(updates, { receiptMs }));
}

const claim = async (store: Store, ask: Partial<ClaimAsk> = {}) => store.claim({ ...ASK, ...ask });

const note = (store: Store, news: Partial<TargetNews> & Pick<TargetNews, "type">) =>
  store.noteTarget({ ledgerMs: 0, draw: 0.999, visitorKey: "x", ...news } as TargetNews);

/** Fails so often that all replicas wait until `PAUSE_MS`. */
async function open(store: Store): Promise<void> {
  for (let failure = 0; failure < FAILURES_TO_OPEN; failure += 1) {
    await note(store, { type: "unavailable" });
  }
}
const PAUSE_MS = 999;

async function refuse(store: Store, each: Claim, reasonClass?: DeadLetterClass, atMs = NOW) {
  const why = { reason: "no", ...(reasonClass === undefined ? {} : { class: reasonClass }) };
  expect(await store.settle(each, { type: "refused", ...why, atMs })).toBe(true);
}

const REDRIVE: RedriveOrder = {
  deadByMs: NOW + MINUTE,
  nowMs: NOW + MINUTE,
  limit: 100,
  most: 100,
};

/** What several replicas share beside the work, on either engine. */
export function describeForwarding(name: string, openStore: () => Promise<Store>): void {
  describe(`${name}: breaker`, () => {
    it("[FT1] gives one claim out when the pause is over, and all when it was delivered", async () => {
      const store = await openStore();
      await scanAll(store, cards(6));
      await open(store);
      expect(await claim(store)).toEqual({ claims: [], heldUntilLedgerMs: PAUSE_MS });
      expect(await store.forwarding(0)).toEqual({
        state: "breaker-open",
        breaker: { state: "open", failures: FAILURES_TO_OPEN, untilMs: PAUSE_MS },
      });
      const tried = await claim(store, { ledgerMs: PAUSE_MS });
      expect(tried).toMatchObject({ claims: [{}], probe: 1 });
      expect((await claim(store, { ledgerMs: PAUSE_MS + 1 })).claims).toEqual([]);
      expect(await store.forwarding(PAUSE_MS)).toMatchObject({ breaker: { state: "probing" } });

      const { visitorKey } = tried.claims[0]!;
      await note(store, { type: "delivered", visitorKey, probe: 1, ledgerMs: PAUSE_MS + 2 });
      expect(await store.forwarding(PAUSE_MS)).toMatchObject({ state: "running" });
      const after = await claim(store, { ledgerMs: PAUSE_MS + 3 });
      expect(after.claims).toHaveLength(5);
      expect(after.probe).toBeUndefined();
    });

    it("[FT1] waits longer after every probe that failed, as long as Target asks", async () => {
      const store = await openStore();
      await scanAll(store, cards(4));
      await open(store);
      await claim(store, { ledgerMs: 1_000 });
      const failed = { type: "unavailable", ledgerMs: 1_000, retryAfterMs: 120_000 } as const;
      await note(store, { ...failed, probe: 1 });
      expect((await claim(store, { ledgerMs: 120_999 })).heldUntilLedgerMs).toBe(121_000);
      expect(await claim(store, { ledgerMs: 121_000 })).toMatchObject({ claims: [{}], probe: 2 });
    });

    it("[FT1] lets another try when whoever tried died with it", async () => {
      const store = await openStore();
      await scanAll(store, cards(4));
      await open(store);
      await claim(store, { ledgerMs: 1_000 });
      const endsMs = 1_000 + LEASE_MS;
      expect((await claim(store, { ledgerMs: endsMs - 1 })).claims).toEqual([]);
      expect(await claim(store, { ledgerMs: endsMs })).toMatchObject({ claims: [{}], probe: 2 });
      // The first was only slow: its end is not the end of the second.
      await note(store, { type: "silent", probe: 1, ledgerMs: endsMs });
      expect((await claim(store, { ledgerMs: endsMs + 1 })).claims).toEqual([]);
    });

    it("[FT1] lets another try at once when a probe came to no call, and none is taken without work", async () => {
      const store = await openStore();
      await open(store);
      expect(await claim(store, { ledgerMs: 1_000 })).toEqual({ claims: [] });
      await scanAll(store, cards(4));
      expect(await claim(store, { ledgerMs: 1_000 })).toMatchObject({ probe: 1 });
      await note(store, { type: "silent", probe: 1, ledgerMs: 1_000 });
      expect(await claim(store, { ledgerMs: 1_000 })).toMatchObject({ claims: [{}], probe: 2 });
    });

    it("[FT1] [FW5] opens at once when somebody is refused and nobody was delivered", async () => {
      const store = await openStore();
      const refused = await note(store, { type: "refused", visitorKey: keyOf("1"), draw: 0 });
      expect(refused).toEqual({ isOwnFault: false });
      expect(await store.forwarding(0)).toMatchObject({ state: "breaker-open" });
    });

    it("[FT1] [FW5] believes a refusal when another was delivered within the minute, for all replicas", async () => {
      const store = await openStore();
      const refused = (card: string, ledgerMs: number) =>
        note(store, { type: "refused", visitorKey: keyOf(card), ledgerMs });
      await note(store, { type: "delivered", visitorKey: keyOf("1"), ledgerMs: 1_000 });
      expect(await refused("2", 61_000)).toEqual({ isOwnFault: true });
      expect(await store.forwarding(0)).toMatchObject({ state: "running" });
      expect(await refused("1", 1_001), "nobody else was delivered").toEqual({ isOwnFault: false });
      await note(store, { type: "delivered", visitorKey: keyOf("1"), ledgerMs: 1_000 });
      expect(await refused("2", 61_001), "too long ago").toEqual({ isOwnFault: false });
    });

    it("[FT1] goes by the furthest ledger: a replica that is behind ends no pause early", async () => {
      const store = await openStore();
      await scanAll(store, cards(3));
      await claim(store, { ledgerMs: 500_000, limit: 1 });
      await open(store);
      expect(await claim(store, { ledgerMs: 400_000 })).toMatchObject({
        claims: [],
        heldUntilLedgerMs: 500_000 + PAUSE_MS,
      });
    });
  });

  describe(`${name}: pause`, () => {
    it("[FT2] gives nothing out from the next claim on, says who and why, and ends with resume", async () => {
      const store = await openStore();
      await scanAll(store, cards(3));
      const [before] = (await claim(store, { limit: 1 })).claims;
      await store.pauseForwarding({ atMs: NOW, who: "night", reason: "CHG-12" });
      expect(await claim(store)).toEqual({ claims: [] });
      expect(await store.forwarding(0)).toMatchObject({
        state: "paused",
        pause: { sinceMs: NOW, who: "night", reason: "CHG-12" },
      });
      expect((await store.figures(NOW, 0)).forwarding).toMatchObject({ state: "paused" });
      // What had left before is settled all the same.
      const { version } = before!;
      const settled = { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW } as const;
      expect(await store.settle(before!, settled)).toBe(true);

      await store.pauseForwarding({ atMs: NOW + 1, who: "day" });
      expect(await store.forwarding(0)).toMatchObject({ pause: { sinceMs: NOW + 1, who: "day" } });
      await store.resumeForwarding();
      expect(await store.forwarding(0)).toEqual({
        state: "running",
        breaker: { state: "closed", failures: 0 },
      });
      expect((await claim(store)).claims).toHaveLength(2);
    });

    it("[FT2] [CR1] lets no row of a file leave that creates members", async () => {
      const store = await openStore();
      await scanAll(store, ["21"]);
      const [missed] = (await claim(store)).claims;
      const charge = { ledgerMs: 0, maxCallMs: 1 };
      await store.settle(missed!, { type: "absent", atMs: NOW, dueMs: NOW, ...charge });
      const { visitorKey, version } = missed!;
      const order = { atMs: NOW, dueMs: NOW, createdBeforeMs: NOW - DAY };
      const admit = () => store.recordCreating({ ...order, members: [{ visitorKey, version }] });
      await store.pauseForwarding({ atMs: NOW, who: "night" });
      expect(await admit()).toEqual([]);
      await store.resumeForwarding();
      expect(await admit()).toEqual([visitorKey]);
    });
  });

  describe(`${name}: dead letters`, () => {
    it("[FT3] are counted by class and owed again by class, with what they said, once", async () => {
      const store = await openStore();
      await scanAll(store, cards(3));
      const [first, second, third] = (await claim(store)).claims;
      await refuse(store, first!, "value-too-long");
      await refuse(store, second!, "value-too-long");
      await refuse(store, third!);
      const counts = { "value-too-long": 2, refused: 1 };
      expect(await store.deadLettersByClass()).toEqual(counts);
      expect(await store.figures(NOW, 0)).toMatchObject({
        deadLetters: 3,
        deadLettersByClass: counts,
        scans: { refused: 3, waiting: 0 },
      });

      const order = { ...REDRIVE, class: "value-too-long" } as const;
      expect(await store.redrive(order)).toEqual({ redriven: 2 });
      expect(await store.redrive(order)).toEqual({ redriven: 0 });
      expect(await store.deadLettersByClass()).toEqual({ refused: 1 });
      expect((await store.figures(NOW, 0)).scans).toMatchObject({ refused: 1, waiting: 2 });
      const { claims } = await claim(store, { nowMs: NOW + MINUTE });
      for (const each of claims) {
        expect(each).toMatchObject({ isRedriven: true, attempts: 0, readBack: { isAsked: true } });
        const before = [first, second].find(
          ({ visitorKey } = each) => visitorKey === each.visitorKey,
        );
        expect(each.attributes).toEqual(before?.attributes);
      }
      expect(claims).toHaveLength(2);
    });

    it("[FT3] that are refused again are one dead letter again, and live as others do once delivered", async () => {
      const store = await openStore();
      await scanAll(store, cards(1));
      await refuse(store, (await claim(store)).claims[0]!, "profile-full");
      for (let turn = 1; turn <= 2; turn += 1) {
        expect(await store.redrive(REDRIVE)).toEqual({ redriven: 1 });
        const [again] = (await claim(store, { nowMs: NOW + MINUTE })).claims;
        await refuse(store, again!, "refused", NOW + turn);
        expect(await store.deadLetters(9)).toMatchObject([{ class: "refused", atMs: NOW + turn }]);
      }
      await store.redrive(REDRIVE);
      const [last] = (await claim(store, { nowMs: NOW + MINUTE })).claims;
      const { version } = last!;
      await store.settle(last!, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
      expect(await store.deadLetters(9)).toEqual([]);
      await scanAll(store, cards(1), NOW + 2 * MINUTE, 9);
      const [next] = (await claim(store, { nowMs: NOW + 2 * MINUTE })).claims;
      expect(next?.isRedriven).toBeUndefined();
    });

    it("[FT3] are owed again page by page, oldest first, at most as many as asked, and none twice", async () => {
      const store = await openStore();
      await scanAll(store, cards(7));
      const { claims } = await claim(store);
      for (const [index, each] of claims.entries()) {
        await refuse(store, each, index % 2 === 0 ? "refused" : "damaged", NOW + index);
      }
      const page = { ...REDRIVE, limit: 3, class: "refused" } as const;
      const first = await store.redrive(page);
      expect(first).toMatchObject({ redriven: 2, next: { deadMs: NOW + 2 } });
      // Refused again while the redrive goes on: later than it began, so it rests.
      const [again] = (await claim(store, { nowMs: NOW + MINUTE, limit: 1 })).claims;
      await refuse(store, again!, "refused", NOW + 2 * MINUTE);
      const second = await store.redrive({ ...page, after: first.next });
      expect(second).toMatchObject({ redriven: 1, next: { deadMs: NOW + 5 } });
      expect(await store.redrive({ ...page, after: second.next })).toEqual({ redriven: 1 });
      expect(await store.deadLettersByClass()).toEqual({ damaged: 3, refused: 1 });
      expect(await store.redrive({ ...REDRIVE, most: 2 })).toEqual({ redriven: 2 });
      expect(await store.deadLettersByClass()).toEqual({ damaged: 1, refused: 1 });
    });

    it("[FT3] are owed again one by one, by the name that the list gives", async () => {
      const store = await openStore();
      await scanAll(store, cards(3));
      for (const each of (await claim(store)).claims) await refuse(store, each);
      const [letter, ...others] = await store.deadLetters(9);
      const order = { ...REDRIVE, id: letter!.visitor, most: 1 };
      expect(await store.redrive(order)).toMatchObject({ redriven: 1 });
      expect(await store.redrive(order)).toMatchObject({ redriven: 0 });
      expect(await store.deadLetters(9)).toEqual(others);
    });

    it("[FT4] are given up when they are old, stay merged, and nothing older wins", async () => {
      const store = await openStore();
      await scanAll(store, cards(2));
      const [old, young] = (await claim(store)).claims;
      await refuse(store, old!, "refused", NOW);
      await refuse(store, young!, "refused", NOW + DAY);
      expect(await store.expireDeadLetters(NOW + DAY, 100)).toBe(1);
      expect(await store.expireDeadLetters(NOW + DAY, 100)).toBe(0);
      expect(await store.figures(NOW, 0)).toMatchObject({
        deadLetters: 1,
        visitorsWaiting: 0,
        scans: { refused: 2 },
      });
      const card = old!.visitor.value;
      const late = anUpdate({ card, epoch: anId(7), atMs: NOW - MINUTE, attributes: { a: "old" } });
      const result = await store.ingest(aBatch([late], { receiptMs: NOW + 2 * DAY }));
      expect(result).toMatchObject({ receipt: { verdicts: [{ verdict: "superseded" }] } });
      expect((await claim(store, { nowMs: NOW + 3 * DAY })).claims).toEqual([]);
      // Something newer goes out, and without what was given up.
      const update = anUpdate({ card, epoch: anId(8), atMs: NOW, attributes: { b: "new" } });
      await store.ingest(aBatch([update], { receiptMs: NOW + 2 * DAY }));
      const [next] = (await claim(store, { nowMs: NOW + 3 * DAY })).claims;
      expect(next?.attributes).toMatchObject([{ name: "b" }]);
      expect(next?.attributes).toHaveLength(1);
    });

    it("[FT4] [PV6] are never given up where they clear who withdrew", async () => {
      const store = await openStore();
      await scanAll(store, ["21"]);
      const [sent] = (await claim(store)).claims;
      await store.recordSending(sent!, ["a"]);
      const { version } = sent!;
      await store.settle(sent!, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
      const order = { act: "withdraw", visitorKey: keyOf("21"), atMs: NOW, nowMs: NOW } as const;
      await store.suppress({ ...order, cleared: { "*": "-" } });
      await refuse(store, (await claim(store)).claims[0]!);
      expect(await store.expireDeadLetters(NOW + 900 * DAY, 100)).toBe(0);
      expect(await store.deadLettersByClass()).toEqual({ refused: 1 });
    });
  });

  describe(`${name}: age`, () => {
    const verdictsOf = async (store: Store, ...batch: Parameters<typeof aBatch>) => {
      const result = await store.ingest(aBatch(...batch));
      if (!("receipt" in result)) throw new Error(result.type);
      return result.receipt.verdicts;
    };
    const journal = async (store: Store) => (await store.receipts({ limit: 99 })).receipts;

    it("[FT5] supersedes what took effect more than 90 days ago, counts it, and changes nothing", async () => {
      const store = await openStore();
      const [inTime, late] = [1, 2].map((seq) => anUpdate({ seq, card: `2${seq}`, atMs: NOW }));
      expect(await verdictsOf(store, [inTime!], { receiptMs: NOW + 90 * DAY })).toMatchObject([
        { verdict: "accepted" },
      ]);
      const batch = [[late!], { receiptMs: NOW + 90 * DAY + 1 }] as const;
      expect(await verdictsOf(store, ...batch)).toEqual([
        {
          id: late!.header.id,
          verdict: "superseded",
          reason: "too old: it took effect more than 90 days ago",
        },
      ]);
      expect(await verdictsOf(store, ...batch)).toMatchObject([{ verdict: "duplicate" }]);
      expect(await store.figures(NOW + 90 * DAY, 0)).toMatchObject({
        updatesByVerdict: { accepted: 1, superseded: 1, duplicate: 1 },
        updatesTooOld: 1,
        visitorsWaiting: 1,
      });
      expect((await journal(store)).map(({ verdict }) => verdict)).toEqual([
        "accepted",
        "superseded",
      ]);
    });

    it("[FT6] deletes the old part of the journal from its beginning, and still knows a repeat", async () => {
      const store = await openStore();
      const old = [1, 2, 3].map((seq) => anUpdate({ seq, atMs: NOW + seq }));
      await store.ingest(aBatch(old, { receiptMs: NOW + 10 }));
      const other = anUpdate({ seq: 1, epoch: anId(0xf), atMs: NOW + 5 });
      await store.ingest(aBatch([other], { receiptMs: NOW + 10 }));
      const young = anUpdate({ seq: 4, atMs: NOW + DAY });
      await store.ingest(aBatch([young], { receiptMs: NOW + DAY }));

      const pages: (string | undefined)[] = [""];
      while (pages.at(-1) !== undefined) {
        pages.push(await store.trimJournal(NOW + DAY, pages.at(-1)!, 2));
      }
      expect(pages.length, "in pages").toBeGreaterThan(2);
      expect((await journal(store)).map(({ id }) => id)).toEqual([young.header.id]);
      const receiptMs = NOW + DAY + 1;
      expect(await verdictsOf(store, [...old, other, young], { receiptMs })).toMatchObject(
        Array.from({ length: 5 }, () => ({ verdict: "duplicate" })),
      );
    });

    it("[FT6] dates what comes late before what was deleted around it, so that it never wins", async () => {
      const store = await openStore();
      const around = [1, 3].map((seq) => anUpdate({ seq, atMs: NOW, attributes: { a: "before" } }));
      await store.ingest(aBatch(around));
      expect(await store.trimJournal(NOW + 400 * DAY, "", 100)).toBeUndefined();
      const newer = anUpdate({ seq: 4, atMs: NOW + 450 * DAY, attributes: { a: "newer" } });
      await store.ingest(aBatch([newer], { receiptMs: NOW + 450 * DAY }));
      // Its clocks say that it was captured yesterday.
      const late = anUpdate({ seq: 2, atMs: NOW + 499 * DAY, attributes: { a: "late" } });
      expect(await verdictsOf(store, [late], { receiptMs: NOW + 500 * DAY })).toMatchObject([
        { verdict: "superseded", reason: expect.stringMatching(/^too old/) },
      ]);
      const { claims } = await claim(store, { nowMs: NOW + 500 * DAY });
      expect(claims[0]?.attributes).toMatchObject([{ value: "newer" }]);
    });
  });
}
