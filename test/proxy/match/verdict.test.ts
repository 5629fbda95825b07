import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FORMS, type Form } from "../../../src/proxy/match/card-forms.ts";
import {
  rowsFrom,
  textsOf,
  type FormTable,
  type FormText,
} from "../../../src/proxy/match/form-table.ts";
import { listWords, tableWords, verdictWords } from "../../../src/proxy/match/report.ts";
import { verdictFrom } from "../../../src/proxy/match/verdict.ts";
import { wilson } from "../../../src/proxy/match/wilson.ts";

/** Texts by form; what is not given is not tried, and the plain forms are the card. */
function aTable(cards: readonly string[], given: Partial<Record<Form, readonly FormText[]>>) {
  const tried = (texts: readonly FormText[]) => ({ type: "tried", texts }) as const;
  const notTried = { type: "not-tried", why: "no key" } as const;
  return {
    "as is": tried(given["as is"] ?? cards),
    "as the card rules read it": tried(given["as the card rules read it"] ?? cards),
    "without leading zeros": tried(given["without leading zeros"] ?? cards),
    "without check digit": tried(given["without check digit"] ?? cards),
    hmac: given.hmac === undefined ? notTried : tried(given.hmac),
    lookup: given.lookup === undefined ? notTried : tried(given.lookup),
  } satisfies FormTable;
}

const numbered = (count: number, prefix = "") =>
  Array.from({ length: count }, (_, index) => `${prefix}${1_000_000 + index}`);

/** Every text answered; those given are known. */
const known = (table: FormTable, texts: readonly string[]) =>
  new Map(textsOf(table).map((text) => [text, texts.includes(text)]));

const CARDS = numbered(40);

describe("the 95 % interval", () => {
  // Source: Wilson's formula with z = 1.959964, worked out apart; Newcombe (1998), table I: 81 of 263
  // gives 0.2553 to 0.3662, 15 of 148 gives 0.0624 to 0.1605, 0 of 20 gives 0 to 0.1611, 1 of 29
  // gives 0.0061 to 0.1718.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("[MT4] is Wilson's: %i of %i", (hits, of, low, high) => {
    expect(wilson(hits, of).low).toBeCloseTo(low, 4);
    expect(wilson(hits, of).high).toBeCloseTo(high, 4);
  });

  it("[MT4] holds the share, lies within nothing and all, and narrows with more numbers", () => {
    const sample = fc.integer({ min: 1, max: 1_000 }).chain((of) => {
      return fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of));
    });
    fc.assert(
      fc.property(sample, ([hits, of]) => {
        const { low, high } = wilson(hits, of);
        expect(0 <= low && low <= hits / of && hits / of <= high && high <= 1).toBe(true);
        const more = wilson(hits * 4, of * 4);
        expect(more.high - more.low).toBeLessThan(high - low);
        const others = wilson(of - hits, of);
        expect(others.low).toBeCloseTo(1 - high, 10);
      }),
    );
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("the table", () => {
  it("[MT2] asks about every text once, and marks the forms that are the same for every card", () => {
    const table = aTable(CARDS, { "without leading zeros": ["7", ...CARDS.slice(1)], hmac: CARDS });
    expect(textsOf(table)).toEqual([...CARDS, "7"]);
    const rows = rowsFrom(table, known(table, ["7"]));
    expect(rows.map(({ form, type }) => [form, type])).toEqual([
      ["as is", "share"],
      ["as the card rules read it", "identical"],
      ["without leading zeros", "share"],
      ["without check digit", "identical"],
      ["hmac", "identical"],
      ["lookup", "not-tried"],
    ]);
  });

  it("[MT2] counts who has no id as not known, and leaves out who was not answered", () => {
    const ids = [undefined, undefined, ...numbered(38, "site-")];
    const table = aTable(CARDS, { lookup: ids });
    const answers = known(table, numbered(30, "site-"));
    answers.delete("site-1000000");
    const row = rowsFrom(table, answers).at(-1);
    expect(row).toMatchObject({ known: 29, answered: 39, unmapped: 2 });
    const words = tableWords(rowsFrom(table, answers), CARDS.length);
    expect(words).toContain("29 of 39: 74 % (59 % to 85 %)");
    expect(words).toContain("2 have no id there and count as not known, 1 not answered");
    expect(words).toContain("not tried: no key");
    expect(words).toContain("identical to as is");
  });

  it("[MT2] says how many cards the rules take, and why not the others", () => {
    const texts = {} as never;
    const forms = [
      { texts, refusal: undefined },
      { texts, refusal: "not-ours" },
      { texts, refusal: "not-ours" },
    ] as const;
    const words = listWords({ cards: ["1", "2", "3"], duplicates: 1 }, forms);
    expect(words).toContain("3 card numbers, 1 more stood there twice");
    expect(words).toContain("The card rules take 1; a kiosk would refuse the others (not-ours 2)");
  });
});

