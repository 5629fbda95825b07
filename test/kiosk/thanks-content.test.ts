import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import type { ThanksRule } from "../../src/contract/thanks-rules.ts";
import { thanksContent, type ThankedVisit } from "../../src/kiosk/thanks-content.ts";
import { darkRuns } from "../../src/kiosk/ui/qr-code.tsx";

const VISIT: ThankedVisit = {
  storeId: "madrid-1",
  timeZone: "Europe/Madrid",
  notedAtMs: Date.UTC(2026, 11, 24, 12),
  answers: [{ questionId: "visit-reason", code: "gift" }],
};

/** The title that a visit gets of rules named by their conditions. */
function titleOf(whens: readonly ThanksRule["when"][], visit: Partial<ThankedVisit> = {}) {
  const rules = whens.map((when, index) => ({
    title: { en: `rule ${index}` },
    ...(when === undefined ? {} : { when }),
  }));
  return thanksContent(rules, { ...VISIT, ...visit }, "en")?.title;
}

describe("what the closing thanks say", () => {
  it("[TH1] goes by the first rule that is true, and else is the shipped text", () => {
    const elsewhere = { stores: ["lisboa-1"] };
    expect(titleOf([elsewhere, { stores: ["x", "madrid-1"] }, undefined])).toBe("rule 1");
    expect(titleOf([elsewhere, undefined])).toBe("rule 1");
    expect(titleOf([elsewhere])).toBeUndefined();
    expect(titleOf([])).toBeUndefined();
  });

  it("[TH1] goes by the day where the store stands, both ends of the time included", () => {
    const christmas = { from: "2026-12-25", until: "2026-12-26" };
    const at = (notedAtMs: number, timeZone = "Europe/Madrid") =>
      titleOf([christmas], { notedAtMs, timeZone }) !== undefined;
    // Madrid is an hour ahead of UTC in winter.
    expect(at(Date.UTC(2026, 11, 24, 22, 59, 59))).toBe(false);
    expect(at(Date.UTC(2026, 11, 24, 23))).toBe(true);
    expect(at(Date.UTC(2026, 11, 26, 22, 59, 59))).toBe(true);
    expect(at(Date.UTC(2026, 11, 26, 23))).toBe(false);
    expect(at(Date.UTC(2026, 11, 24, 23), "America/Lima")).toBe(false);
    // A kiosk that booted without a clock wishes nobody a merry anything.
    expect(titleOf([{ until: "2026-12-26" }, undefined], { notedAtMs: 5_000 })).toBe("rule 1");
  });

  it("[TH1] goes by the answers of this visit, each question that is named", () => {
    const answers = { "visit-reason": ["home", "gift"] };
    expect(titleOf([{ answers }])).toBe("rule 0");
    expect(titleOf([{ answers: { ...answers, size: ["m"] } }])).toBeUndefined();
    expect(titleOf([{ answers }], { answers: [] })).toBeUndefined();
  });

  it("[TH1] speaks the shopper's language where the configuration does, else English", () => {
    const rule: ThanksRule = {
      title: { en: "Merry Christmas", es: "Feliz Navidad" },
      text: { en: "!" },
    };
    expect(thanksContent([rule], VISIT, "es")).toMatchObject({ title: "Feliz Navidad", text: "!" });
  });

  it("[TH2] leads a phone on without a word about who holds it", () => {
    const phone = { address: "https://casaolmo.example/{campaign}/{storeId}", campaign: "a" };
    const rule: ThanksRule = { title: { en: "t" }, continueOnPhone: phone };
    expect(thanksContent([rule], VISIT, "en")?.phone?.address).toBe(
      "https://casaolmo.example/a/madrid-1",
    );
  });

  it("[TH2] draws exactly the dark modules", () => {
    const { data } = encode("https://casaolmo.example/advent", { border: 4 });
    const drawn = data.map((row) => row.map(() => false));
    for (const [, x, y, length] of darkRuns(data).matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
      drawn[Number(y)]!.fill(true, Number(x), Number(x) + Number(length));
    }
    expect(drawn).toEqual(data);
  });
});
