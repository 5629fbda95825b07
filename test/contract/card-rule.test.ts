import { describe, expect, it } from "vitest";
import { CardRule } from "../../src/contract/card-rule.ts";
import { cardFromScan, type CardRule as Rule, type Scan } from "../../src/domain/card.ts";

/** Rules as a chain might write them, one for each way a card is made. */
const KINDS: readonly Rule[] = [
  rule({ name: "EAN-13", match: "29\\d{11}", checkDigit: "gs1", accepts: ["2912345678906"] }),
  rule({
    name: "Luhn",
    match: "634004\\d{10}",
    checkDigit: "luhn",
    accepts: ["6340041234567899"],
    refuses: ["6340041234567890", "4111111111111111"],
  }),
  rule({
    name: "Code 128",
    match: "d0(?<id>\\d{12})",
    symbologies: ["]C0"],
    accepts: [{ text: "d0340000000093", aim: "]C0", id: "340000000093" }],
    refuses: [{ text: "d0340000000093", aim: "]Q1" }],
  }),
  rule({
    name: "Code 39",
    match: "(?<check>(?<id>M[0-9A-Z]{6})[0-9A-Z. $/+%-])",
    checkDigit: "mod43",
    symbologies: ["]A0", "]A1", "]A3"],
    accepts: [{ text: "M12345A4", aim: "]A1", id: "M12345A" }],
    refuses: ["M12345A5"],
  }),
  rule({
    name: "interleaved 2 of 5",
    match: "743(?<id>\\d{6})\\d",
    checkDigit: "none",
    symbologies: ["]I0", "]I1"],
    accepts: [{ text: "7431234561", aim: "]I0", id: "123456" }],
  }),
  rule({
    name: "QR code with a link",
    match: "https://card\\.example/c/(?<id>\\d{8})(?:\\?.*)?",
    checkDigit: "gs1",
    accepts: [{ text: "https://card.example/c/96385074?utm=wallet", aim: "]Q1", id: "96385074" }],
    refuses: ["https://card.example.evil/c/96385074"],
  }),
  rule({
    name: "GS1 recipient",
    reads: "gsrn",
    companyPrefixes: ["9520123"],
    match: "\\d{18}",
    checkDigit: "gs1",
    accepts: [
      { text: "8018952012312345678903", aim: "]C1", id: "952012312345678903" },
      { text: "\u001d8018952012312345678903\u001d80191", aim: "]d2", id: "952012312345678903" },
      { text: "https://id.example/8018/952012312345678903", id: "952012312345678903" },
    ],
    refuses: ["8018952012312345678904", "8018571312312345678903"],
  }),
  rule({
    name: "stripe",
    reads: "track-2",
    match: "(?<id>634004\\d{10})(?:=.*)?",
    checkDigit: "luhn",
    accepts: [
      { text: ";6340041234567899?", id: "6340041234567899" },
      { text: "%L634004^X?;6340041234567899=4912?", id: "6340041234567899" },
    ],
    refuses: ["6340041234567899", ";E?"],
  }),
];

describe("a kind of card", () => {
  it.each(KINDS)("[RD2] can be told by a rule that keeps its own examples: $name", (kind) => {
    expect(CardRule.safeParse(kind).error?.issues).toBeUndefined();
  });

  it("[RD2] comes to the same visitor by every way it says its number", () => {
    const barcode = rule({ match: "(?<check>743\\d{6}\\d)", checkDigit: "gs1" });
    const rules = [
      barcode,
      rule({ match: "(?<number>\\d{6})", sources: ["keypad"], id: "743{number}{gs1}" }),
      rule({ reads: "track-2", match: "(?<number>\\d{6})=.*", id: "743{number}{gs1}" }),
    ];
    const ways: readonly Scan[] = [
      { text: "7431234561", source: "wedge" },
      { text: "7431234561", source: "hid", aim: "]I0" },
      { text: "123456", source: "keypad" },
      { text: ";123456=0?", source: "wedge" },
    ];
    for (const way of ways) {
      expect(cardFromScan(way, rules)).toMatchObject({
        value: { visitor: { value: "7431234561" } },
      });
    }
    // Six digits on anything else are nobody's card.
    expect(cardFromScan({ text: "123456", source: "wedge" }, rules)).toMatchObject({ ok: false });
  });

  it("[RD2] is refused by its field when it does not keep its word", () => {
    const luhn = KINDS[1]!;
    const gsrn = KINDS[6]!;
    const wrong: readonly (readonly [string, Rule])[] = [
      ["accepts", { ...luhn, accepts: [{ text: "6340041234567899", id: "another" }] }],
      [
        "accepts",
        { ...luhn, accepts: [{ text: "6340041234567899", source: "keypad" }], sources: ["wedge"] },
      ],
      ["accepts", { ...KINDS[2]!, accepts: [{ text: "d0340000000093", aim: "]Q1" }] }],
      ["refuses", { ...luhn, refuses: ["6340041234567899"] }],
      ["companyPrefixes", { ...gsrn, companyPrefixes: undefined }],
      ["companyPrefixes", { ...luhn, companyPrefixes: ["9520123"] }],
      ["checkDigit", { ...gsrn, checkDigit: "none" }],
      ["id", { ...luhn, id: "{nobody}" }],
    ];
    for (const [path, each] of wrong) {
      const paths = CardRule.safeParse(each).error?.issues.map((issue) => issue.path.join("."));
      expect(paths, JSON.stringify(each)).toContain(path);
    }
  });

  it.each([
    rule({ match: "\\d{16}", checkDigit: "luhn", accepts: ["6340041234567899"] }),
    rule({ match: "\\d{13,19}", accepts: ["6340041234567899"] }),
    rule({ reads: "track-2", match: "(?<id>\\d+)=\\d+", accepts: [";6340041234567899=49?"] }),
    rule({ reads: "track-1", match: "B(?<id>\\d+)\\^.*", accepts: ["%B6340041234567899^A^49?"] }),
    rule({
      match: "\\d{14,16}",
      sources: ["keypad"],
      accepts: [{ text: "6340041234567899", source: "keypad" }],
    }),
  ])("[PV3] may not take the cards of several payment networks: %j", (greedy) => {
    expect(CardRule.safeParse(greedy).error?.issues).toMatchObject([
      { path: ["match"], message: expect.stringContaining("takes payment cards") as unknown },
    ]);
  });
});

function rule(part: Partial<Rule>): Rule {
  return {
    name: "a rule",
    match: ".+",
    checkDigit: "none",
    visitor: "member",
    accepts: [],
    refuses: [],
    ...part,
  };
}
