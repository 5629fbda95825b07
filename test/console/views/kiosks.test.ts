import { describe, expect, it } from "vitest";
import type { KioskState } from "../../../src/contract/kiosk-state.ts";
import { kiosksView } from "../../../src/console/views/kiosks.ts";
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
      ["warn", "camera", "Its camera cannot be used"],
      ["warn", "clock", "Clock is wrong"],
      ["good", "owes", "Working"],
      ["good", "seeing", "Working"],
      ["good", "well", "Working"],
    ]);
    expect(view.summary).toBe("3 of 10 working, worst first");
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