describe("the verdict", () => {
  const bare = CARDS.map((card) => card.slice(0, -1));

  it.each([
    ["as is", CARDS, { type: "mode", mode: "card" }],
    ["without check digit", bare, { type: "card-rule" }],
    ["hmac", numbered(40, "h"), { type: "mode", mode: "hmac" }],
    ["lookup", numbered(40, "s"), { type: "mode", mode: "lookup" }],
  ] as const)("[MT4] recommends what makes Target hear of a member %s", (form, texts, change) => {
    const table = aTable(CARDS, {
      "without check digit": bare,
      hmac: numbered(40, "h"),
      lookup: numbered(40, "s"),
    });
    const verdict = verdictFrom(table, known(table, texts.slice(0, 30)));
    expect(verdict).toMatchObject({ type: "recommended", row: { form, known: 30 }, change });
    expect(verdictWords(verdict)).toMatch(
      change.type === "mode"
        ? `VISITOR_ID_MODE=${change.mode}`
        : "VISITOR_ID_MODE=card, and change",
    );
  });

  it("[MT4] keeps card rules that read the cards already as Target knows them", () => {
    const table = aTable(CARDS, {
      "without check digit": bare,
      "as the card rules read it": bare,
    });
    const verdict = verdictFrom(table, known(table, bare));
    expect(verdict).toMatchObject({ type: "recommended", change: { type: "mode", mode: "card" } });
  });

  it("[MT4] asks to change card rules that leave out what Target knows", () => {
    const table = aTable(CARDS, { "as the card rules read it": bare });
    const verdict = verdictFrom(table, known(table, CARDS));
    expect(verdict).toMatchObject({ row: { form: "as is" }, change: { type: "card-rule" } });
    expect(verdictWords(verdict)).toContain("the whole text identifies");
  });

  it("[MT4] prefers, of two forms that do equally well, the one the kiosk reads already", () => {
    // Only one card has zeros, and it is known in neither form.
    const cards = ["007", ...CARDS.slice(1)];
    const without = ["7", ...CARDS.slice(1)];
    const table = aTable(cards, {
      "without leading zeros": without,
      "as the card rules read it": without,
      "without check digit": cards,
    });
    const verdict = verdictFrom(table, known(table, CARDS));
    expect(verdict).toMatchObject({
      row: { form: "as the card rules read it" },
      change: { type: "mode", mode: "card" },
    });
  });

  it("[MT4] compares forms over the cards they differ in: what they share is no rival", () => {
    const cards = [...numbered(20, "00"), ...numbered(20, "1")];
    const without = [...numbered(20), ...numbered(20, "1")];
    const table = aTable(cards, { "without leading zeros": without });
    // Half of the cards are the same text either way, so that half is known "without zeros" too.
    const verdict = verdictFrom(table, known(table, cards.slice(0, 36)));
    expect(verdict).toMatchObject({ type: "recommended", row: { form: "as is" }, also: [] });
  });

  it("[MT4] is undecided where the site sends two forms and the sample does not tell", () => {
    const table = aTable(CARDS, { hmac: numbered(40, "h") });
    const both = known(table, [...CARDS.slice(0, 20), ...numbered(16, "h")]);
    const verdict = verdictFrom(table, both);
    expect(verdict).toMatchObject({ type: "undecided" });
    expect(verdictWords(verdict)).toContain("40 numbers do not tell");
    const few = known(table, [...CARDS.slice(0, 30), ...numbered(2, "h")]);
    const clear = verdictFrom(table, few);
    expect(clear).toMatchObject({ type: "recommended", row: { form: "as is" }, also: ["hmac"] });
    expect(verdictWords(clear)).toContain("known hmac as well");
  });

  it("[MT4] names the reasons, the likeliest first, where hardly anybody is known", () => {
    const table = aTable(CARDS, { "without check digit": bare });
    for (const texts of [[], CARDS.slice(0, 1)]) {
      const verdict = verdictFrom(table, known(table, texts));
      expect(verdict).toEqual({ type: "hardly-any" });
      const words = verdictWords(verdict);
      const order = ["mbox3rdPartyId", "14 days", "Another environment", "Another client code"];
      const places = order.map((reason) => words.indexOf(reason));
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
  });

  it("[MT4] says how little few numbers say, and nothing of the interval where it is narrow", () => {
    const few = aTable(CARDS.slice(0, 20), {});
    const verdict = verdictFrom(few, known(few, CARDS.slice(0, 10)));
    expect(verdictWords(verdict)).toContain(
      "20 numbers tell no more than that it is between 30 % and 70 % of your members",
    );
    const cards = numbered(1_000);
    const many = aTable(cards, {});
    const words = verdictWords(verdictFrom(many, known(many, cards.slice(0, 950))));
    expect(words).toBe("Choose VISITOR_ID_MODE=card.");
  });

  it("[MT4] is none on fewer answers than say anything", () => {
    const table = aTable(CARDS, {});
    const answers = new Map(CARDS.slice(0, 19).map((card) => [card, true]));
    expect(verdictFrom(table, answers)).toEqual({ type: "too-few", answered: 19 });
    expect(verdictWords(verdictFrom(table, new Map()))).toContain("answers for 0 numbers");
  });

  it("[MT4] [PV2] never recommends a form that others beat by far, nor names a card", () => {
    const shares = fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 40 }),
    );
    fc.assert(
      fc.property(shares, ([asIs, hmac, lookup]) => {
        const table = aTable(CARDS, { hmac: numbered(40, "h"), lookup: numbered(40, "s") });
        const texts = [...CARDS.slice(0, asIs), ...numbered(hmac, "h"), ...numbered(lookup, "s")];
        const verdict = verdictFrom(table, known(table, texts));
        if (verdict.type === "recommended") {
          expect(verdict.row.known).toBe(Math.max(asIs, hmac, lookup));
        }
        if (verdict.type === "hardly-any") {
          expect(Math.max(asIs, hmac, lookup)).toBeLessThan(6);
        }
        const words =
          verdictWords(verdict) + tableWords(rowsFrom(table, known(table, texts)), CARDS.length);
        for (const text of textsOf(table)) expect(words).not.toContain(text);
        expect(FORMS.every((form) => words.includes(form))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
