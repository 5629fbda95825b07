import { writeFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { cardListFrom, MAX_CARDS, MIN_CARDS } from "../../../src/proxy/match/card-list.ts";
import { matchArguments } from "../../../src/proxy/match/arguments.ts";
import { readCardFile } from "../../../src/proxy/match/read-card-file.ts";
import { aFolder } from "../../support/store-files.ts";
import { memberCards } from "../../support/cards.ts";

const RULES = EXAMPLE_CONFIG.cardRules.filter(({ visitor }) => visitor === "member");
const CARDS = memberCards(MIN_CARDS);
const PAYMENT_CARD = "4111111111111111";

const listOf = (lines: readonly string[], end = "\n") => cardListFrom(lines.join(end), RULES);

describe("a list of card numbers", () => {
  it.each([
    ["plain", CARDS],
    ["with a heading", ["Card number (EAN)", ...CARDS]],
    [
      "with a heading in quotes, and numbers in quotes",
      ['"número"', ...CARDS.map((c) => `"${c}"`)],
    ],
    ["with comments and blank lines", ["# members of May", "", " ", ...CARDS, "", "# end"]],
    ["with blanks around", CARDS.map((card) => `  ${card}\t`)],
  ])("[MT1] is taken %s, whatever ends its lines", (_how, lines) => {
    for (const end of ["\n", "\r\n", "\r"]) {
      expect(listOf(lines, end)).toEqual({ ok: true, value: { cards: CARDS, duplicates: 0 } });
    }
  });

  it("[MT1] counts a number once, however often it stands there", () => {
    const list = listOf([...CARDS, CARDS[0]!, `"${CARDS[1]}"`]);
    expect(list).toEqual({ ok: true, value: { cards: CARDS, duplicates: 2 } });
  });

  it("[MT1] keeps leading zeros, and ids with letters", () => {
    const cards = CARDS.map((card) => `00A${card}`);
    expect(listOf(cards)).toMatchObject({ value: { cards } });
  });

  it("[MT1] is refused with fewer distinct numbers than say anything, and with more than are needed", () => {
    const few = [...CARDS.slice(1), ...CARDS.slice(1)];
    expect(listOf(few)).toMatchObject({ error: expect.stringContaining("would say nothing") });
    expect(listOf([])).toMatchObject({ error: expect.stringContaining("0 distinct numbers") });
    const most = memberCards(MAX_CARDS);
    expect(listOf(most)).toMatchObject({ ok: true });
    const more = [...most, ...memberCards(1, MAX_CARDS)];
    expect(listOf(more)).toMatchObject({ error: expect.stringContaining("allows in a day") });
  });

  it.each([
    ["two columns", `${CARDS[0]},gold`, "more than one column"],
    ["two columns as a spreadsheet has them", `${CARDS[0]};gold`, "more than one column"],
    ["a number that was rounded", "2.91235E+12", "a spreadsheet has rounded it"],
    ["one rounded with a comma", "2,91235E+12", "a spreadsheet has rounded it"],
    ["words", "somebody", "holds no digit"],
    ["a blank within", "2912 345678906", "it holds a blank"],
    ["a slash", "29123/45678906", "it holds a blank, +, /"],
    ["raw bytes", "29\u0000\u0001", "it holds a blank, +, /, or what is no plain character"],
    ["too long", "2".repeat(129), "longer than the 128"],
    ["an Experience Cloud ID", "1".repeat(38), "an Experience Cloud ID"],
    ["a payment card", PAYMENT_CARD, "looks like a payment card"],
  ])("[MT1] [PV2] is refused by the line for %s, not by what stands there", (_what, wrong, why) => {
    const list = listOf(["card", ...CARDS.slice(0, 5), wrong, ...CARDS]);
    expect(list.ok).toBe(false);
    const { error } = list as { readonly error: string };
    expect(error).toMatch(/^line 7: /);
    expect(error).toContain(why);
    expect(error).not.toContain(wrong);
  });

  it("[MT1] [PV3] takes a number that looks like a payment card where a card rule does", () => {
    const rules = [{ ...RULES[0]!, match: "4\\d{15}", checkDigit: "luhn" as const }];
    expect(cardListFrom([...CARDS, PAYMENT_CARD].join("\n"), rules)).toMatchObject({ ok: true });
  });

  it("[MT1] [PV2] takes or refuses any text, and repeats none of its lines", () => {
    const line = fc.oneof(
      fc.constantFrom(...CARDS),
      fc.string({ unit: "binary", minLength: 6, maxLength: 40 }),
      fc.stringMatching(/^\d{9,40}$/),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const list = listOf(lines);
        if (list.ok) {
          expect(list.value.cards.length).toBe(new Set(list.value.cards).size);
          expect(list.value.cards.length).toBeGreaterThanOrEqual(MIN_CARDS);
          return;
        }
        for (const each of lines.filter((text) => /\d{5}/.test(text))) {
          expect(list.error).not.toContain(each);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a file of card numbers", () => {
  it("[MT1] is read without its byte order mark, raw bytes and all", async () => {
    const file = path.join(aFolder(), "cards.csv");
    writeFileSync(file, Buffer.from([0xef, 0xbb, 0xbf, 0x31, 0xff, 0x00]));
    expect(await readCardFile(file)).toBe("1\uFFFD\u0000");
  });

  it("[MT1] is read up to a megabyte, whatever it is", async () => {
    const file = path.join(aFolder(), "cards.csv");
    writeFileSync(file, "2".repeat(1_048_576));
    expect(await readCardFile(file)).toHaveLength(1_048_576);
    writeFileSync(file, "2".repeat(1_048_577));
    for (const endless of [file, "/dev/zero"]) {
      await expect(readCardFile(endless)).rejects.toThrow(/^The file .* larger than a megabyte/);
    }
  });

  it("[MT1] [PV2] that cannot be read is refused by why, and not by its name", async () => {
    const folder = aFolder();
    await expect(readCardFile(folder)).rejects.toThrow("(EISDIR); name another.");
    await expect(readCardFile(path.join(folder, CARDS[0]!))).rejects.toThrow(
      /^The file of card numbers cannot be read \(ENOENT\)/,
    );
  });

  it("[MT1] written by a spreadsheet in UTF-16 is refused by its line", () => {
    const text = new TextDecoder().decode(Buffer.from(CARDS.join("\n"), "utf16le"));
    expect(cardListFrom(text, RULES)).toMatchObject({ error: expect.stringMatching(/^line 1: /) });
  });
});

describe("the arguments", () => {
  it("[MT1] are a file and a pace", () => {
    expect(matchArguments(["a"])).toEqual({ ok: true, value: { file: "a", perSecond: 5 } });
    expect(matchArguments(["--per-second", "100", "a"])).toMatchObject({
      value: { file: "a", perSecond: 100 },
    });
  });

  it.each([
    [[]],
    [["a", CARDS[0]!]],
    [[`--${CARDS[0]}`]],
    [["a", "--per-second"]],
    [["a", "--per-second", "0"]],
    [["a", "--per-second", "101"]],
    [["a", "--per-second", "1e1"]],
    [["a", "--per-second", CARDS[0]!]],
  ])("[MT1] [PV2] are refused by how to give them, and not repeated: %#", (args) => {
    const given = matchArguments(args);
    expect(given).toEqual({ ok: false, error: expect.stringMatching(/^Use: npm run match -- /) });
    expect(JSON.stringify(given)).not.toContain(CARDS[0]);
  });
});
