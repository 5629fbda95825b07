import { describe, expect, it } from "vitest";
import type {
  Claim,
  ClaimAsk,
  Settlement,
  Store,
  Suppression,
} from "../../../src/proxy/store/store.ts";
import { CREATED_WITHIN_MS, type AbsentPage } from "../../../src/proxy/store/read-back-store.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import type { Verdict } from "../../../src/contract/ingest.ts";
import {
  aBatch,
  aDevice,
  aHeartbeat,
  aWitness,
  anId,
  anUpdate,
  DAY,
  EPOCH,
  LOAD,
  LOADED_AT,
  MINUTE,
  NOW,
} from "../../support/store-builders.ts";

const LEASE_MS = 60_000;
const MAX_CALL_MS = 10_000;

/** What a kiosk that beats is asked to send again. */
async function asked(store: Store, beat: Parameters<typeof aHeartbeat>[0]) {
  const heard = await store.heartbeat(aHeartbeat(beat), NOW);
  if (heard.type !== "heard") throw new Error(`The heartbeat was ${heard.type}.`);
  return heard.resend;
}

function anAsk(ask: Partial<ClaimAsk> = {}): ClaimAsk {
  return {
    nowMs: NOW,
    ledgerMs: 0,
    maxCallMs: MAX_CALL_MS,
    allowed: 1_000,
    leaseMs: LEASE_MS,
    limit: 10,
    ...ask,
  };
}

function delivered(claim: Claim, settlement: Partial<Settlement> = {}): Settlement {
  const base = { type: "delivered", version: claim.version, atMs: NOW, nextDueAtMs: NOW + MINUTE };
  return { ...base, ...settlement } as Settlement;
}

function valuesOf(claim: Claim | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(claim?.attributes.map(({ name, value }) => [name, value]) ?? []);
}

async function verdictsOf(store: Store, ...batch: Parameters<typeof aBatch>) {
  const result = await store.ingest(aBatch(...batch));
  if (!("receipt" in result)) throw new Error(`the store said ${result.type}`);
  return result.receipt.verdicts.map(({ verdict }) => verdict);
}

async function claimOne(store: Store, ask: Partial<ClaimAsk> = {}): Promise<Claim> {
  const { claims } = await store.claim(anAsk(ask));
  expect(claims).toHaveLength(1);
  return claims[0]!;
}

