import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { cardFromScan, maskedCard, type CardRule, type Scan } from "../../src/domain/card.ts";
import { checkDigitFor } from "../../src/domain/check-digit.ts";

const CARD = "2912345678906";
const RULES = EXAMPLE_CONFIG.cardRules;

describe("a card of the example configuration", () => {
  it("names a member", () => {
    expect(read(CARD)).toEqual({
      ok: true,
      value: {
        visitor: { kind: "member", value: CARD },
        rule: "member card",
        layoutRepaired: false,
      },
    });
  });

  it("is any 13 digits that begin with 2 and have their check digit", () => {
    const payloads = fc
      .array(fc.nat(9), { minLength: 11, maxLength: 11 })
      .map((each) => each.join(""));
    fc.assert(
      fc.property(payloads, (payload) => {
        const value = `2${payload}${checkDigitFor("gs1", `2${payload}`)}`;
        expect(read(value)).toMatchObject({ ok: true, value: { visitor: { value } } });
      }),
    );
  });

  it("names a browser by a QR code of mboxPC", () => {
    expect(read("mboxPC:1368007744041-575948.01_00")).toMatchObject({
      ok: true,
      value: {
        visitor: { kind: "browser", value: "1368007744041-575948.01_00" },
        rule: "browser code",
      },
    });
    expect(read("mboxPC:1368007744041-575948.01_00", { aim: "]Q1" })).toMatchObject({ ok: true });
  });

  it("is refused by name when its check digit is wrong", () => {
    expect(read("2912345678907")).toEqual({
      ok: false,
      error: { type: "bad-check-digit", rule: "member card" },
    });
  });

  it.each([
    "4006381333931",
    "291234567890",
    "29123456789060",
    ` ${CARD}`,
    `${CARD}\n`,
    `${CARD}${CARD}`,
    "mboxpc:1368007744041-575948.01_00",
    "https://example.com/?mboxPC:abc",
    "",
  ])("is not what reads %j", (text) => {
    expect(read(text)).toEqual({ ok: false, error: { type: "not-ours" } });
  });

  it("is not a code of another symbology, where the scanner names it", () => {
    expect(read(CARD, { aim: "]E0" })).toMatchObject({ ok: true });
    expect(read(CARD, { aim: "]Q1" })).toEqual({ ok: false, error: { type: "not-ours" } });
  });
});

describe("a payment card", () => {
  it.each([
    ["Visa", "4111111111111111"],
    ["Visa with 13 digits", "4222222222222"],
    ["Mastercard", "5555555555554444"],
    ["Mastercard of the 2-series", "2223003122003222"],
    ["American Express", "378282246310005"],
    ["Diners", "30569309025904"],
    ["Discover", "6011111111111117"],
    ["JCB", "3530111333300000"],
    ["UnionPay", "6200000000000005"],
    ["Maestro", "6759649826438453"],
    ["one typed in groups", "4111 1111 1111 1111"],
    ["one typed with hyphens", "4111-1111-1111-1111"],
    ["a stripe's first track", "%B4111111111111111^PEREZ/ANA^26121010000000000?"],
    ["a stripe's second track", ";4111111111111111=26121010000000000?"],
    ["a track without sentinels", "4111111111111111=26121010000000000"],
    ["both tracks", "%B4111111111111111^P/A^2612?;4111111111111111=2612?"],
    ["a first track in groups", "%B3782 822463 10005^PEREZ/ANA^2612?"],
  ])("[PV3] is refused by name: %s", (_, text) => {
    expect(read(text)).toEqual({ ok: false, error: { type: "payment-card" } });
    expect(JSON.stringify(read(text))).not.toMatch(/\d{4}/);
  });

  it("[PV3] is refused by name also when a scanner's layout disguised it", () => {
    const text = "$&&&&&&&&&&&&&&&";
    expect(read(text, { repaired: "4111111111111111" })).toEqual({
      ok: false,
      error: { type: "payment-card" },
    });
    expect(read("4111111111111111", { repaired: "2912345678907" })).toEqual({
      ok: false,
      error: { type: "payment-card" },
    });
  });

  it("[PV3] is not suspected in a damaged member card", () => {
    // Good by Luhn, in the numbers of the 2-series, but of 13 digits.
    const luhnOnly = "240000000001";
    const text = luhnOnly + checkDigitFor("luhn", luhnOnly);
    expect(checkDigitFor("gs1", luhnOnly)).not.toBe(text.at(-1));
    expect(read(text)).toMatchObject({ ok: false, error: { type: "bad-check-digit" } });
  });

  it("[PV3] is told from a loyalty number of the same shape by a rule that takes it whole", () => {
    const rule = aRule({ match: "6011\\d{12}", checkDigit: "luhn" });
    expect(read("6011111111111117", {}, [rule])).toMatchObject({ ok: true });
    expect(read("4111111111111111", {}, [rule])).toMatchObject({ error: { type: "payment-card" } });
  });
});

