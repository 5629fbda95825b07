import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { continueAddress } from "../../src/contract/thanks-rules.ts";

const RULE = {
  when: {
    stores: ["madrid-1"],
    from: "2026-12-01",
    until: "2026-12-24",
    answers: { "visit-reason": ["gift", "home"] },
  },
  title: { en: "Merry Christmas", es: "Feliz Navidad" },
  text: { en: "Gifts are wrapped on the second floor." },
  continueOnPhone: {
    address: "https://casaolmo.example/{campaign}?at={storeId}",
    campaign: "advent-26",
    label: { en: "Ideas for your phone" },
  },
};

function issuesOf(rule: unknown) {
  const parsed = KioskConfig.safeParse({ ...EXAMPLE_CONFIG, thanks: [rule] });
  return parsed.error?.issues.map(({ path, message }) => [path.join("."), message]) ?? [];
}

describe("rules for the closing thanks", () => {
  it("[TH1] are taken as they are, also without any condition", () => {
    expect(issuesOf(RULE)).toEqual([]);
    expect(issuesOf({ title: { en: "See you" } })).toEqual([]);
  });

  it.each([
    ["{card}", "takes {storeId}"],
    ["{visitorId}", "takes {storeId}"],
    ["{{storeId}}", "takes {storeId}"],
    ["%7Bcard%7D", "takes {storeId}"],
    ["{", "takes {storeId}"],
  ])("[TH2] are refused where an address has a place for %s", (place, message) => {
    const address = `https://casaolmo.example/?x=${place}`;
    const found = issuesOf({ ...RULE, continueOnPhone: { address } });
    expect(found).toEqual([["thanks.0.continueOnPhone.address", expect.stringContaining(message)]]);
  });

  it.each([
    ["http://casaolmo.example/", "not an https address"],
    ["javascript:alert(1)", "not an https address"],
    ["https://user:secret@casaolmo.example/", "not an https address"],
    ["casaolmo.example", "not an https address"],
  ])("[TH2] are refused for the address %s", (address, message) => {
    const found = issuesOf({ ...RULE, continueOnPhone: { address } });
    expect(found).toEqual([["thanks.0.continueOnPhone.address", message]]);
  });

  it.each<[string, unknown]>([
    ["thanks.0.when.from", { ...RULE, when: { from: "2026-02-30" } }],
    ["thanks.0.when.from", { ...RULE, when: { from: "1 December" } }],
    ["thanks.0.when.until", { ...RULE, when: { from: "2026-12-02", until: "2026-12-01" } }],
    ["thanks.0.when.stores.0", { ...RULE, when: { stores: ["Madrid 1"] } }],
    ["thanks.0.when.answers.shoes", { ...RULE, when: { answers: { shoes: ["gift"] } } }],
    [
      "thanks.0.when.answers.visit-reason.1",
      { ...RULE, when: { answers: { "visit-reason": ["gift", "shoes"] } } },
    ],
    ["thanks.0.title.en", { ...RULE, title: { es: "Hola" } }],
    [
      "thanks.0.continueOnPhone.campaign",
      { ...RULE, continueOnPhone: { address: "https://casaolmo.example/{campaign}" } },
    ],
  ])("[TH1] name the field that is wrong: %s", (path, rule) => {
    expect(issuesOf(rule).map(([where]) => where)).toEqual([path]);
  });

  it("[TH2] fill an address with store and campaign, and nothing else", () => {
    expect(continueAddress(RULE.continueOnPhone, "madrid-1")).toBe(
      "https://casaolmo.example/advent-26?at=madrid-1",
    );
  });
});