/** The promises of the `Store` port, which every engine keeps. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name}: ingest`, () => {
    it("[IN1] answers with a verdict per id and shows the update to the forwarder", async () => {
      const store = await open();
      const update = anUpdate({ seq: 1, attributes: { lastStore: "S-1", lastKiosk: "K-1" } });
      const result = await store.ingest(aBatch([update]));
      expect(result).toMatchObject({
        type: "stored",
        receipt: {
          v: 1,
          proxyTimeMs: NOW,
          verdicts: [{ id: update.header.id, verdict: "accepted" }],
          unreadable: [],
          highestSeq: { epoch: EPOCH, seq: 1 },
        },
      });
      const claim = await claimOne(store);
      expect(claim.visitor).toEqual({ kind: "member", value: "2912345678906" });
      expect(valuesOf(claim)).toEqual({ lastStore: "S-1", lastKiosk: "K-1" });
      expect(claim.attributes[0]?.effectiveMs).toBe(NOW - 1_000);
    });

    it("carries verdicts reached before it and positions nobody can name", async () => {
      const store = await open();
      const verdicts: Verdict[] = [{ id: anId(9), verdict: "rejected", reason: "visitor: no" }];
      const result = await store.ingest(aBatch([], { verdicts, unreadable: [3] }));
      expect(result).toMatchObject({ receipt: { verdicts, unreadable: [3] } });
    });

    it("[IN3] knows a repeat whatever else came with it, and changes nothing", async () => {
      const store = await open();
      const first = anUpdate({ seq: 1, attributes: { lastStore: "S-1" } });
      const second = anUpdate({ seq: 2, attributes: { lastStore: "S-2" } });
      expect(await verdictsOf(store, [first])).toEqual(["accepted"]);
      expect(await verdictsOf(store, [first, second])).toEqual(["duplicate", "accepted"]);
      const claim = await claimOne(store);
      expect(claim.version).toBe(2);
      expect(valuesOf(claim)).toEqual({ lastStore: "S-2" });
      await store.settle(claim, delivered(claim));
      expect(await verdictsOf(store, [first, second])).toEqual(["duplicate", "duplicate"]);
      expect((await store.claim(anAsk({ nowMs: NOW + DAY }))).claims).toEqual([]);
    });

    it("[CL1] never dates a repeat anew", async () => {
      const store = await open();
      const scan = anUpdate({ seq: 1, atMs: NOW - MINUTE });
      await store.ingest(aBatch([scan]));
      await store.ingest(aBatch([scan], { receiptMs: NOW + DAY }));
      const claim = await claimOne(store);
      expect(claim.attributes[0]?.effectiveMs).toBe(NOW - MINUTE);
    });

    it("[IN4] gives the stored receipt for the same nonce and bytes", async () => {
      const store = await open();
      const batch = aBatch([anUpdate()]);
      const first = await store.ingest(batch);
      const again = await store.ingest({ ...batch, receiptMs: NOW + 5_000 });
      expect(again).toEqual({ ...first, type: "repeated" });
    });

    it("[IN4] refuses a nonce that returns with other bytes, and changes nothing", async () => {
      const store = await open();
      const batch = aBatch([anUpdate()]);
      await store.ingest(batch);
      const other = anUpdate({ seq: 2, attributes: { lastStore: "S-9" } });
      expect(await store.ingest({ ...batch, digest: "e".repeat(64), updates: [other] })).toEqual({
        type: "nonce-reused",
      });
      expect(valuesOf(await claimOne(store))).toEqual({ lastStore: "S-1" });
    });

    it("[IN4] keeps a receipt for a day, and the nonces of two kiosks apart", async () => {
      const store = await open();
      const batch = aBatch([anUpdate()]);
      await store.ingest(batch);
      const other = { ...batch, device: aDevice(2), digest: "e".repeat(64) };
      expect((await store.ingest(other)).type).toBe("stored");
      await store.ingest(aBatch([], { receiptMs: NOW + DAY - 1 }));
      expect((await store.ingest(batch)).type).toBe("repeated");
    });

    it("[MG1] leaves alone what is newer, says why, and still counts the number as received", async () => {
      const store = await open();
      const older = anUpdate({ seq: 1, epoch: anId(1), atMs: NOW - 2 * MINUTE });
      const newer = anUpdate({
        seq: 1,
        epoch: anId(2),
        atMs: NOW - MINUTE,
        attributes: { lastStore: "S-2" },
      });
      expect(await verdictsOf(store, [newer])).toEqual(["accepted"]);
      const result = await store.ingest(aBatch([older]));
      expect(result).toMatchObject({
        receipt: {
          verdicts: [
            {
              verdict: "superseded",
              reason: "something newer was known already for lastStore",
            },
          ],
        },
      });
      expect(await verdictsOf(store, [older])).toEqual(["duplicate"]);
      const claim = await claimOne(store);
      expect(claim.version).toBe(1);
      expect(valuesOf(claim)).toEqual({ lastStore: "S-2" });
    });

    it("takes in the attributes of a late update that nothing newer has set", async () => {
      const store = await open();
      const late = anUpdate({
        epoch: anId(1),
        atMs: NOW - 2 * MINUTE,
        attributes: { lastStore: "S-1", answer: "red" },
      });
      await store.ingest(aBatch([anUpdate({ epoch: anId(2), attributes: { lastStore: "S-2" } })]));
      expect(await verdictsOf(store, [late])).toEqual(["accepted"]);
      expect(valuesOf(await claimOne(store))).toEqual({ lastStore: "S-2", answer: "red" });
    });

    it("[CL1] keeps the order of a kiosk that booted in 1970 and then got its time", async () => {
      const store = await open();
      const before = anUpdate({ seq: 1, wallMs: 5_000, atMs: NOW - 3 * MINUTE });
      const after = anUpdate({ seq: 2, segment: `${LOAD}.1`, atMs: NOW - 2 * MINUTE });
      const clock = { segment: `${LOAD}.1`, wallMs: NOW, monoMs: NOW - LOADED_AT };
      await store.ingest(aBatch([after], { clock }));
      await store.ingest(aBatch([before], { clock, receiptMs: NOW + 10 }));
      const claim = await claimOne(store);
      expect(claim.attributes[0]?.effectiveMs).toBe(NOW - 2 * MINUTE);
      expect(claim.version).toBe(1);
    });

    it("[CL1] dates what cannot be dated at the last contact at which the kiosk owed nothing", async () => {
      const store = await open();
      await store.heartbeat(aHeartbeat({ atMs: NOW - DAY }), NOW - DAY);
      const undatable = anUpdate({ seq: 1, segment: "aaaaaaaa.0", wallMs: 7_000, monoMs: 7_000 });
      // On its way back the kiosk first says that it lives, owing, and only then sends.
      const owing = [aWitness({ lastSeq: 1, owed: [[1, 1]] })];
      await store.heartbeat(aHeartbeat({ witnesses: owing }), NOW);
      await store.ingest(aBatch([undatable], { receiptMs: NOW + 1_000 }));
      const claim = await claimOne(store, { nowMs: NOW + 1_000 });
      expect(claim.attributes[0]?.effectiveMs).toBe(NOW - DAY);
    });

    it("[CL1] dates a whole backlog of an earlier load by its wall clock, however many batches it takes", async () => {
      const store = await open();
      await store.heartbeat(aHeartbeat({ atMs: NOW - 8 * DAY }), NOW - 8 * DAY);
      for (const [index, load] of ["aaaaaaaa", "bbbbbbbb", "cccccccc"].entries()) {
        const atMs = NOW - (7 - index) * DAY;
        const scan = anUpdate({ seq: index + 1, segment: `${load}.0`, atMs, card: `2${index}` });
        await store.ingest(aBatch([scan], { receiptMs: NOW + index }));
      }
      const { claims } = await store.claim(anAsk({ nowMs: NOW + 10 }));
      expect(claims.map(({ attributes }) => attributes[0]?.effectiveMs)).toEqual([
        NOW - 7 * DAY,
        NOW - 6 * DAY,
        NOW - 5 * DAY,
      ]);
    });

    it("[CL1] dates an earlier load that a heartbeat came from by that heartbeat, whatever its wall clock says", async () => {
      const store = await open();
      const clock = { segment: "aaaaaaaa.0", wallMs: 1_000, monoMs: 50_000 };
      await store.heartbeat(aHeartbeat({ clock }), NOW - DAY);
      const scan = anUpdate({ seq: 1, segment: "aaaaaaaa.0", wallMs: 11_000, monoMs: 60_000 });
      await store.ingest(aBatch([scan]));
      expect((await claimOne(store)).attributes[0]?.effectiveMs).toBe(NOW - DAY + 10_000);
    });

    it("[CL1] never lets a later number take effect before an earlier one of its epoch", async () => {
      const store = await open();
      const first = anUpdate({ seq: 1, atMs: NOW - MINUTE });
      const second = anUpdate({ seq: 2, atMs: NOW - 5 * MINUTE, attributes: { lastStore: "S-2" } });
      await store.ingest(aBatch([second, first]));
      const claim = await claimOne(store);
      expect(valuesOf(claim)).toEqual({ lastStore: "S-2" });
      expect(claim.attributes[0]?.effectiveMs).toBe(NOW - MINUTE);
    });

    it("[CL1] never dates into the future, and a proxy clock that steps back makes nothing older", async () => {
      const store = await open();
      const ahead = anUpdate({ seq: 1, atMs: NOW + DAY });
      await store.ingest(aBatch([ahead], { receiptMs: NOW }));
      const clock = { segment: "bbbbbbbb.0", wallMs: NOW, monoMs: 60_000 };
      const later = anUpdate({
        seq: 1,
        epoch: anId(0xf),
        segment: "bbbbbbbb.0",
        monoMs: 60_000,
        attributes: { lastStore: "S-2" },
      });
      const result = await store.ingest(aBatch([later], { clock, receiptMs: NOW - DAY }));
      expect(result).toMatchObject({ receipt: { proxyTimeMs: NOW } });
      expect(valuesOf(await claimOne(store))).toEqual({ lastStore: "S-2" });
    });

    it("renders times from the effective time", async () => {
      const store = await open();
      const { header, update } = anUpdate({ atMs: Date.UTC(2026, 10, 22, 23, 30) });
      const attributes = [
        { name: "lastScanAt", value: { type: "instant" } },
        { name: "lastScanDay", value: { type: "day", timeZone: "Europe/Madrid" } },
      ] as const;
      await store.ingest(aBatch([{ header, update: { ...update, attributes: [...attributes] } }]));
      expect(valuesOf(await claimOne(store))).toEqual({
        lastScanAt: "2026-11-22T23:30:00.000Z",
        lastScanDay: String(Date.UTC(2026, 10, 23) / DAY),
      });
    });

    it("takes in a number used twice as what it is, and raises an incident", async () => {
      const store = await open();
      const first = anUpdate({ seq: 1, atMs: NOW - 2 * MINUTE });
      const second = anUpdate({ seq: 2, atMs: NOW - MINUTE });
      await store.ingest(aBatch([first, second]));
      const impostor = anUpdate({ seq: 1, atMs: NOW, attributes: { lastStore: "S-2" } });
      expect(await verdictsOf(store, [impostor])).toEqual(["accepted"]);
      expect(await verdictsOf(store, [impostor, first])).toEqual(["duplicate", "duplicate"]);
      expect(valuesOf(await claimOne(store))).toEqual({ lastStore: "S-2" });
      expect(await store.incidents(10)).toMatchObject([
        {
          type: "sequence-reused",
          detail: `seq 1 of epoch ${EPOCH} came again as another update`,
          storeId: "S-1",
          open: true,
        },
      ]);
    });

    it("[PV9] drops the id of who was not scanned for long, and gives it back at the next scan", async () => {
      const store = await open();
      const scans = [1, 2, 3].map((n) => anUpdate({ seq: n, card: `2${n}`, atMs: NOW - n * DAY }));
      await store.ingest(aBatch(scans));
      const { claims } = await store.claim(anAsk());
      expect(claims.map(({ visitor }) => visitor.value).toSorted()).toEqual(["21", "22", "23"]);
      for (const claim of claims.filter(({ visitor }) => visitor.value !== "23")) {
        await store.settle(claim, delivered(claim));
      }
      // 21 is too young, 23 still owes: only 22 is dropped, one visitor at a time.
      let after: string | undefined = "";
      let pages = 0;
      while (after !== undefined) {
        after = await store.dropIds(NOW - 1.5 * DAY, after, 1);
        pages += 1;
      }
      expect(pages).toBe(4);
      const later = { nowMs: NOW + DAY, ledgerMs: LEASE_MS };
      expect((await claimOne(store, later)).visitor.value).toBe("23");
      const again = [1, 2].map((n) => anUpdate({ seq: 3 + n, card: `2${n}`, atMs: NOW }));
      await store.ingest(aBatch(again));
      const fresh = await store.claim(anAsk(later));
      expect(fresh.claims.map(({ visitor }) => visitor.value).toSorted()).toEqual(["21", "22"]);
      expect(fresh.claims[0]?.version).toBe(2);
    });

    it("counts verdicts and kiosks", async () => {
      const store = await open();
      const update = anUpdate();
      await store.ingest(aBatch([update]));
      await store.ingest(aBatch([update], { receiptMs: NOW + 1 }));
      await store.heartbeat(
        aHeartbeat({ witnesses: [aWitness({ lastSeq: 9, owed: [[2, 9]] })] }),
        NOW + 2,
      );
      expect(await store.figures(NOW + 5_000, 0)).toMatchObject({
        updatesByVerdict: { accepted: 1, duplicate: 1, superseded: 0, rejected: 0, retry: 0 },
        updatesTooOld: 0,
        visitorsWaiting: 1,
        visitorsAbsent: 0,
        visitorsUnknown: 0,
        looksWaiting: 0,
        scans: { applied: 0, waiting: 1, unknown: 0, refused: 0 },
        oldestWaitingMs: 5_000,
        deadLetters: 0,
        deadLettersByClass: {},
        forwarding: { state: "running", breaker: { state: "closed", failures: 0 } },
        openIncidents: 0,
        held: 0,
        lanes: { fresh: { visitors: 1 } },
        arrivedLastHour: 1,
        allowanceUsed: 0,
        allowanceReleasedByHour: Array.from({ length: 24 }, () => 0),
        kiosks: [
          {
            deviceId: aDevice().deviceId,
            storeId: "S-1",
            kioskId: "K-1",
            lastSeenMs: NOW + 2,
            owed: 8,
            appVersion: "1",
            storagePersisted: true,
            clockOffsetMs: -2,
          },
        ],
      });
    });
  });

  describe(`${name}: withdrawal and erasure`, () => {
    const CARD = { kind: "member", value: "2912345678906" } as const;
    const { hashOf } = createVault(KEYS);
    const anOrder = (order: Partial<Suppression> = {}): Suppression => ({
      act: "withdraw",
      visitorKey: hashOf(CARD),
      visitor: CARD,
      atMs: NOW,
      nowMs: NOW,
      cleared: { lastStore: "none" },
      ...order,
    });
    /** Sends what waits, as the forwarder would. */
    const send = async (store: Store, ask: Partial<ClaimAsk> = {}) => {
      const claim = await claimOne(store, ask);
      const names = claim.attributes.map(({ name }) => name);
      expect(await store.recordSending(claim, names)).toBe(true);
      expect(await store.settle(claim, delivered(claim))).toBe(true);
      return valuesOf(claim);
    };
    const LATER = { nowMs: NOW + DAY, ledgerMs: DAY };

    it("[PV6] refuses by name every scan after it, captured before or after, and keeps nothing", async () => {
      const store = await open();
      const known = anUpdate({ seq: 1 });
      await store.ingest(aBatch([known]));
      await store.suppress(anOrder());
      const before = anUpdate({ seq: 2, atMs: NOW - DAY });
      const after = anUpdate({ seq: 3, atMs: NOW + MINUTE });
      const other = anUpdate({ seq: 4, card: "21" });
      const batch = aBatch([before, after, other, known], { receiptMs: NOW + 2 * MINUTE });
      const result = await store.ingest(batch);
      expect(result).toMatchObject({
        receipt: {
          verdicts: expect.arrayContaining([
            { id: before.header.id, verdict: "rejected", reason: "withdrawn" },
            { id: after.header.id, verdict: "rejected", reason: "withdrawn" },
            { id: other.header.id, verdict: "accepted" },
            { id: known.header.id, verdict: "duplicate" },
          ]),
        },
      });
      expect(await verdictsOf(store, [before])).toEqual(["rejected"]);
      const { claims } = await store.claim(anAsk({ nowMs: NOW + DAY }));
      expect(claims.map(({ visitor }) => visitor.value)).toEqual(["21"]);
    });

    it("[PV6] overwrites what was sent, and only that", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, attributes: { lastStore: "A", mood: "b" } })]));
      await send(store);
      await store.ingest(
        aBatch([anUpdate({ seq: 2, attributes: { lastStore: "B", never: "c" } })]),
      );
      expect(await store.suppress(anOrder())).toEqual({ clearing: ["lastStore", "mood"] });
      expect(await send(store, LATER)).toEqual({ lastStore: "none", mood: "" });
      expect(
        (await store.claim(anAsk({ nowMs: NOW + 2 * DAY, ledgerMs: 2 * DAY }))).claims,
      ).toEqual([]);
      expect(await store.suppress(anOrder())).toEqual({ clearing: [] });
    });

    it("[PV6] sends nothing at all about whom nothing was sent", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      expect(await store.suppress(anOrder())).toEqual({ clearing: [] });
      expect((await store.claim(anAsk(LATER))).claims).toEqual([]);
      const stranger = { kind: "member", value: "29" } as const;
      const order = anOrder({ visitorKey: hashOf(stranger), visitor: stranger });
      expect(await store.suppress(order)).toEqual({ clearing: [] });
      expect(await verdictsOf(store, [anUpdate({ seq: 2, card: "29" })])).toEqual(["rejected"]);
    });

    it("[PV6] stops a call not yet made, and lets one that left end before the clearing one", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const early = await claimOne(store);
      await store.suppress(anOrder());
      expect(await store.recordSending(early, ["lastStore"])).toBe(false);

      const other = await open();
      await other.ingest(aBatch([anUpdate({ seq: 1 })]));
      const left = await claimOne(other);
      expect(await other.recordSending(left, ["lastStore"])).toBe(true);
      expect(await other.suppress(anOrder())).toEqual({ clearing: ["lastStore"] });
      // The call is on its way still: nothing else leaves before its lease is over.
      expect((await other.claim(anAsk({ ledgerMs: LEASE_MS - 1 }))).claims).toEqual([]);
      expect(await other.settle(left, delivered(left))).toBe(false);
      const clearing = await claimOne(other, { ledgerMs: LEASE_MS });
      expect(valuesOf(clearing)).toEqual({ lastStore: "none" });
      // What left stays known as ours until the clearing value is acknowledged (FW6).
      expect(clearing.attributes[0]?.sentValues).toEqual(["S-1"]);
    });

    it("[PV6] clears a dead letter, and what was sent before the id was dropped", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const refused = await claimOne(store);
      await store.recordSending(refused, ["lastStore"]);
      await store.settle(refused, { type: "refused", reason: "no", atMs: NOW });
      expect(await store.deadLetters(9)).toHaveLength(1);
      await store.dropIds(NOW + DAY, "", 9);
      expect(await store.suppress(anOrder())).toEqual({ clearing: ["lastStore"] });
      expect(await store.deadLetters(9)).toEqual([]);
      const claim = await claimOne(store, LATER);
      expect(claim.visitor).toEqual(CARD);
      expect(valuesOf(claim)).toEqual({ lastStore: "none" });
    });

    it("[PV6] erases what a withdrawal left, and applied again changes nothing", async () => {
      const store = await open();
      const nonce = anId(0xabc);
      const scan = anUpdate({ seq: 1 });
      const other = anUpdate({ seq: 2, card: "21" });
      const batch = aBatch([scan, other], { nonce });
      await store.ingest(batch);
      await store.suppress(anOrder());
      await store.suppress(anOrder({ act: "erase" }));
      // The receipt goes on refusing a changed repeat, and says nothing of the erased.
      expect(await store.ingest(batch)).toMatchObject({
        type: "repeated",
        receipt: { verdicts: [{ id: other.header.id, verdict: "accepted" }] },
      });
      expect(await verdictsOf(store, [scan])).toEqual(["duplicate"]);
      const again = anOrder({ act: "erase", visitor: undefined, nowMs: NOW + DAY });
      expect(await store.suppress(again)).toEqual({ clearing: [] });
      expect(await verdictsOf(store, [anUpdate({ seq: 3 })])).toEqual(["rejected"]);
      expect((await store.figures(NOW, 0)).visitorsWaiting).toBe(1);
    });
  });

  describe(`${name}: loss`, () => {
    it("[OB5] names the numbers that nobody has, and closes when they arrive", async () => {
      const store = await open();
      const updates = [1, 2, 3, 4, 5, 6].map((seq) => anUpdate({ seq }));
      await store.ingest(aBatch(updates.filter(({ header }) => [1, 2, 6].includes(header.seq))));
      const witnesses = [aWitness({ lastSeq: 9, owed: [[7, 7]], void: [[8, 8]], aside: [[9, 9]] })];
      await store.heartbeat(aHeartbeat({ witnesses }), NOW);
      expect(await store.incidents(10)).toMatchObject([
        {
          type: "updates-lost",
          detail: `seq 3-5 of epoch ${EPOCH} never arrived, and the kiosk no longer has them`,
          epoch: EPOCH,
          deviceId: aDevice().deviceId,
          open: true,
        },
      ]);
      await store.ingest(aBatch(updates.slice(2, 4)));
      expect(await store.incidents(10)).toMatchObject([{ open: true }]);
      await store.ingest(aBatch([updates[4]!]));
      expect(await store.incidents(10)).toMatchObject([{ open: false }]);
      await store.heartbeat(aHeartbeat({ witnesses }), NOW + 1);
      expect(await store.incidents(10)).toMatchObject([{ open: false }]);
    });

    it("[OB5] raises nothing while every number is received, owed, void or aside", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const witnesses = [aWitness({ lastSeq: 4, owed: [[2, 2]], void: [[3, 3]], aside: [[4, 4]] })];
      await store.heartbeat(aHeartbeat({ witnesses }), NOW);
      await store.heartbeat(aHeartbeat({ witnesses: [aWitness({ epoch: anId(5) })] }), NOW);
      expect(await store.incidents(10)).toEqual([]);
    });

    it("[IN5] asks for what only the kiosk has, and does not call it lost", async () => {
      const store = await open();
      const updates = [1, 2, 3, 4, 5].map((seq) => anUpdate({ seq }));
      // What a database put back knows: 1 and 2 came, then it was copied.
      await store.ingest(aBatch(updates.slice(0, 2)));
      const kept = [[1, 4]] as const;
      const witnesses = [aWitness({ lastSeq: 5, kept: [...kept], owed: [[5, 5]] })];
      const wanted = { epoch: EPOCH, from: 3, to: 4 };
      expect(await asked(store, { witnesses })).toEqual([wanted]);
      expect(await store.incidents(10)).toEqual([]);
      expect(await store.ingest(aBatch([updates[4]!]))).toMatchObject({
        receipt: { verdicts: [{ verdict: "accepted" }], resend: [wanted] },
      });
      const last = await store.ingest(aBatch(updates.slice(2, 4)));
      expect(last).not.toMatchObject({ receipt: { resend: [wanted] } });
      expect(await asked(store, { witnesses })).toBeUndefined();
      expect(await store.incidents(10)).toEqual([]);
    });

    it("[IN5] calls lost what the kiosk has let go of, and what an app of before kept none of", async () => {
      const store = await open();
      const without = aWitness({ lastSeq: 3 });
      const gone = [aWitness({ lastSeq: 3, kept: [[3, 3]] })];
      await store.heartbeat(aHeartbeat({ witnesses: gone }), NOW);
      expect(await store.incidents(10)).toMatchObject([
        { type: "updates-lost", detail: expect.stringContaining("seq 1-2 of"), open: true },
      ]);
      delete without.kept;
      expect(await asked(store, { witnesses: [without] })).toBeUndefined();
      expect(await store.incidents(10)).toMatchObject([
        { type: "updates-lost", detail: expect.stringContaining("seq 1-3 of"), open: true },
      ]);
    });

    it("[IN5] asks for a bounded number at a time, oldest first, over all epochs", async () => {
      const store = await open();
      const witnesses = [
        aWitness({ epoch: anId(1), lastSeq: 300, kept: [[1, 300]] }),
        aWitness({ epoch: anId(2), firstSeq: 301, lastSeq: 9_000, kept: [[301, 9_000]] }),
      ];
      expect(await asked(store, { witnesses })).toEqual([
        { epoch: anId(1), from: 1, to: 300 },
        { epoch: anId(2), from: 301, to: 500 },
      ]);
    });

    it("[IN5] dates what is sent again as it did the first time, by whatever clock is left", async () => {
      const store = await open();
      const LATER = NOW + 5 * DAY;
      // The database was copied at NOW, when this kiosk owed nothing; it is put back at LATER.
      await store.heartbeat(aHeartbeat(), NOW);
      const witnesses = [aWitness({ lastSeq: 3, kept: [[1, 3]] })];
      const clock = { segment: "cccccccc.0", wallMs: LATER, monoMs: 60_000 };
      await store.heartbeat(aHeartbeat({ witnesses, clock }), LATER);
      const atMs = LATER - 3 * DAY;
      const again = anUpdate({
        seq: 2,
        segment: "bbbbbbbb.0",
        wallMs: atMs,
        monoMs: 5_000,
        attributes: { lastStore: "then" },
      });
      await store.ingest(aBatch([again], { receiptMs: LATER + 1_000, clock }));
      expect((await claimOne(store, { nowMs: LATER + MINUTE })).attributes).toMatchObject([
        { value: "then", effectiveMs: atMs + 1_000 },
      ]);
    });

    it("[IN5] dates what a kiosk sends again that this database never heard of", async () => {
      const store = await open();
      const clock = { segment: "cccccccc.0", wallMs: NOW, monoMs: 60_000 };
      const fresh = anUpdate({ seq: 9, segment: "cccccccc.0", wallMs: NOW, monoMs: 59_000 });
      // Its newest scan comes before its first heartbeat.
      await store.ingest(aBatch([fresh], { clock, receiptMs: NOW }));
      const witnesses = [aWitness({ lastSeq: 9, kept: [[1, 9]] })];
      await store.heartbeat(aHeartbeat({ witnesses, clock }), NOW);
      const atMs = NOW - 6 * DAY;
      const old = { seq: 2, segment: "bbbbbbbb.0", wallMs: atMs, monoMs: 5_000 };
      const again = anUpdate({ ...old, card: "2912345678913", attributes: { lastStore: "then" } });
      await store.ingest(aBatch([again], { clock, receiptMs: NOW }));
      const { claims } = await store.claim(anAsk({ nowMs: NOW + MINUTE }));
      expect(claims.map((claim) => claim.attributes[0])).toContainEqual(
        expect.objectContaining({ value: "then", effectiveMs: atMs }),
      );
    });

    it("[OB5] does not take a heartbeat that was held up on its way for a loss", async () => {
      const store = await open();
      const fresh = [aWitness({ lastSeq: 8, owed: [[5, 8]], void: [[1, 4]] })];
      await store.heartbeat(aHeartbeat({ witnesses: fresh }), NOW);
      const stale = [aWitness({ lastSeq: 4, owed: [[1, 4]] })];
      await store.heartbeat(aHeartbeat({ witnesses: stale }), NOW + 1);
      expect(await store.incidents(10)).toEqual([]);
    });

    it("[OB5] counts everything a wiped outbox still owed as lost", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const owing = [aWitness({ lastSeq: 4, owed: [[2, 4]] })];
      await store.heartbeat(aHeartbeat({ witnesses: owing }), NOW);
      const detail = "no database where 5 were numbered; last card 2912345678906";
      const incidents = [{ type: "outbox-wiped", epoch: EPOCH, lastSeq: 5, detail }] as const;
      const witnesses = [aWitness({ epoch: anId(7) })];
      await store.heartbeat(aHeartbeat({ witnesses, incidents: [...incidents] }), NOW + 1);
      const found = await store.incidents(10);
      expect(found.map(({ type, open }) => ({ type, open })).toSorted(byType)).toEqual([
        { type: "outbox-wiped", open: true },
        { type: "updates-lost", open: true },
      ]);
      expect(found.find(({ type }) => type === "updates-lost")?.detail).toMatch(/^seq 2-5 of/);
      expect(JSON.stringify(found)).not.toContain("2912345678906");
      await store.ingest(aBatch([2, 3, 4, 5].map((seq) => anUpdate({ seq }))));
      expect((await store.incidents(10)).every(({ open }) => !open)).toBe(true);
    });

    it("[OB5] records a torn outbox, and what it no longer knows as lost", async () => {
      const store = await open();
      const incidents = [
        { type: "outbox-torn", epoch: EPOCH, lastSeq: 5, detail: "older than its witness" },
      ] as const;
      const witnesses = [aWitness({ lastSeq: 3, owed: [[1, 3]] })];
      await store.heartbeat(aHeartbeat({ witnesses, incidents: [...incidents] }), NOW);
      const lost = (await store.incidents(10)).find(({ type }) => type === "updates-lost");
      expect(lost?.detail).toMatch(/^seq 4-5 of/);
    });
  });

  describe(`${name}: members to be created`, () => {
    const hashOf = (card: string) => createVault(KEYS).hashOf({ kind: "member", value: card });
    const ASK = { after: "", limit: 9, missedBeforeMs: NOW, createdBeforeMs: NOW - DAY };
    /** A visitor nobody found when it was to be sent. */
    const miss = async (store: Store, ...updates: readonly ReturnType<typeof anUpdate>[]) => {
      await store.ingest(aBatch(updates));
      const { claims } = await store.claim(anAsk());
      const absent = { type: "absent", atMs: NOW, dueMs: NOW, ledgerMs: 0, maxCallMs: 1 } as const;
      for (const claim of claims) await store.settle(claim, absent);
    };
    const order = (store: Store, card: string, version: number, more = {}) =>
      store.recordCreating({
        members: [{ visitorKey: hashOf(card), version }],
        atMs: NOW,
        dueMs: NOW + MINUTE,
        createdBeforeMs: NOW - DAY,
        ...more,
      });

    it("[CR1] are absent members with their full states, page by page, browsers left out", async () => {
      const store = await open();
      const browser = anUpdate({ seq: 3 });
      await miss(
        store,
        anUpdate({ seq: 1, card: "21", attributes: { lastStore: "S-1", lastKiosk: "K-1" } }),
        anUpdate({ seq: 2, card: "22" }),
        {
          ...browser,
          update: { ...browser.update, visitor: { kind: "browser", value: "1.28_20" } },
        },
      );
      await store.ingest(aBatch([anUpdate({ seq: 4, card: "23" })]));
      const cards = new Map<string, unknown>();
      let after: string | undefined = "";
      for (let pages = 0; after !== undefined; pages += 1) {
        expect(pages).toBeLessThan(3);
        const page: AbsentPage = await store.absentMembers({ ...ASK, after, limit: 1 });
        for (const { visitor, attributes } of page.members) cards.set(visitor.value, attributes);
        after = page.next;
      }
      expect(cards).toEqual(
        new Map([
          ["21", new Map(Object.entries({ lastStore: "S-1", lastKiosk: "K-1" }))],
          ["22", new Map([["lastStore", "S-1"]])],
        ]),
      );
      const fresh = await store.absentMembers({ ...ASK, missedBeforeMs: NOW - 1 });
      expect(fresh).toEqual({ members: [] });
    });

    it("[CR2] are given once a day, and looked for from the time that is named", async () => {
      const store = await open();
      await miss(store, anUpdate({ card: "21" }));
      const { members } = await store.absentMembers(ASK);
      expect(members).toMatchObject([{ visitorKey: hashOf("21"), version: 1 }]);
      expect(await order(store, "21", 1)).toEqual([hashOf("21")]);
      expect((await store.absentMembers(ASK)).members).toEqual([]);
      expect((await store.absentMembers({ ...ASK, createdBeforeMs: NOW })).members).toHaveLength(1);
      const looks = (nowMs: number) =>
        store.claimLooks({ kind: "search", nowMs, leaseMs: 1, limit: 9 });
      expect(await looks(NOW + MINUTE - 1)).toEqual([]);
      // The same file again, while it waits for Target, puts the look off no further.
      await order(store, "21", 1, { atMs: NOW + MINUTE - 1, dueMs: NOW + 2 * MINUTE });
      expect(await looks(NOW + MINUTE)).toMatchObject([{ tries: 0, createdMs: NOW + MINUTE - 1 }]);
    });

    it("[CR3] may leave only as they are now, and while they are absent", async () => {
      const store = await open();
      await miss(store, anUpdate({ seq: 1, card: "21" }), anUpdate({ seq: 2, card: "22" }));
      expect(await order(store, "21", 2)).toEqual([]);
      expect(await order(store, "never scanned", 1)).toEqual([]);
      await store.ingest(aBatch([anUpdate({ seq: 3, card: "21", attributes: { a: "b" } })]));
      expect(await order(store, "21", 1)).toEqual([]);
      expect(await order(store, "21", 2)).toEqual([hashOf("21")]);
      const looks = await store.claimLooks({
        ...ASK,
        kind: "search",
        nowMs: NOW + DAY,
        leaseMs: 1,
      });
      for (const look of looks) await store.settleLook(look, { type: "found", atMs: NOW });
      expect(await order(store, "21", 2)).toEqual([]);
    });

    it("[CR4] [PV6] withdrawn, may not leave; what left is cleared, and once more after its time", async () => {
      const store = await open();
      await miss(store, anUpdate({ seq: 1, card: "21" }), anUpdate({ seq: 2, card: "22" }));
      await order(store, "21", 1);
      const cleared = { "*": "-" };
      const withdrawal = { act: "withdraw", atMs: NOW, nowMs: NOW, cleared } as const;
      for (const [card, clearing] of [
        ["21", ["lastStore"]],
        ["22", []],
      ] as const) {
        const visitorKey = hashOf(card);
        expect(await store.suppress({ ...withdrawal, visitorKey })).toEqual({ clearing });
        expect(await order(store, card, 1)).toEqual([]);
      }
      const first = await claimOne(store);
      expect(valuesOf(first)).toEqual({ lastStore: "-" });
      await store.settle(first, delivered(first));
      expect((await store.claim(anAsk({ nowMs: NOW + DAY }))).claims).toEqual([]);
      const afterMs = NOW + CREATED_WITHIN_MS;
      const second = await claimOne(store, { nowMs: afterMs, ledgerMs: DAY });
      expect(second.attributes).toMatchObject([{ value: "-", sentValues: ["S-1"] }]);
      await store.settle(second, delivered(second, { atMs: afterMs }));
      const last = { nowMs: afterMs + 9 * DAY, ledgerMs: 9 * DAY };
      expect((await store.claim(anAsk(last))).claims).toEqual([]);
      expect(await store.figures(NOW, 0)).toMatchObject({ visitorsWaiting: 0, looksWaiting: 0 });
    });
  });

  describe(`${name}: members to be told in bulk`, () => {
    const hashOf = (card: string) => createVault(KEYS).hashOf({ kind: "member", value: card });
    const ASK = { after: "", limit: 9, dirtyBeforeMs: NOW, filedBeforeMs: NOW - DAY };
    const file = (store: Store, card: string, version: number, name = "1.rows") =>
      store.recordFiled({
        file: name,
        members: [{ visitorKey: hashOf(card), version }],
        atMs: NOW,
        dueMs: NOW + MINUTE,
      });
    const end = (store: Store, isTaken: boolean, name?: string) =>
      store.settleFiled({ file: name, isTaken, atMs: NOW, limit: 9 });
    const cardsIn = async (store: Store, ask: Partial<typeof ASK> = {}) =>
      (await store.backlog({ ...ASK, ...ask })).members.map(({ visitor }) => visitor.value);

    it("[OV1] are those who wait, with their full states, page by page; none in flight, none withdrawn", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, card: "20" })]));
      await claimOne(store);
      await store.ingest(
        aBatch([
          anUpdate({ seq: 2, card: "21", attributes: { lastStore: "S-1", lastKiosk: "K-1" } }),
          anUpdate({ seq: 3, card: "22" }),
        ]),
      );
      const one = await store.backlog({ ...ASK, limit: 1 });
      const rest = await store.backlog({ ...ASK, limit: 2, after: one.next! });
      const members = [...one.members, ...rest.members];
      expect(members.map(({ visitor }) => visitor.value).toSorted()).toEqual(["21", "22"]);
      const known = members.find(({ visitor }) => visitor.value === "21");
      expect(known?.attributes).toMatchObject([
        { name: "lastKiosk", value: "K-1", isOwed: true, sentValues: [] },
        { name: "lastStore", value: "S-1", isOwed: true, sentValues: [] },
      ]);
      expect(await cardsIn(store, { dirtyBeforeMs: NOW - DAY })).toEqual([]);
    });

    it("[OV2] leave only as they are now; once more with the same file, or a part of it", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, card: "21" })]));
      expect(await file(store, "21", 2)).toEqual([]);
      expect(await file(store, "never scanned", 1)).toEqual([]);
      expect(await file(store, "21", 1)).toEqual([hashOf("21")]);
      expect(await file(store, "21", 1, "2.rows")).toEqual([hashOf("21")]);
      expect((await store.claim(anAsk())).claims).toEqual([]);
      expect(await cardsIn(store, { filedBeforeMs: NOW })).toEqual([]);
      await store.ingest(aBatch([anUpdate({ seq: 2, card: "21", attributes: { a: "b" } })]));
      expect(await file(store, "21", 1)).toEqual([]);
      // In a file lately: not in another one, which it would override.
      expect(await cardsIn(store)).toEqual([]);
    });

    it("[FT2] wait while forwarding is paused", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, card: "21" })]));
      await store.pauseForwarding({ atMs: NOW, who: "night" });
      expect(await file(store, "21", 1)).toEqual([]);
      await store.resumeForwarding();
      expect(await file(store, "21", 1)).toEqual([hashOf("21")]);
    });

    it("[OV2] are owed what is newer alone, and that once more when the file has ended", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, card: "21" })]));
      await file(store, "21", 1);
      await store.ingest(aBatch([anUpdate({ seq: 2, card: "21", attributes: { a: "b" } })]));
      const first = await claimOne(store);
      expect(valuesOf(first)).toEqual({ a: "b" });
      await store.recordSending(first, ["a"]);
      await store.settle(first, delivered(first, { nextDueAtMs: NOW }));
      expect(await end(store, true, "2.rows")).toBe(0);
      expect(await end(store, true, "1.rows")).toBe(1);
      const again = await claimOne(store);
      expect(valuesOf(again)).toEqual({ a: "b" });
      expect(again.attributes).toMatchObject([{ sentValues: ["b"] }]);
      expect(await end(store, true)).toBe(0);
    });

    it("[OV3] are owed all of it where the file was not taken; else nothing until a look says so", async () => {
      const store = await open();
      await store.ingest(
        aBatch([anUpdate({ seq: 1, card: "21" }), anUpdate({ seq: 2, card: "22" })]),
      );
      await file(store, "21", 1);
      await file(store, "22", 1, "2.rows");
      expect(await store.figures(NOW, 0)).toMatchObject({ looksWaiting: 2, visitorsWaiting: 0 });
      expect(await end(store, true, "1.rows")).toBe(1);
      expect((await store.claim(anAsk())).claims).toEqual([]);
      expect(await end(store, false, "2.rows")).toBe(1);
      const owed = await claimOne(store);
      expect(owed).toMatchObject({ visitor: { value: "22" }, attributes: [{ value: "S-1" }] });
    });

    it("[OV4] [PV6] withdrawn, may not leave; what left is cleared", async () => {
      const store = await open();
      await store.ingest(
        aBatch([anUpdate({ seq: 1, card: "21" }), anUpdate({ seq: 2, card: "22" })]),
      );
      await file(store, "21", 1);
      const cleared = { "*": "-" };
      for (const [card, clearing] of [
        ["21", ["lastStore"]],
        ["22", []],
      ] as const) {
        const order = { act: "erase", atMs: NOW, nowMs: NOW, cleared } as const;
        expect(await store.suppress({ ...order, visitorKey: hashOf(card) })).toEqual({ clearing });
        expect(await file(store, card, 1)).toEqual([]);
      }
      expect(await cardsIn(store, { filedBeforeMs: NOW })).toEqual([]);
    });
  });

  describe(`${name}: claims`, () => {
    it("[UN1] ask for a look after a call without an answer: it may yet arrive after the next", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({})]));
      const first = await claimOne(store);
      expect(first.readBack.isAsked).toBe(false);
      await store.settle(first, { type: "unavailable", dueAtMs: NOW });
      const second = await claimOne(store);
      expect(second.readBack.isAsked).toBe(true);
      await store.settle(second, delivered(second, { nextDueAtMs: NOW }));
      await store.ingest(aBatch([anUpdate({ seq: 2, attributes: { a: "b" } })]));
      expect((await claimOne(store)).readBack.isAsked).toBe(false);
    });

    it("[FW2] leases a visitor to one claim at a time", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate()]));
      const claim = await claimOne(store);
      expect((await store.claim(anAsk({ ledgerMs: LEASE_MS - 1 }))).claims).toEqual([]);
      const retaken = await claimOne(store, { ledgerMs: LEASE_MS });
      expect(retaken.fence).toBeGreaterThan(claim.fence);
      expect(await store.recordSending(claim, ["lastStore"])).toBe(false);
      expect(await store.settle(claim, delivered(claim))).toBe(false);
      expect(await store.settle(retaken, delivered(retaken))).toBe(true);
      expect(await store.settle(retaken, delivered(retaken))).toBe(false);
    });

    it("[FW2] keeps the spacing, also for what arrives after a delivery", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const claim = await claimOne(store);
      await store.settle(claim, delivered(claim, { nextDueAtMs: NOW + MINUTE }));
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW })], { receiptMs: NOW + 1 }));
      const early = anAsk({ nowMs: NOW + MINUTE - 1 });
      expect((await store.claim(early)).claims).toEqual([]);
      await claimOne(store, { nowMs: NOW + MINUTE });
    });

    it("[FW3] sends what arrived during a call after it", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, attributes: { a: "1", b: "1" } })]));
      const claim = await claimOne(store);
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW, attributes: { a: "2" } })]));
      expect(await store.settle(claim, delivered(claim))).toBe(true);
      const next = await claimOne(store, { nowMs: NOW + MINUTE });
      expect(valuesOf(next)).toEqual({ a: "2" });
      expect(next.version).toBe(2);
    });

    it("[FW6] remembers the claimed values as sent, not those that arrived since", async () => {
      const store = await open();
      const scan = (seq: number, value: string) =>
        store.ingest(aBatch([anUpdate({ seq, atMs: NOW, attributes: { a: value } })]));
      await scan(1, "first");
      const claim = await claimOne(store);
      await scan(2, "second");
      expect(await store.recordSending(claim, ["a", "unknown"])).toBe(true);
      await store.settle(claim, { type: "unavailable", dueAtMs: NOW });
      const again = await claimOne(store);
      expect(again.attempts).toBe(1);
      expect(again.attributes).toMatchObject([{ value: "second", sentValues: ["first"] }]);
      await store.recordSending(again, ["a"]);
      await store.settle(again, { type: "unavailable", dueAtMs: NOW });
      expect((await claimOne(store)).attributes[0]?.sentValues).toEqual(["second", "first"]);
    });

    it("[FW6] remembers the sixteen newest sent values", async () => {
      const store = await open();
      for (let seq = 1; seq <= 20; seq += 1) {
        const attributes = { a: `v${seq}` };
        await store.ingest(aBatch([anUpdate({ seq, atMs: NOW, attributes })]));
        const claim = await claimOne(store);
        await store.recordSending(claim, ["a"]);
        await store.settle(claim, { type: "unavailable", dueAtMs: NOW });
      }
      const { attributes } = await claimOne(store);
      expect(attributes[0]?.sentValues).toHaveLength(16);
      expect(attributes[0]?.sentValues.slice(0, 2)).toEqual(["v20", "v19"]);
    });

    it("[FW6] gives only what is newer than the last acknowledged version", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, attributes: { a: "1", b: "1" } })]));
      const claim = await claimOne(store);
      await store.settle(claim, delivered(claim));
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW, attributes: { b: "2" } })]));
      expect(valuesOf(await claimOne(store, { nowMs: NOW + MINUTE }))).toEqual({ b: "2" });
    });

    it("claims the oldest due first", async () => {
      const store = await open();
      for (const [index, card] of ["21", "22", "23"].entries()) {
        const update = anUpdate({ seq: index + 1, card });
        await store.ingest(aBatch([update], { receiptMs: NOW + index }));
      }
      const { claims } = await store.claim(anAsk({ nowMs: NOW + 1, limit: 10 }));
      expect(claims.map(({ visitor }) => visitor.value)).toEqual(["21", "22"]);
    });

    it("comes back when told, after an unavailability, and keeps its place for newer updates", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const claim = await claimOne(store);
      await store.settle(claim, { type: "unavailable", dueAtMs: NOW + 30_000 });
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW })], { receiptMs: NOW + 1_000 }));
      expect((await store.claim(anAsk({ nowMs: NOW + 29_999 }))).claims).toEqual([]);
      const again = await claimOne(store, { nowMs: NOW + 30_000 });
      expect(again.attempts).toBe(1);
      await store.settle(again, delivered(again));
      await store.ingest(aBatch([anUpdate({ seq: 3, atMs: NOW })]));
      expect((await claimOne(store, { nowMs: NOW + MINUTE })).attempts).toBe(0);
    });

    it("sets a refused visitor aside by name of the reason, not of the card, until something newer arrives", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, attributes: { b: "1", a: "1" } })]));
      const claim = await claimOne(store);
      const refused = { type: "refused", reason: "name not allowed", atMs: NOW } as const;
      expect(await store.settle(claim, refused)).toBe(true);
      const letters = await store.deadLetters(10);
      expect(letters).toEqual([
        {
          visitor: expect.stringMatching(/^[0-9a-f]{16}$/),
          class: "refused",
          reason: "name not allowed",
          attributes: ["a", "b"],
          atMs: NOW,
        },
      ]);
      expect((await store.figures(NOW, 0)).deadLetters).toBe(1);
      expect((await store.claim(anAsk({ nowMs: NOW + DAY }))).claims).toEqual([]);
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW, attributes: { c: "1" } })]));
      expect(await store.deadLetters(10)).toEqual([]);
      expect(valuesOf(await claimOne(store))).toEqual({ a: "1", b: "1", c: "1" });
    });

    it("[TC3] sets aside some of a claim, and owes again nothing of what was acknowledged", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, attributes: { a: "1", b: "1", c: "1" } })]));
      const claim = await claimOne(store);
      const except = { names: ["b"], reason: "attribute b: too long" };
      expect(await store.settle(claim, delivered(claim, { except }))).toBe(true);
      const letters = await store.deadLetters(10);
      expect(letters).toMatchObject([{ reason: except.reason, attributes: ["b"] }]);
      expect((await store.claim(anAsk({ nowMs: NOW + DAY }))).claims).toEqual([]);

      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW, attributes: { c: "2" } })]));
      expect((await store.claim(anAsk())).claims, "within the spacing").toEqual([]);
      const again = await claimOne(store, { nowMs: NOW + DAY });
      expect(valuesOf(again)).toEqual({ b: "1", c: "2" });
      await store.settle(again, delivered(again, { except }));
      expect(await store.deadLetters(10)).toMatchObject([{ attributes: ["b"] }]);

      await store.ingest(aBatch([anUpdate({ seq: 3, atMs: NOW, attributes: { b: "2" } })]));
      const mended = await claimOne(store, { nowMs: NOW + 2 * DAY });
      expect(valuesOf(mended)).toEqual({ b: "2" });
      await store.settle(mended, delivered(mended));
      expect(await store.deadLetters(10)).toEqual([]);
    });

    it("[TC3][FW3] owes what became newer while some of the claim was refused, and names that then", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1, attributes: { a: "1", b: "1", c: "1" } })]));
      const claim = await claimOne(store);
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW, attributes: { c: "2" } })]));
      const except = { names: ["b", "c"], reason: "attribute b, attribute c" };
      await store.settle(claim, delivered(claim, { except }));
      expect(await store.deadLetters(10)).toEqual([]);
      expect(valuesOf(await claimOne(store, { nowMs: NOW + DAY }))).toEqual({ b: "1", c: "2" });
    });

    it("[FW3] does not set aside what became newer during the refused call", async () => {
      const store = await open();
      await store.ingest(aBatch([anUpdate({ seq: 1 })]));
      const claim = await claimOne(store);
      await store.ingest(aBatch([anUpdate({ seq: 2, atMs: NOW })]));
      await store.settle(claim, { type: "refused", reason: "no", atMs: NOW });
      expect(await store.deadLetters(10)).toEqual([]);
      expect((await claimOne(store)).version).toBe(2);
    });
  });

  describe(`${name}: allowance`, () => {
    const cards = (count: number) =>
      aBatch(
        Array.from({ length: count }, (_, index) =>
          anUpdate({ seq: index + 1, card: `2${index}`, atMs: NOW - 1_000 }),
        ),
      );

    it("[QT1] gives at most what is left, and says when the next call is free", async () => {
      const store = await open();
      await store.ingest(cards(5));
      const ledgerMs = 7 * DAY;
      const { claims, freeAtLedgerMs } = await store.claim(anAsk({ ledgerMs, allowed: 3 }));
      expect(claims).toHaveLength(3);
      // Its last call may arrive within 10 s, in the first minute, which ends after 60.
      expect(freeAtLedgerMs).toBe(ledgerMs + MINUTE + DAY);
      expect((await store.figures(NOW, ledgerMs)).allowanceUsed).toBe(3);
      const early = await store.claim(anAsk({ ledgerMs: freeAtLedgerMs! - 1, allowed: 3 }));
      expect(early).toEqual({ claims: [], freeAtLedgerMs });
      const later = await store.claim(anAsk({ ledgerMs: freeAtLedgerMs!, allowed: 3 }));
      expect(later.claims).toHaveLength(3);
    });

    it("[QT1] counts a call from the minute in which it can arrive last", async () => {
      const store = await open();
      await store.ingest(cards(1));
      await store.claim(anAsk({ ledgerMs: 7 * DAY + 55_000 }));
      const { allowanceUsed } = await store.figures(NOW, 8 * DAY + MINUTE);
      expect(allowanceUsed).toBe(1);
      expect((await store.figures(NOW, 8 * DAY + 2 * MINUTE)).allowanceUsed).toBe(0);
    });

    it("[QT1] never lets ledger time run backwards", async () => {
      const store = await open();
      expect(await store.ledgerTimeMs()).toBeUndefined();
      await store.ingest(cards(2));
      await store.claim(anAsk({ ledgerMs: 9 * DAY, limit: 1 }));
      expect(await store.ledgerTimeMs()).toBe(9 * DAY);
      await store.claim(anAsk({ ledgerMs: 2 * DAY, limit: 1 }));
      expect(await store.ledgerTimeMs()).toBe(9 * DAY);
      expect((await store.figures(NOW, 9 * DAY)).allowanceUsed).toBe(2);
    });

    it("[QT2] keeps a charge unless the call provably never left", async () => {
      const store = await open();
      await store.ingest(cards(1));
      const used = async () => (await store.figures(NOW, 0)).allowanceUsed;
      const first = await claimOne(store);
      await store.settle(first, { type: "unavailable", dueAtMs: NOW });
      expect(await used()).toBe(1);
      const second = await claimOne(store);
      expect(await used()).toBe(2);
      const refund = { ledgerMs: 0, maxCallMs: MAX_CALL_MS };
      await store.settle(second, { type: "unavailable", dueAtMs: NOW, refund });
      expect(await used()).toBe(1);
      const third = await claimOne(store, { ledgerMs: 5 * MINUTE });
      await store.settle(third, {
        type: "nothing-to-send",
        atMs: NOW,
        version: third.version,
        ledgerMs: 5 * MINUTE,
        maxCallMs: MAX_CALL_MS,
      });
      expect(await used()).toBe(1);
      expect((await store.claim(anAsk())).claims).toEqual([]);
    });

    it("[QT2][TC3] gives back the charge of what was refused before it left", async () => {
      const store = await open();
      await store.ingest(cards(1));
      const refund = { ledgerMs: 0, maxCallMs: MAX_CALL_MS };
      const refused = { type: "refused", reason: "too long", atMs: NOW, refund } as const;
      await store.settle(await claimOne(store), refused);
      expect((await store.figures(NOW, 0)).allowanceUsed).toBe(0);
      expect(await store.deadLetters(10)).toHaveLength(1);
    });

    it("[QT2] gives nothing back to a claim that was lost", async () => {
      const store = await open();
      await store.ingest(cards(1));
      const lost = await claimOne(store);
      await claimOne(store, { ledgerMs: LEASE_MS });
      const refund = { ledgerMs: 0, maxCallMs: MAX_CALL_MS };
      expect(await store.settle(lost, { type: "unavailable", dueAtMs: NOW, refund })).toBe(false);
      expect((await store.figures(NOW, LEASE_MS)).allowanceUsed).toBe(2);
    });

    it("[QT2] charges every further call of a claim", async () => {
      const store = await open();
      const ask = { ledgerMs: 0, maxCallMs: MAX_CALL_MS, allowed: 2 };
      expect(await store.chargeAnother(ask)).toBe(true);
      expect(await store.chargeAnother(ask)).toBe(true);
      expect(await store.chargeAnother(ask)).toBe(false);
    });

    it("says nothing about the allowance when only little is due", async () => {
      const store = await open();
      await store.ingest(cards(1));
      expect(await store.claim(anAsk({ allowed: 1 }))).not.toHaveProperty("freeAtLedgerMs");
      expect(await store.claim(anAsk({ allowed: 1 }))).toEqual({ claims: [] });
    });
  });
}

function byType(a: { readonly type: string }, b: { readonly type: string }): number {
  return a.type < b.type ? -1 : 1;
}
