import { expect, it } from "vitest";
import type { HelpCall } from "../../../src/contract/help-call.ts";
import { helpView } from "../../../src/console/views/help-calls.ts";
import { SAYING } from "../../support/overviews.ts";
import { anId, NOW } from "../../support/store-builders.ts";

const aCall = (sketch: Partial<HelpCall> = {}): HelpCall => ({
  callId: anId(1),
  deviceId: anId(2),
  storeId: "store-12",
  kioskId: "till-2",
  reason: "card",
  calledMs: NOW - 40_000,
  ...sketch,
});

it("[HC7] says which kiosk asks for help, for how long and over what, and nothing when none does", () => {
  const list = [aCall(), aCall({ callId: anId(3), kioskId: "lift", reason: "other" })];
  const view = helpView({ open: 3, list }, NOW, SAYING);
  expect(view).toMatchObject({ open: 3, openText: "3", more: "and 1 more" });
  expect(view.rows[0]).toMatchObject({
    sentence: "Kiosk till-2 in store-12 asks for help.",
    waits: "For 40 s.",
    reason: "A card was refused there.",
    answer: "Somebody is coming to till-2 in store-12",
  });
  // Said aloud once, not with every second that passes.
  expect(helpView({ open: 3, list }, NOW + 1_000, SAYING).spoken).toBe(view.spoken);
  expect(helpView({ open: 0, list: [] }, NOW, SAYING)).toMatchObject({ rows: [], spoken: "" });
});

it("[HC6] says nothing younger than nothing where two clocks differ", () => {
  const { rows } = helpView({ open: 1, list: [aCall({ calledMs: NOW + 3_000 })] }, NOW, SAYING);
  expect(rows[0]?.waits).toBe("For 0 s.");
});
