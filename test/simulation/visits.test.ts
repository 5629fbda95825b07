import { describe, expect, it } from "vitest";
import {
  brokenPromises,
  expectations,
  type Found,
  type LivedVisit,
} from "./visits/expectations.ts";
import { leftoversIn, type AttractView } from "./visits/leftovers.ts";
import { growthOf, type PageSize } from "./visits/page-growth.ts";

const CARD = "2970000000017";

function aVisit(part: Partial<LivedVisit>): LivedVisit {
  return { card: CARD, became: "kept", answers: 0, unsureAnswers: 0, ...part };
}

function found(part: Partial<Found>): Found {
  return { scans: 0, answers: 0, calls: [], isInTarget: false, ...part };
}

function broken(visits: readonly LivedVisit[], there: Partial<Found>, withdrawals = 0): number {
  const withdrawn = Array.from({ length: withdrawals }, () => ({ card: CARD, isConfirmed: true }));
  const expected = expectations(visits, withdrawn).get(CARD);
  if (expected === undefined) throw new Error("The card was there.");
  return brokenPromises(expected, found(there)).length;
}

describe("what is expected of visits", () => {
  const arrived = { scans: 1, calls: [["store-1"]], isInTarget: true };

  it("is all that was thanked for, each once", () => {
    expect(broken([aVisit({})], arrived)).toBe(0);
    expect(broken([aVisit({})], { ...arrived, isInTarget: false })).toBe(1);
    expect(broken([aVisit({})], {})).toBe(2);
    expect(broken([aVisit({})], { ...arrived, scans: 2 })).toBe(1);
    expect(broken([aVisit({}), aVisit({})], { ...arrived, scans: 2 })).toBe(0);
    expect(broken([aVisit({ answers: 1 })], arrived)).toBe(1);
    expect(broken([aVisit({ answers: 1 })], { ...arrived, answers: 1 })).toBe(0);
  });

  it("is nothing of what was taken back, ever", () => {
    const nothing = aVisit({ became: "nothing", answers: 1 });
    expect(broken([nothing], {})).toBe(0);
    expect(broken([nothing], { calls: [["store-1"]] })).toBe(1);
    expect(broken([nothing], { scans: 1 })).toBe(1);
    expect(broken([nothing, aVisit({})], arrived)).toBe(0);
  });

  it("is either, where a plug was pulled before anybody could see", () => {
    const unsure = aVisit({ became: "unsure" });
    expect(broken([unsure], {})).toBe(0);
    expect(broken([unsure], arrived)).toBe(0);
    expect(broken([unsure], { ...arrived, scans: 2 })).toBe(1);
  });

  it("is cleared values and nothing else, once somebody withdrew", () => {
    expect(broken([aVisit({})], { calls: [["store-1"], ["-", "-"]] }, 1)).toBe(0);
    expect(broken([aVisit({})], { calls: [["-"], ["store-1"]] }, 1)).toBe(1);
    expect(broken([aVisit({})], { calls: [["store-1"], ["-"]], isInTarget: true }, 1)).toBe(1);
    const unsure = expectations([aVisit({})], [{ card: CARD, isConfirmed: false }]);
    expect(unsure.get(CARD)).toEqual({ type: "anything" });
  });
});

describe("what is left on attract", () => {
  const clean: AttractView = {
    root: { lang: "en", "data-text-size": "100" },
    body: "<body><main>Show us your card</main></body>",
    rest: "Tarjeta\n/",
    storages: "{}",
    databases: "[]",
  };
  const left = (part: Partial<AttractView>) =>
    leftoversIn({ ...clean, ...part }, clean, new Set([CARD])).join();

  it("is nothing when it is as it was", () => {
    expect(left({})).toBe("");
    expect(left({ databases: undefined })).toBe("");
  });

  it.each<[string, Partial<AttractView>]>([
    ["a card's number in the databases", { databases: `[{"card":"${CARD}"}]` }],
    ["a card's number in a storage", { storages: `{"last":"${CARD}"}` }],
    ["the end of a number", { storages: "•••• 0017" }],
    ["a language", { root: { ...clean.root, lang: "es" } }],
    ["a mode", { root: { ...clean.root, "data-reach": "" } }],
    ["a mode that is gone", { root: { lang: "en" } }],
    ["words that name nobody", { body: clean.body.replace("Show", "<i hidden>A gift</i>Show") }],
    ["a selection", { rest: "Tarjeta\n/\nA gift" }],
  ])("is seen: %s", (_name, part) => {
    expect(left(part)).not.toBe("");
  });

  it("[PV2] is told without anybody's number", () => {
    const told = left({ body: clean.body.replace("card", CARD), rest: CARD, storages: CARD });
    expect(told).not.toContain("0017");
  });
});

describe("a page's growth", () => {
  const size = (part: Partial<PageSize>): PageSize => ({
    objectBytes: 2_000_000,
    codeBytes: 2_000_000,
    listeners: 40,
    nodes: 900,
    documents: 2,
    ...part,
  });
  const slack = { objectBytes: 400_000, listeners: 2, nodes: 20 };

  it("goes by the medians of the first and the last fifth, so that no single moment decides", () => {
    const sizes = Array.from({ length: 25 }, () => size({}));
    expect(growthOf([...sizes, size({ objectBytes: 9_000_000 })], slack).grown).toEqual([]);
    const leaking = sizes.map((_, visit) => size({ listeners: 40 + visit, nodes: 900 + visit }));
    expect(growthOf(leaking, slack).grown).toEqual(["listeners: 42 → 62"]);
    expect(growthOf([size({}), size({ documents: 3 })], slack).grown).toEqual(["documents: 2 → 3"]);
  });
});
