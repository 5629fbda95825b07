import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { cardFromScan, type CardRule } from "../../../src/domain/card.ts";
import { testCodesOf } from "../../../src/kiosk/scanner-lab/test-codes.ts";

function rule(parts: Partial<CardRule> & Pick<CardRule, "accepts">): CardRule {
  return {
    name: "a rule",
    match: ".*",
    checkDigit: "none",
    visitor: "member",
    refuses: [],
    ...parts,
  };
}

function codeOf(parts: Parameters<typeof rule>[0]) {
  return testCodesOf([rule(parts)])[0];
}

describe("test codes", () => {
  it("[SL5] are taken by the rules they are for, and masked where they are named", () => {
    const codes = testCodesOf(EXAMPLE_CONFIG.cardRules);
    expect(codes).toEqual([
      { rule: "member card", kind: "ean-13", text: "2912345678906", masked: "•••• 8906" },
      {
        rule: "browser code",
        kind: "qr",
        text: "mboxPC:1368007744041-575948.01_00",
        masked: "•••• 1_00",
      },
    ]);
    for (const code of codes) {
      if (code.kind === "none") throw new Error(code.rule);
      const scan = { text: code.text, source: "wedge" } as const;
      expect(cardFromScan(scan, EXAMPLE_CONFIG.cardRules)).toMatchObject({
        ok: true,
        value: { rule: code.rule },
      });
    }
  });

  it.each([
    ["a short text", { accepts: ["d0340000000093"] }, "code-128"],
    ["a long text", { accepts: ["https://card.example/c/12345670"] }, "qr"],
    ["a letter that no bar code has", { accepts: ["señal"] }, "qr"],
    ["13 digits that are no EAN", { accepts: ["2912345678907"] }, "code-128"],
    ["its own symbology", { accepts: ["12345670"], symbologies: ["]Q1"] }, "qr"],
    ["the first that can be drawn", { accepts: ["M123"], symbologies: ["]A0", "]C0"] }, "code-128"],
    ["the example's own", { accepts: [{ text: "M123", aim: "]Q0" }] }, "qr"],
    ["a GS1 recipient", { accepts: ["8018123456789012345675"], reads: "gsrn" }, "gs1-128"],
  ] as const)("[SL5] are drawn by %s", (_what, parts, kind) => {
    expect(codeOf(parts)).toMatchObject({ kind });
  });

  it.each([
    ["stripe", { accepts: [";6340041234567899?"], reads: "track-2" }],
    ["typed", { accepts: [{ text: "123456", source: "keypad" }], sources: ["keypad"] }],
    ["kind", { accepts: ["M12345A4"], symbologies: ["]A0", "]A1"] }],
    ["kind", { accepts: ["4006381333932"], symbologies: ["]E0"] }],
  ] as const)("[SL5] are not printed, and %s says why", (why, parts) => {
    expect(codeOf(parts)).toEqual({ rule: "a rule", kind: "none", why });
  });
});
