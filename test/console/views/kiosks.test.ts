import { describe, expect, it } from "vitest";
import type { KioskState } from "../../../src/contract/kiosk-state.ts";
import type { KioskOutage, KioskTroubles } from "../../../src/contract/kiosk-troubles.ts";
import { kiosksToLookAt, kiosksView } from "../../../src/console/views/kiosks.ts";
import { aKioskState, anIncident, SAYING } from "../../support/overviews.ts";
import { aHealth, anId, DAY, MINUTE, NOW } from "../../support/store-builders.ts";

const LOSSY = anId(99);

function viewOf(list: readonly KioskState[], known = list.length) {
  const kiosks = { known, silent: 1, owed: 218, list: [...list] };
  const incidents = {
    open: 2,
    list: [
      anIncident({ deviceId: LOSSY }),
      anIncident({ deviceId: anId(1), type: "cards-held", id: "cards-held:1" }),
    ],
  };
  return kiosksView({ kiosks, incidents }, undefined, NOW, SAYING);
}

describe("the kiosks", () => {
  it("[CO9] come worst first, each with what is wrong and its shape", () => {
    const view = viewOf([
      aKioskState({ deviceId: anId(1), kioskId: "well" }),
      aKioskState({ deviceId: anId(2), kioskId: "clock", clockOffsetMs: -3_600_000 }),
      aKioskState({ deviceId: anId(3), kioskId: "storage", storagePersisted: false }),
      aKioskState({
        deviceId: anId(4),
        kioskId: "line",
        isSilent: true,
        lastSeenMs: NOW - 6 * MINUTE,
        owed: 218,
      }),
      aKioskState({ deviceId: anId(5), kioskId: "scanner", scannerSilent: true }),
      aKioskState({
        deviceId: anId(6),
        kioskId: "gone",
        isSilent: true,
        lastSeenMs: NOW - 3 * DAY,
      }),
      aKioskState({
        deviceId: anId(8),
        kioskId: "camera",
        health: aHealth({ camera: "refused" }),
      }),
      aKioskState({ deviceId: anId(9), kioskId: "seeing", health: aHealth({ camera: "paused" }) }),
      aKioskState({ deviceId: anId(7), kioskId: "owes", owed: 3 }),
      aKioskState({ deviceId: LOSSY, kioskId: "lost" }),
    ]);
    expect(view.rows.map(({ condition, kioskId, state }) => [condition, kioskId, state])).toEqual([
      ["bad", "lost", "Scans are missing"],
      ["bad", "gone", "Off for 3 days"],
      ["bad", "scanner", "Nothing scanned for unusually long"],
      ["warn", "line", "Not heard for 6 min"],
      ["warn", "storage", "Browser may clear its storage"],
      ["warn", "camera", "Its camera cannot be used: not allowed"],
      ["warn", "clock", "Clock is wrong"],
      ["good", "owes", "Working"],
      ["good", "seeing", "Working"],
      ["good", "well", "Working"],
    ]);
    expect(view.summary).toBe("3 of 10 working, worst first");
  });

  it("[CO9] [BI8] say what each has to say of itself, the worst first, and the rest below", () => {
    const out = (why: KioskOutage["why"], forMs: number) => ({ outOfService: { why, forMs } });
    const withTroubles = (kioskId: string, number: number, troubles: Partial<KioskTroubles>) =>
      aKioskState({
        deviceId: anId(number),
        kioskId,
        health: aHealth({ troubles: { v: 1, starts: 1, ...troubles } }),
      });
    const view = viewOf([
      withTroubles("pins", 1, { wrongPins: 6 }),
      withTroubles("starts", 2, { starts: 12 }),
      withTroubles("looped", 3, { starts: 9, loopedMs: 3 * MINUTE }),
      withTroubles("near", 4, { nearlyFull: true }),
      withTroubles("whole", 5, { configRefused: "" }),
      withTroubles("closed", 6, { ...out("closed", 3 * 60 * MINUTE), configRefused: "a.0.b" }),
      withTroubles("full", 7, { ...out("full", MINUTE), nearlyFull: true }),
      withTroubles("down", 8, out("unavailable", MINUTE)),
      withTroubles("well", 9, { starts: 7 }),
      aKioskState({
        deviceId: anId(10),
        kioskId: "dark",
        health: aHealth({ wakeLock: "refused" }),
      }),
      aKioskState({
        ...withTroubles("away", 11, { ...out("closed", 3 * DAY), nearlyFull: true }),
        isSilent: true,
        lastSeenMs: NOW - 3 * DAY,
        storagePersisted: false,
      }),
    ]);
    expect(
      view.rows.map(({ condition, kioskId, state, also }) => [condition, kioskId, state, ...also]),
    ).toEqual([
      // What it said of itself may be over, but for what somebody has to end.
      ["bad", "away", "Off for 3 days", "Out of service for 6 days, by staff"],
      ["bad", "down", "Takes no cards: it cannot store"],
      ["bad", "full", "Takes no cards: its storage is full", "Its storage is nearly full"],
      [
        "warn",
        "closed",
        "Out of service for 3 h, by staff",
        "Cannot use its configuration: a.0.b is wrong",
      ],
      ["warn", "whole", "Cannot use its configuration"],
      ["warn", "near", "Its storage is nearly full"],
      ["warn", "looped", "Its page began again and again, 3 min ago"],
      ["warn", "starts", "Its page began 12 times in a day"],
      ["warn", "dark", "Its screen may go dark"],
      ["warn", "pins", "6 wrong PINs in a row"],
      ["good", "well", "Working"],
    ]);
    expect(kiosksToLookAt(view)).toBe(10);
  });

  it("[CO2] say how many take no cards, where any does", () => {
    const kiosks = { known: 3, silent: 0, owed: 0, list: [aKioskState()] };
    const incidents = { open: 0, list: [] };
    const outOf = (outOfService?: number) =>
      kiosksView(
        { kiosks: outOfService === undefined ? kiosks : { ...kiosks, outOfService }, incidents },
        undefined,
        NOW,
        SAYING,
      ).outOfService;
    expect([outOf(), outOf(0), outOf(2)]).toEqual([undefined, undefined, "2"]);
  });

  it.each([
    ["reading", "reads"],
    ["paused", "off"],
    ["missing", "not there"],
    [undefined, "–"],
  ] as const)("say how their camera fares: %s", (camera, said) => {
    const health = aHealth(camera === undefined ? {} : { camera });
    expect(viewOf([aKioskState({ health })]).rows[0]?.camera).toBe(said);
  });

  it("say when they were heard, what they owe, how their clock goes and which app they run", () => {
    const [row] = viewOf([aKioskState({ owed: 1_218, clockOffsetMs: -48_000 })]).rows;
    expect(row).toMatchObject({
      heard: "14 s ago",
      owed: "1,218",
      clock: "−48 s",
      storage: "kept",
      app: "Cx8aB2f1",
    });
  });

  it("do not claim to know what a kiosk never said", () => {
    const { deviceId, storeId, kioskId, lastSeenMs, isSilent, owed } = aKioskState();
    const [row] = viewOf([{ deviceId, storeId, kioskId, lastSeenMs, isSilent, owed }]).rows;
    expect([row?.clock, row?.storage, row?.app]).toEqual(["–", "–", "–"]);
    expect(row?.condition).toBe("good");
  });

  it("count only what was counted where not all are listed", () => {
    expect(viewOf([aKioskState()], 1_200).summary).toBe("1 of 1,200 silent, worst first");
  });
});
