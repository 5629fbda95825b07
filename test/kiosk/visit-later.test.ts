import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { answeredConsent, consentedUpdates } from "../../src/kiosk/consent.ts";
import { stillHere } from "../../src/kiosk/idle.ts";
import { recordedLines } from "../../src/kiosk/recorded.ts";
import { holdOnScreen, undoAsked, undoFailed, undone } from "../../src/kiosk/undo.ts";
import { soundOf } from "../../src/kiosk/visit-sounds.ts";
import { aDevice } from "../support/kiosk-builders.ts";
import { nameOf, scanOf, storedOf, visitTimeline } from "../support/visit-timeline.ts";

const VISITS = ["lastStore", "lastKiosk", "lastScanAt", "lastScanDay"];
const ASKING = KioskConfig.parse({
  ...EXAMPLE_CONFIG,
  version: "asking-1",
  consent: {
    purposes: [
      { id: "visits", title: { en: "Visits" }, text: { en: "May we?" }, attributes: VISITS },
      {
        id: "wishes",
        title: { en: "Wishes" },
        text: { en: "May we?" },
        attributes: ["visitReason"],
      },
    ],
  },
});
const HASH = "h".repeat(43);
const yes = (id: string) =>
  ({ type: "turned", turn: answeredConsent(id, { id, textHash: HASH }) }) as const;
const no = (id: string) => ({ type: "turned", turn: answeredConsent(id, undefined) }) as const;

describe("taking back", () => {
  it("[PV5] is offered in every step until 10 s after closing began, and 45 s after the scan at most", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a", "visit-a", 45_000));
    expect(holdOnScreen(line.visit())?.untilMs).toBe(45_000);
    line.at(2_000, scanOf("a", "again"));
    expect(nameOf(line.visit().screen)).toBe("duplicate");
    expect(holdOnScreen(line.visit())?.untilMs).toBe(45_000);
    line.at(6_000, { type: "skipped" });
    expect(holdOnScreen(line.visit())).toMatchObject({ untilMs: 16_000, longestMs: 45_000 });
    line.runTo(16_000);
    expect(line.visit().holds).toEqual([]);
    const late = visitTimeline();
    late.at(0, scanOf("a"), storedOf("a", "visit-a", 45_000));
    late.at(40_000, { type: "finished" });
    expect(holdOnScreen(late.visit())?.untilMs).toBe(45_000);
  });

  it("[PV5] says so, and takes the card again at once", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a", "visit-a", 45_000));
    line.at(100, { type: "turned", turn: undoAsked });
    expect(holdOnScreen(line.visit())?.undo).toBe("asked");
    line.at(200, { type: "turned", turn: undone("visit-a") });
    expect(line.visit()).toMatchObject({
      screen: { state: "declined", reason: "undone" },
      seen: [],
    });
    line.at(300, scanOf("a", "second"));
    expect(line.visit().pending).toMatchObject([{ visitId: "second" }]);
  });

  it("[PV5] that came too late stays noted, and says so", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a", "visit-a", 45_000), { type: "finished" });
    line.at(100, { type: "turned", turn: undoAsked });
    line.at(200, { type: "turned", turn: undoFailed("visit-a") });
    expect(holdOnScreen(line.visit())?.undo).toBe("failed");
    expect(nameOf(line.visit().screen)).toBe("closing");
    expect(line.visit().seen).toHaveLength(1);
  });

  it("[VS1] of a first visit never shows on the second card's screen; its hold ends as it would", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a", "visit-a", 45_000));
    line.at(100, { type: "turned", turn: undoAsked }, scanOf("b"), storedOf("b"));
    line.at(200, { type: "turned", turn: undone("visit-a") });
    expect(line.visit().screen).toMatchObject({ step: "thanks", visitId: "visit-b" });
    const kept = visitTimeline();
    kept.at(0, scanOf("a"), storedOf("a", "visit-a", 45_000), scanOf("b"), storedOf("b"));
    kept.at(5_000, { type: "finished" });
    expect(kept.visit().holds).toEqual([
      { visitId: "visit-a", longestMs: 45_000, untilMs: 45_000 },
    ]);
  });
});