describe("a stripe that could not be read", () => {
  it("is refused by name, unless what was read of it is a card", () => {
    const rule = aRule({ reads: "track-2", match: "634004\\d{4}" });
    for (const text of [";E?", "%E?;E?", "%A^B?;E?", "%E?;12?"]) {
      expect(read(text, {}, [rule])).toEqual({ ok: false, error: { type: "swipe-again" } });
    }
    expect(read("%E?;6340041234?", {}, [rule])).toMatchObject({ ok: true });
    expect(read("%E?;4111111111111111=2612?")).toMatchObject({ error: { type: "payment-card" } });
    expect(read("ñEç", { repaired: ";E?" }, [rule])).toMatchObject({
      error: { type: "swipe-again" },
    });
  });
});

describe("layout repair", () => {
  const typed = "éç&é\"'(-è_çà-";

  it("takes the card as meant when the card as typed is none", () => {
    expect(read(typed, { repaired: CARD })).toEqual({
      ok: true,
      value: {
        visitor: { kind: "member", value: CARD },
        rule: "member card",
        layoutRepaired: true,
      },
    });
  });

  it("prefers the card as typed", () => {
    expect(read(CARD, { repaired: "2000000000008" })).toMatchObject({
      value: { visitor: { value: CARD }, layoutRepaired: false },
    });
  });

  it("needs the check digit like any card, and says when that is what is wrong", () => {
    expect(read(typed, { repaired: "2912345678907" })).toMatchObject({
      error: { type: "bad-check-digit" },
    });
    expect(read(typed, { repaired: "9912345678907" })).toMatchObject({
      error: { type: "not-ours" },
    });
  });
});

describe("a card rule", () => {
  it("has to match the whole text, also where it offers two forms", () => {
    const rule = aRule({ match: "A\\d{4}|B\\d{4}" });
    expect(read("A1234", {}, [rule]).ok).toBe(true);
    expect(read("B1234", {}, [rule]).ok).toBe(true);
    expect(read("A1234B1234", {}, [rule]).ok).toBe(false);
    expect(read("A12345", {}, [rule]).ok).toBe(false);
  });

  it("may name the part that identifies and the part that is checked", () => {
    const rule = aRule({ match: "D-(?<check>(?<id>\\d{7})\\d)-X", checkDigit: "gs1" });
    expect(read("D-96385074-X", {}, [rule])).toMatchObject({
      value: { visitor: { kind: "member", value: "9638507" } },
    });
    expect(read("D-96385075-X", {}, [rule])).toMatchObject({ error: { type: "bad-check-digit" } });
  });

  it("gives way to a later one that fits in full", () => {
    const rules = [
      aRule({ name: "checked", match: "\\d{8}", checkDigit: "gs1" }),
      aRule({ name: "free", match: "1\\d{7}" }),
    ];
    expect(read("12345678", {}, rules)).toMatchObject({ value: { rule: "free" } });
    expect(read("22345678", {}, rules)).toEqual({
      ok: false,
      error: { type: "bad-check-digit", rule: "checked" },
    });
  });

  it("names the reason when what it finds cannot be a visitor", () => {
    const rule = aRule({ match: ".+" });
    expect(read("1".repeat(37) + "2", {}, [rule])).toEqual({
      ok: false,
      error: { type: "bad-visitor-id", reason: { type: "experience-cloud-id" } },
    });
    expect(read("a+b", {}, [rule])).toMatchObject({
      error: { reason: { type: "forbidden-character", character: "+" } },
    });
  });
});

describe("maskedCard", () => {
  it("shows four characters, and never more than half", () => {
    const shown = (value: string) => maskedCard({ kind: "member", value });
    expect(shown(CARD)).toBe("•••• 8906");
    expect(shown("12345678")).toBe("•••• 5678");
    expect(shown("1234")).toBe("•••• 34");
    expect(shown("1")).toBe("•••• ");
  });
});

function read(text: string, scan: Partial<Scan> = {}, rules: readonly CardRule[] = RULES) {
  return cardFromScan({ text, source: "wedge", ...scan }, rules);
}

function aRule(rule: Partial<CardRule>): CardRule {
  return {
    name: "a rule",
    match: "\\d+",
    checkDigit: "none",
    visitor: "member",
    accepts: [],
    refuses: [],
    ...rule,
  };
}
