import { describe, expect, it } from "vitest";
import { backlogView } from "../../../src/console/views/backlog.ts";
import { incidentsView } from "../../../src/console/views/incidents.ts";
import { outcomesView, stacked } from "../../../src/console/views/outcomes.ts";
import { refusedView } from "../../../src/console/views/refused.ts";
import { aChain, anIncident, NO_SCANS, SAYING } from "../../support/overviews.ts";
import { MINUTE, NOW } from "../../support/store-builders.ts";

const HOUR = 60 * MINUTE;

describe("who waits", () => {
  it("stands in classes of age, each lane in its share of the tallest bar", () => {
    const none = { visitors: 0, oldestAgeMs: 0 };
    const view = backlogView(
      aChain({
        backlog: {
          visitors: 30,
          oldestAgeMs: 25 * HOUR,
          lanes: { fresh: none, backlog: none },
          ages: [
            { upToMs: MINUTE, fresh: 5, backlog: 0 },
            { upToMs: 15 * MINUTE, fresh: 1, backlog: 4 },
            { upToMs: HOUR, fresh: 0, backlog: 20 },
            { upToMs: 24 * HOUR, fresh: 0, backlog: 0 },
            { fresh: 0, backlog: 0 },
          ],
          absent: 2,
          unknown: 1,
        },
        heldUpdates: 7,
      }),
      SAYING,
    );
    expect(view.ages.map(({ age, visitors }) => `${age}: ${visitors}`)).toEqual([
      "< 1 min: 5",
      "1–15 min: 5",
      "15 min–1 h: 20",
      "1–24 h: 0",
      "> 24 h: 0",
    ]);
    expect(view.ages[1]).toMatchObject({ freshHeight: 0.05, backlogHeight: 0.2 });
    expect(view.rows.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      "Oldest: 25 h",
      "Held for you to decide: 7",
      "Not in Target yet, looked for: 2",
      "Looked for in vain, at rest: 1",
    ]);
  });
});

describe("outcomes over time", () => {
  it("stand on each other, all of them together as high as all scans", () => {
    const slots = [{ ...NO_SCANS, fromMs: NOW, applied: 5, waiting: 2, unknown: 1, refused: 1 }];
    const parts = stacked(outcomesView(slots, "hours", SAYING).scans);
    expect(parts.applied).toEqual({ from: [], to: [5] });
    expect(parts.waiting).toEqual({ from: [5], to: [7] });
    expect(parts.refused).toEqual({ from: [8], to: [9] });
  });

  it("are named by the hour as a watch says it, and by the day that is counted", () => {
    const slots = [{ ...NO_SCANS, fromMs: NOW }];
    expect(outcomesView(slots, "hours", SAYING).names).toEqual(["09:00"]);
    expect(outcomesView(slots, "days", SAYING).names).toEqual(["23 Mon"]);
    expect(outcomesView(slots, "days", SAYING).isEmpty).toBe(true);
  });
});

describe("incidents", () => {
  it("[CO8] begin with losses, whatever is newer, and count those that are not listed", () => {
    const doubt = anIncident({ id: "cards-held:1", type: "cards-held", lastAtMs: NOW + 1 });
    const view = incidentsView({ open: 25, list: [doubt, anIncident()] }, NOW, SAYING);
    expect(view.rows.map(({ condition, title }) => [condition, title])).toEqual([
      ["bad", "Scans are missing"],
      ["warn", "More cards in a minute than one can show"],
    ]);
    expect(view.more).toBe("and 23 more");
  });
});

describe("who was refused", () => {
  it("stands by why, also where a newer proxy knows more reasons", () => {
    const byClass = [
      { class: "value-too-long", visitors: 9 },
      { class: "of-tomorrow", visitors: 3 },
    ];
    const { classes } = refusedView({ visitors: 12, byClass }, SAYING);
    expect(classes.map(({ name, visitors }) => `${name}: ${visitors}`)).toEqual([
      "Value too long: 9",
      "From another version: 3",
    ]);
  });
});
