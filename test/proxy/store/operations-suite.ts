import { describe, expect, it } from "vitest";
import { createMetrics } from "../../../src/proxy/metrics.ts";
import { createProcessMetrics } from "../../../src/proxy/process-metrics.ts";
import type { KioskHealth } from "../../../src/contract/kiosk-health.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { aPairingDesk, pairAtDesk } from "../../support/devices.ts";
import {
  ASK,
  callOnce,
  claimOne,
  HOUR,
  lookOnce,
  scan,
  seen,
  settle,
} from "../../support/look-steps.ts";
import { seriesIn } from "../../support/prometheus.ts";
import { aFolder } from "../../support/store-files.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import {
  aBatch,
  aDevice,
  aHealth,
  someTroubles,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  DAY,
  MINUTE,
  NOW,
  type UpdateSketch,
} from "../../support/store-builders.ts";

const VISITOR = { kind: "member", value: "21" } as const;

function anAnswer(sketch: UpdateSketch) {
  const { header, update } = anUpdate(sketch);
  return { header, update: { ...update, occasion: "answer" as const } };
}

/** What operations read of a store, on any engine. */
export function describeOperations(name: string, open: () => Promise<Store>): void {
  describe(`${name}: what operations see`, () => {
    it("[OP1] is who waits, by lane and by age, and nobody twice", async () => {
      const store = await open();
      const ages = [0, 30_000, 9 * MINUTE, 2 * HOUR, 30 * HOUR];
      const ingest = (card: string, seq: number, atMs: number) => {
        const clock = { segment: "0000f00d.0", wallMs: atMs, monoMs: 1_000_000 };
        const at = { card, seq, wallMs: atMs - 1, monoMs: 999_999, segment: "0000f00d.0" };
        const device = aDevice(seq);
        const said = { epoch: anId(seq), device, attributes: { a: String(seq) } };
        const update = anUpdate({ ...at, ...said });
        return store.ingest(aBatch([update], { receiptMs: atMs, clock, device }));
      };
      for (const [index, ageMs] of ages.toReversed().entries()) {
        await ingest(`2${index}`, index + 1, NOW - ageMs);
      }
      const lanes = async () => {
        const { lanes: now, visitorsWaiting, oldestWaitingMs } = await store.figures(NOW, 0);
        return { ...now, all: { visitors: visitorsWaiting, oldestMs: oldestWaitingMs } };
      };
      expect(await lanes()).toEqual({
        all: { visitors: 5, oldestMs: 30 * HOUR },
        fresh: { visitors: 2, oldestMs: 30_000 },
        backlog: { visitors: 3, oldestMs: 30 * HOUR },
      });
      const { ages: classes } = await store.figures(NOW, 0);
      expect(classes.map(({ upToMs, fresh, backlog }) => [upToMs, fresh, backlog])).toEqual([
        [MINUTE, 2, 0],
        [10 * MINUTE, 0, 1],
        [HOUR, 0, 0],
        [6 * HOUR, 0, 1],
        [DAY, 0, 0],
        [undefined, 0, 1],
      ]);
      // Scanned again just now, the one who waits longest goes first.
      await ingest("20", 9, NOW);
      expect(await lanes()).toEqual({
        all: { visitors: 5, oldestMs: 30 * HOUR },
        fresh: { visitors: 3, oldestMs: 30 * HOUR },
        backlog: { visitors: 2, oldestMs: 2 * HOUR },
      });
    });

    it("[OP1] is every kiosk that may send, as it last spoke, and no other", async () => {
      const store = await open();
      const clock = aMovableClock();
      const desk = await aPairingDesk(store, clock);
      const kept = (await pairAtDesk(desk, clock)).device;
      const pairingCode = () => desk.pairingCode({ kioskId: "kiosk-2" });
      const gone = (await pairAtDesk({ ...desk, pairingCode }, clock)).device;
      for (const device of [kept, gone]) {
        const beat = aHeartbeat({ device, storagePersisted: false, atMs: NOW + 90_000 });
        await store.heartbeat(beat, NOW);
      }
      await desk.registry.revoke(gone.deviceId);
      expect((await store.figures(NOW, 0)).kiosks).toEqual([
        {
          deviceId: kept.deviceId,
          storeId: "store-1",
          kioskId: "kiosk-1",
          lastSeenMs: NOW,
          owed: 0,
          appVersion: "1",
          storagePersisted: false,
          clockOffsetMs: 90_000,
        },
      ]);
    });

    it("[BI5] [PV2] is how each kiosk fares by its last word, and no reason of anybody else's", async () => {
      const store = await open();
      const health = aHealth({ scannerSilent: true, errors: 2, oldestOwedMs: 5_000 });
      const refusedScans = { "payment-card": 2, "2912345678906": 1, "Not a reason": 1 };
      await store.heartbeat(aHeartbeat({ health, refusedScans }), NOW);
      const fares = async () => (await store.figures(NOW, 0)).kiosks[0];
      expect(await fares()).toMatchObject({ health, scannerSilent: true });
      expect((await fares())?.refusedScans).toEqual({ "payment-card": 2 });
      const text = await createMetrics({
        figures: () => store.figures(NOW, 0),
        allowed: 10,
        ownMetrics: createProcessMetrics(aFolder()),
      })();
      const told = seriesIn(text);
      const value = (name: string) => told.find((each) => each.name === name)?.value;
      expect(value("tarjeta_kiosks_scanner_silent")).toBe(1);
      expect(value("tarjeta_kiosk_errors")).toBe(2);
      expect(value("tarjeta_kiosk_oldest_owed_seconds")).toBe(5);
      expect(value("tarjeta_kiosk_refused_scans")).toBe(2);
      // An older app says nothing of it: what was said before is not told on.
      await store.heartbeat(aHeartbeat(), NOW + 1);
      expect(await fares()).not.toHaveProperty("health");
    });

    it("[BI8] is what of each kiosk somebody may have to see to, and nothing once that is over", async () => {
      const store = await open();
      const metrics = createMetrics({
        figures: () => store.figures(NOW, 0),
        allowed: 10,
        ownMetrics: createProcessMetrics(aFolder()),
      });
      const told = async () => {
        const series = seriesIn(await metrics());
        return (name: string) =>
          series
            .filter((each) => each.name === `tarjeta_${name}`)
            .map(({ labels: { why, state, field }, value }) => [why ?? state ?? field, value]);
      };
      const health = aHealth({
        camera: "refused",
        quotaBytes: 500,
        wakeLock: "refused",
        troubles: someTroubles(),
      });
      await store.heartbeat(aHeartbeat({ health }), NOW);
      expect((await store.figures(NOW, 0)).kiosks[0]).toMatchObject({ health });
      const bad = await told();
      expect(bad("kiosks_out_of_service")).toEqual([
        ["closed", 1],
        ["full", 0],
        ["unavailable", 0],
      ]);
      expect(bad("kiosk_out_of_service_seconds")).toEqual([["closed", 7_200]]);
      expect([bad("kiosks_camera_trouble"), bad("kiosk_camera_trouble")]).toEqual([
        [[undefined, 1]],
        [["refused", 1]],
      ]);
      expect([bad("kiosks_refusing_config"), bad("kiosk_refuses_config")]).toEqual([
        [[undefined, 1]],
        [["questions.0.title", 1]],
      ]);
      const each = [
        "kiosk_storage_nearly_full",
        "kiosk_storage_quota_bytes",
        "kiosk_wake_lock_refused",
        "kiosk_starts_24h",
        "kiosk_wrong_pins",
      ];
      expect(each.map((name) => bad(name)[0]?.[1])).toEqual([1, 500, 1, 12, 6]);

      const well = aHealth({ camera: "reading", troubles: { v: 1, starts: 1 } });
      await store.heartbeat(aHeartbeat({ health: well }), NOW + 1);
      const good = await told();
      for (const name of ["kiosks_out_of_service", "kiosks_camera_trouble"]) {
        expect(
          good(name)
            .map(([, value]) => value)
            .every((value) => value === 0),
        ).toBe(true);
      }
      for (const name of ["out_of_service_seconds", "camera_trouble", "refuses_config"]) {
        expect(good(`kiosk_${name}`)).toEqual([]);
      }
      expect(each.map((name) => good(name)[0]?.[1])).toEqual([0, undefined, 0, 1, 0]);
    });

    it.each([
      ["of another version", { v: 2, starts: 1 }],
      ["with a card number for a field", { v: 1, starts: 1, configRefused: "2912345678906" }],
      ["with a field that is not known", { v: 1, starts: 1, wrongPin: "402817" }],
    ])("[BI8] [PV2] is nothing of a row that is damaged: %s", async (_what, troubles) => {
      const store = await open();
      const health = { ...aHealth(), troubles } as KioskHealth;
      await store.heartbeat(aHeartbeat({ health }), NOW);
      const [kiosk] = (await store.figures(NOW, 0)).kiosks;
      expect(kiosk).toMatchObject({ kioskId: "K-1", owed: 0 });
      expect(kiosk).not.toHaveProperty("health");
    });

    it("[OP1] is what is open of incidents, by type", async () => {
      const store = await open();
      for (const number of [1, 2]) {
        const witnesses = [aWitness({ epoch: anId(number), lastSeq: 2 })];
        await store.heartbeat(aHeartbeat({ device: aDevice(number), witnesses }), NOW);
      }
      await store.ingest(aBatch([], { unknownKeys: ["k-old"] }));
      expect(await store.figures(NOW, 0)).toMatchObject({
        openIncidents: 3,
        openIncidentsByType: { "updates-lost": 2, "unknown-key": 1 },
      });
    });

    it("[OP2] is what was charged, a day longer than it counts", async () => {
      const store = await open();
      const [first, second] = [NOW, NOW + 30 * HOUR];
      for (const ledgerMs of [first, second]) await store.chargeAnother({ ...ASK, ledgerMs });
      const { minutes } = await store.chargedCalls(second);
      expect(minutes.map(({ calls }) => calls)).toEqual([1, 1]);
      expect(minutes.map(({ minute }) => minute * MINUTE)).toEqual([first, second]);
      // Only the second counts; two days later the first is gone for good.
      expect((await store.figures(NOW, second)).allowanceUsed).toBe(1);
      await store.chargeAnother({ ...ASK, ledgerMs: first + 49 * HOUR });
      expect((await store.chargedCalls(first + 49 * HOUR)).minutes).toHaveLength(2);
    });

    it("[OP3] is what became of each store's and each question's updates", async () => {
      const store = await open();
      for (const number of [1, 2]) {
        const [device, epoch] = [aDevice(number), anId(number)];
        const at = { card: `2${number}`, device, epoch };
        await store.ingest(
          aBatch(
            [
              anUpdate({ ...at, seq: 1, attributes: { lastStore: `S-${number}` } }),
              anAnswer({ ...at, seq: 2, attributes: { reason: "gift" } }),
            ],
            { device },
          ),
        );
      }
      const { claims } = await store.claim(ASK);
      const refused = claims.find(({ visitor }) => visitor.value === "22")!;
      await settle(store, refused, { type: "refused", reason: "no", atMs: NOW });
      const none = { applied: 0, waiting: 0, unknown: 0, refused: 0 };
      expect(await store.matchRate(0)).toEqual({
        stores: [
          { ...none, storeId: "S-1", waiting: 2 },
          { ...none, storeId: "S-2", refused: 2 },
        ],
        questions: [{ ...none, attribute: "reason", waiting: 1, refused: 1 }],
      });
      expect(await store.matchRate(0, "S-2")).toEqual({
        stores: [{ ...none, storeId: "S-2", refused: 2 }],
        questions: [{ ...none, attribute: "reason", refused: 1 }],
      });
      expect((await store.storeScans(NOW, "S-2")).scans).toEqual({ ...none, refused: 1 });
      expect(await store.matchRate(Math.floor(NOW / DAY) + 1)).toEqual({
        stores: [],
        questions: [],
      });
    });

    it("[OP4] is how far each update of a visitor came, step by step", async () => {
      const store = await open();
      const stages = async () => {
        const { updates } = await store.journey(VISITOR, 9);
        return updates.map(({ stage, sentMs, acknowledgedMs, appliedMs }) =>
          [stage, sentMs, acknowledgedMs, appliedMs].filter((each) => each !== undefined),
        );
      };
      expect(await store.journey(VISITOR, 9)).toMatchObject({ isSuppressed: false, updates: [] });
      await scan(store, { a: "1" });
      expect(await stages()).toEqual([["waiting"]]);
      await callOnce(store);
      expect(await stages()).toEqual([["acknowledged", NOW]]);
      await lookOnce(store, () => seen({ atMs: NOW + HOUR }));
      expect(await stages()).toEqual([["applied", NOW, NOW + HOUR]]);

      await scan(store, { b: "2" }, { atMs: NOW - 1 });
      await scan(store, { b: "0" }, { atMs: NOW - 3 * HOUR, epoch: anId(9) });
      expect(await stages()).toEqual([["waiting"], ["applied", NOW, NOW + HOUR], ["superseded"]]);
      const claim = await claimOne(store);
      await settle(store, claim, { type: "refused", reason: "no", atMs: NOW });
      expect((await stages())[0]).toEqual(["refused"]);
      const { visitor, updates } = await store.journey(VISITOR, 1);
      expect(visitor).toMatchObject({ state: "dead", reason: "no", confirmedMs: NOW + HOUR });
      expect(updates).toMatchObject([
        {
          storeId: "S-1",
          kioskId: "K-1",
          occasion: "scan",
          configVersion: "1",
          verdict: "accepted",
        },
      ]);
      expect(updates).toHaveLength(1);
    });

    it("[OP4] tells of a visitor Target does not have, and whose term is over", async () => {
      const store = await open();
      await scan(store, { a: "1" });
      await callOnce(store);
      const absent = { type: "absent", atMs: NOW, dueMs: NOW } as const;
      await lookOnce(store, () => absent);
      const state = async () => {
        const { visitor, updates } = await store.journey(VISITOR, 9);
        return [visitor?.state, updates[0]?.stage];
      };
      expect(await state()).toEqual(["absent", "waiting"]);
      await lookOnce(store, () => ({ type: "unknown", atMs: NOW }), "search");
      expect(await state()).toEqual(["unknown", "unknown"]);
    });

    it("[OP4] tells what was given up as refused, whatever comes after it", async () => {
      const store = await open();
      await scan(store, { a: "1" });
      await settle(store, await claimOne(store), { type: "refused", reason: "no", atMs: NOW });
      expect(await store.expireDeadLetters(NOW + 1, 9)).toBe(1);
      const stages = async () =>
        (await store.journey(VISITOR, 9)).updates.map(({ stage, sentMs }) => [stage, sentMs]);
      expect(await stages()).toEqual([["refused", undefined]]);
      await scan(store, { b: "2" }, { atMs: NOW - 1 });
      await callOnce(store);
      await lookOnce(store, () => seen({ atMs: NOW + HOUR }));
      expect((await stages()).map(([stage]) => stage)).toEqual(["applied", "refused"]);
    });

    it("[OP4] [PV6] tells nothing of who withdrew", async () => {
      const store = await open();
      await scan(store, { a: "1" });
      const { visitorKey } = await callOnce(store);
      await store.suppress({
        act: "withdraw",
        visitorKey,
        visitor: VISITOR,
        atMs: NOW,
        nowMs: NOW,
        cleared: { "*": "-" },
      });
      expect(await store.journey(VISITOR, 9)).toEqual({
        visitorKey,
        isSuppressed: true,
        updates: [],
      });
    });

    it("[OP4] tells no time of a call that an older one, no longer kept, may have preceded", async () => {
      const store = await open();
      for (let number = 0; number < 12; number += 1) {
        await scan(store, { a: String(number) }, { atMs: NOW - HOUR + number });
        // The pace lets a call go each time.
        const [claim] = (await store.claim({ ...ASK, ledgerMs: NOW + number * HOUR })).claims;
        const { version } = claim!;
        const atMs = NOW + number;
        const times = { sentMs: atMs - 1, atMs, nextDueAtMs: NOW };
        await settle(store, claim!, { type: "delivered", version, ...times });
      }
      const { updates } = await store.journey(VISITOR, 12);
      expect(updates.map(({ stage }) => stage)).toEqual(
        Array.from({ length: 12 }, () => "applied"),
      );
      expect(updates.map(({ sentMs }) => sentMs)).toEqual([
        ...Array.from({ length: 9 }, (_, index) => NOW + 10 - index),
        ...Array.from({ length: 3 }, () => undefined),
      ]);
    });
  });
}