describe("consent", () => {
  it("[PV4] stores nothing before the last answer, and nothing after a no to all", () => {
    const line = visitTimeline(ASKING);
    line.at(0, scanOf("a"));
    expect(line.visit()).toMatchObject({ screen: { state: "consent", index: 0 }, pending: [] });
    line.at(1_000, no("visits"), no("visits"));
    expect(line.visit()).toMatchObject({ screen: { state: "consent", index: 1 }, pending: [] });
    line.at(2_000, no("wishes"));
    expect(line.visit()).toMatchObject({ screen: { state: "declined" }, pending: [], seen: [] });
  });

  it("[PV4] stores what was agreed to, and asks no question that nobody agreed to", () => {
    const line = visitTimeline(ASKING);
    line.at(0, scanOf("a"), yes("visits"), no("wishes"), storedOf("a"));
    line.runTo(5_000);
    expect(line.visit().screen).toMatchObject({ step: "closing", agreed: [{ id: "visits" }] });
    const both = visitTimeline(ASKING);
    both.at(0, scanOf("a"), yes("visits"), yes("wishes"), storedOf("a"));
    both.runTo(5_000);
    expect(nameOf(both.visit().screen)).toBe("question");
  });

  it("[VS1] of one card ends with the next one's scan", () => {
    const line = visitTimeline(ASKING);
    line.at(0, scanOf("a"), yes("visits"), scanOf("b"));
    expect(line.visit().screen).toMatchObject({ visitId: "visit-b", index: 0, agreed: [] });
    expect(line.visit().pending).toEqual([]);
  });

  it("[PV4] makes updates of what its purposes and the terms cover, each on its own ground", () => {
    const config = { ...ASKING, staticAttributes: [{ name: "chain", text: "olmo" }] };
    const agreed = [{ id: "visits", textHash: HASH }];
    const visitor = { kind: "member", value: "2912345678906" } as const;
    const updates = consentedUpdates(visitor, aDevice(), config, agreed);
    expect(
      updates.map(({ ground, attributes }) => [ground, attributes.map((each) => each.name)]),
    ).toEqual([
      [{ type: "consent", purposes: agreed }, VISITS],
      [{ type: "terms", version: config.terms.version }, ["chain"]],
    ]);
    const wishes = [{ id: "wishes", textHash: HASH }];
    expect(consentedUpdates(visitor, aDevice(), ASKING, wishes)).toEqual([]);
  });
});

describe("a screen that waits", () => {
  it("[VS1] asks for 25 s whether anybody is there, and waits anew as often as somebody is", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a"));
    line.at(30_000, { type: "turned", turn: stillHere });
    expect(line.visit().screen).toMatchObject({ step: "question", expiresAtMs: 50_000 });
    line.runTo(74_999);
    expect(line.visit().screen).toMatchObject({ step: "question", warned: true });
    line.runTo(75_000);
    expect(nameOf(line.visit().screen)).toBe("attract");
  });

  it("is heard when it asks", () => {
    const line = visitTimeline();
    line.at(0, { type: "keypad-opened" });
    const before = line.visit().screen;
    line.runTo(30_000);
    expect(soundOf(before, line.visit().screen)).toBe("idle");
  });
});

describe("what is recorded", () => {
  it("is told in plain words, from what was kept", () => {
    const recorded = [
      { attribute: { name: "lastStore", value: { type: "text", text: "madrid-1" } }, wallMs: 0 },
      { attribute: { name: "visitReason", value: { type: "text", text: "gift" } }, wallMs: 0 },
    ] as const;
    expect(recordedLines(recorded, EXAMPLE_CONFIG, "en", "Europe/Madrid")).toEqual([
      { name: "lastStore", label: "The store you visit", value: "madrid-1" },
      { name: "visitReason", label: "What brings you in today?", value: "A gift" },
    ]);
  });
});
