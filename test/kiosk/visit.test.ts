import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { stepVisit, type VisitEvent } from "../../src/kiosk/visit.ts";
import { NO_VISIT } from "../../src/kiosk/visit-first.ts";
import { nameOf, scanOf, storedOf, visitTimeline } from "../support/visit-timeline.ts";

describe("a visit", () => {
  it("thanks, asks, closes and ends, when nobody is in a hurry", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"));
    line.at(20, storedOf("a"));
    line.at(3_000, { type: "answered", code: "gift" });
    line.at(3_030, {
      type: "answer-stored",
      visitId: "visit-a",
      answer: { questionId: "visit-reason", code: "gift" },
    });
    line.runTo(60_000);
    expect(line.screens()).toEqual([
      "attract@0",
      "thanks@20",
      "question@1620",
      "closing@3030",
      "attract@13030",
    ]);
  });

  it("[OB1] stays where it was until the update is stored, however long that takes", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"));
    line.runTo(60_000);
    expect(line.screens()).toEqual(["attract@0"]);
    line.at(60_000, storedOf("a"));
    expect(line.screens()).toEqual(["attract@0", "thanks@60000"]);
  });

  it("[VS1] ends when nobody touches it, and nothing of the card stays", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a"));
    line.runTo(120_000);
    expect(line.screens()).toEqual(["attract@0", "thanks@0", "question@1600", "attract@46600"]);
    expect(line.visit()).toEqual(NO_VISIT);
  });

  it("[VS1] begins anew with a second card, from every state, and never shows the first again", () => {
    const between: readonly (readonly VisitEvent[])[] = [
      [],
      [{ type: "finished" }],
      [{ type: "finished" }, { type: "finished" }],
      [scanOf("a", "again")],
      [{ type: "refused", reason: "not-ours" }],
      [{ type: "refused", reason: "not-ours" }, { type: "keypad-opened" }],
      [{ type: "finished" }, { type: "finished" }, { type: "storage-lost", reason: "full" }],
    ];
    for (const events of between) {
      const line = visitTimeline();
      line.at(0, scanOf("a"), storedOf("a"), ...events, scanOf("b"), storedOf("b"));
      const { screen } = line.visit();
      expect(screen).toMatchObject({ step: "thanks", visitId: "visit-b", masked: "•••• b" });
      expect(JSON.stringify(screen)).not.toContain("-a");
    }
  });

  it("[VS1] tells of the same card within the window, and stores nothing for it", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a"));
    line.at(100, { type: "finished" }, { type: "finished" });
    line.at(7_900, scanOf("a", "second"));
    expect(nameOf(line.visit().screen)).toBe("duplicate");
    expect(line.visit().pending).toEqual([]);
    line.runTo(60_000);
    line.at(60_000, scanOf("a", "third"));
    expect(line.visit().pending).toMatchObject([{ visitId: "third" }]);
  });

  it("[VS1] takes the card again once the window has passed", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a"));
    line.at(8_000, scanOf("a", "second"));
    expect(line.visit().pending).toMatchObject([{ visitId: "second", awaited: true }]);
  });

  it("comes back to the question that a double read interrupted", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a"));
    line.at(2_000, scanOf("a", "second"));
    line.at(6_000, { type: "answered", code: "gift" });
    expect(line.screens()).toEqual([
      "attract@0",
      "thanks@0",
      "question@1600",
      "duplicate@2000",
      "question@5000",
    ]);
    // The answer belongs to the visit that was stored.
    expect(line.visit().screen).toMatchObject({ visitId: "visit-a", chosen: "gift" });
  });

  it("thanks once for a card read twice before it was stored", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), scanOf("a", "second"));
    expect(line.visit().pending).toMatchObject([{ visitId: "visit-a", awaited: true }]);
    line.at(20, storedOf("a"));
    expect(line.screens()).toEqual(["attract@0", "thanks@20"]);
  });

  it("gives the screen to the last of two cards, in whichever order they are stored", () => {
    for (const order of ["ab", "ba"]) {
      const line = visitTimeline();
      line.at(0, scanOf("a"), scanOf("b"));
      line.at(20, ...[...order].map((card) => storedOf(card)));
      expect(line.visit().screen).toMatchObject({ visitId: "visit-b" });
      // The first is stored all the same, and known for the window.
      expect(line.visit().seen).toHaveLength(2);
    }
  });

  it("keeps a refusal on screen when an earlier card is stored after it", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), { type: "refused", reason: "payment-card" }, storedOf("a"));
    expect(line.visit().screen).toMatchObject({ state: "refused", reason: "payment-card" });
  });

  it("does not let half a read take the thanks away", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"), storedOf("a"), { type: "refused", reason: "unreadable" });
    expect(nameOf(line.visit().screen)).toBe("thanks");
  });

  it("[OB3] says so instead of thanking when nothing can be stored, and recovers", () => {
    const line = visitTimeline();
    line.at(0, scanOf("a"));
    line.at(10, { type: "not-stored", visitId: "visit-a", reason: "full" });
    line.runTo(600_000);
    line.at(600_000, { type: "storage-back" });
    expect(line.screens()).toEqual(["attract@0", "out-of-service@10", "attract@600000"]);
  });

  it("[OB3] thanks from out of service when a scan can be stored again", () => {
    const line = visitTimeline();
    line.at(0, { type: "storage-lost", reason: "unavailable" }, scanOf("a"), storedOf("a"));
    expect(nameOf(line.visit().screen)).toBe("thanks");
  });

  it("skips to the closing after the last question, and finishes from any", () => {
    for (const type of ["skipped", "finished"] as const) {
      const line = visitTimeline();
      line.at(0, scanOf("a"), storedOf("a"));
      line.at(2_000, { type });
      expect(nameOf(line.visit().screen)).toBe("closing");
    }
  });

  it("asks every question there is, one after the other", () => {
    const [question] = EXAMPLE_CONFIG.questions;
    if (question === undefined) throw new Error("the example asks something");
    const line = visitTimeline({ ...EXAMPLE_CONFIG, questions: [question, question] });
    line.at(0, scanOf("a"), storedOf("a"));
    line.at(2_000, { type: "skipped" });
    expect(line.visit().screen).toMatchObject({ step: "question", index: 1 });
    line.at(2_100, { type: "skipped" });
    expect(nameOf(line.visit().screen)).toBe("closing");
  });

  it("closes at once when there is nothing to ask", () => {
    const line = visitTimeline({ ...EXAMPLE_CONFIG, questions: [] });
    line.at(0, scanOf("a"), storedOf("a"));
    line.runTo(1_600);
    expect(line.screens()).toEqual(["attract@0", "thanks@0", "closing@1600"]);
  });

  it("[PV3] refuses a payment card on the keypad at its last digit, and forgets it", () => {
    const line = visitTimeline();
    line.at(0, { type: "keypad-opened" });
    line.at(1, ...[..."4222222222222"].map((digit) => ({ type: "digit-typed", digit }) as const));
    expect(line.visit().screen).toMatchObject({ state: "refused", reason: "payment-card" });
    expect(JSON.stringify(line.visit())).not.toContain("4222");
  });

  it("[VS1] leaves a keypad that nobody touches, typed digits and all", () => {
    const line = visitTimeline();
    line.at(0, { type: "keypad-opened" });
    line.at(29_000, { type: "digit-typed", digit: "2" });
    line.runTo(58_999);
    expect(line.visit().screen).toMatchObject({ state: "keypad", digits: "2" });
    line.runTo(83_999);
    expect(line.visit().screen).toMatchObject({ state: "keypad", warned: true });
    line.runTo(84_000);
    expect(line.visit()).toEqual(NO_VISIT);
  });

  it("[VS1] always finds its way back to attract, whatever happened", () => {
    const anEvent = fc.oneof(
      fc.constantFrom<VisitEvent>(
        scanOf("a", "1"),
        scanOf("a", "2"),
        scanOf("b", "3"),
        storedOf("a", "1"),
        storedOf("b", "3"),
        { type: "not-stored", visitId: "1", reason: "full" },
        { type: "refused", reason: "unreadable" },
        { type: "refused", reason: "not-ours" },
        { type: "answered", code: "gift" },
        { type: "skipped" },
        { type: "finished" },
        { type: "keypad-opened" },
        { type: "digit-typed", digit: "2" },
        { type: "ticked" },
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(anEvent, fc.nat(5_000)), { maxLength: 30 }), (events) => {
        const line = visitTimeline();
        let atMs = 0;
        for (const [event, gapMs] of events) line.at((atMs += gapMs), event);
        line.at(atMs, { type: "storage-back" });
        line.runTo(atMs + 600_000);
        expect(line.visit().screen).toEqual({ state: "attract" });
        expect(line.visit().seen).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("ignores what makes no sense where it stands", () => {
    for (const event of [
      { type: "answered", code: "gift" },
      { type: "skipped" },
      { type: "finished" },
      { type: "digit-typed", digit: "1" },
      { type: "storage-back" },
      storedOf("nobody"),
    ] satisfies readonly VisitEvent[]) {
      expect(stepVisit(NO_VISIT, event, 0, EXAMPLE_CONFIG)).toEqual(NO_VISIT);
    }
  });
});
