import { describe, expect, it } from "vitest";
import type { Journey, JourneyUpdate } from "../../../src/contract/journey.ts";
import { journeyView } from "../../../src/console/views/journey.ts";
import { SAYING } from "../../support/overviews.ts";
import { anId, NOW } from "../../support/store-builders.ts";

function anUpdateOnItsWay(sketch: Partial<JourneyUpdate> = {}): JourneyUpdate {
  return {
    id: anId(1),
    storeId: "madrid-1",
    kioskId: "entrance",
    occasion: "scan",
    attributes: ["lastStore", "lastScanAt"],
    configVersion: "1",
    verdict: "accepted",
    stage: "waiting",
    capturedMs: NOW - 20_000,
    storedMs: NOW - 19_000,
    ...sketch,
  };
}

function aJourney(sketch: Partial<Journey> = {}): Journey {
  return {
    visitor: "9f3c1a77e0b2d4aa",
    state: "waiting",
    updates: [anUpdateOnItsWay()],
    ...sketch,
  };
}

function stops(update: JourneyUpdate): string {
  const [row] = journeyView(aJourney({ updates: [update] }), NOW, SAYING).rows;
  return (
    row?.stops.map(({ isReached, when }) => (isReached ? when || "some time" : "-")).join(" ") ?? ""
  );
}

describe("a visitor's journey", () => {
  it("shows how far each update came, and when", () => {
    expect(stops(anUpdateOnItsWay())).toBe("08:59:40 08:59:41 - - -");
    expect(
      stops(
        anUpdateOnItsWay({
          stage: "acknowledged",
          sentMs: NOW - 2_000,
          acknowledgedMs: NOW - 1_000,
        }),
      ),
    ).toBe("08:59:40 08:59:41 08:59:58 08:59:59 -");
  });

  it("does not call open what is past, where only its time is not known", () => {
    expect(stops(anUpdateOnItsWay({ stage: "applied" }))).toBe(
      "08:59:40 08:59:41 some time some time some time",
    );
  });

  it("tells nothing of who withdrew, not even the name it has here", () => {
    const view = journeyView(aJourney({ state: "withdrawn", updates: [] }), NOW, SAYING);
    expect(view).toEqual({
      alias: "",
      state: "This visitor withdrew. Nothing may be told.",
      facts: [],
      rows: [],
    });
  });

  it("says why, how often and when again", () => {
    const view = journeyView(
      aJourney({ attempts: 3, nextDueMs: NOW + 60_000, reason: "value too long" }),
      NOW,
      SAYING,
    );
    expect(view.facts).toEqual([
      "Reason: value too long.",
      "3 tries without success.",
      "Next try at 09:01.",
    ]);
  });
});
