import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../../../src/contract/language.ts";
import { ageText } from "../../../src/kiosk/staff/ages.ts";
import { factsOf, type FactId, type Known } from "../../../src/kiosk/staff/facts.ts";
import { PANELS } from "../../../src/kiosk/staff/panels.tsx";
import { STAFF_WORDS } from "../../../src/kiosk/staff/staff-vocabulary.ts";
import { aDevice } from "../../support/kiosk-builders.ts";

const WELL: Known = {
  name: "The entrance",
  device: aDevice(),
  appVersion: "index-BXZnrWKx.js",
  isDown: false,
  contact: { ageMs: 40_000, offsetMs: 2_000 },
  isPersisted: true,
  health: {
    configVersion: "spring-1",
    lastScanMs: 180_000,
    uptimeMs: 86_400_000,
    errors: 0,
    boots: 1,
    quiet: false,
    wakeLock: "held",
    quotaBytes: 2e9,
    usedBytes: 12e6,
  },
  wallMs: Date.UTC(2026, 10, 23, 9, 30),
};

const openOf = (known: Known): readonly FactId[] =>
  factsOf(known, STAFF_WORDS.en, "en").flatMap(({ id, isWell }) => (isWell ? [] : [id]));

const valueOf = (known: Known, id: FactId) =>
  factsOf(known, STAFF_WORDS.en, "en").find((each) => each.id === id)?.value;

describe("what staff are told of a kiosk", () => {
  it("[SF4] is all well where all is", () => {
    expect(openOf(WELL)).toEqual([]);
    expect(factsOf(WELL, STAFF_WORDS.en, "en").map(({ value }) => value)).toEqual([
      "The entrance (madrid-1 / door)",
      "BXZnrWKx",
      "spring-1",
      "40 seconds ago",
      "10:30, right",
      "kept for good",
      "12 MB of 2 GB",
      "last card 3 minutes ago",
      "stays awake",
      "0 faults, 1 start just now",
    ]);
  });

  it.each<[FactId, Partial<Known>]>([
    ["contact", { isDown: true }],
    ["contact", { contact: { ageMs: 200_000, offsetMs: 0 } }],
    ["clock", { contact: { ageMs: 1, offsetMs: -86_400_000 } }],
    ["storage", { isPersisted: false }],
    ["space", { health: { ...WELL.health, usedBytes: 1.9e9 } }],
    ["scanner", { health: { ...WELL.health, scannerSilent: true } }],
    ["config", { health: { ...WELL.health, troubles: { v: 1, starts: 1, configRefused: "" } } }],
    ["awake", { health: { ...WELL.health, wakeLock: "refused" } }],
    ["faults", { health: { ...WELL.health, quiet: true } }],
  ])("[SF4] names what is to be looked at: %s", (id, part) => {
    expect(openOf({ ...WELL, ...part })).toEqual([id]);
  });

  it("[SF4] names the wrong field of a configuration that cannot be used, in every language", () => {
    const troubles = { v: 1, starts: 1, configRefused: "questions.0.title" } as const;
    const refusing = { ...WELL, health: { ...WELL.health, troubles } };
    expect(valueOf(refusing, "config")).toBe(
      "spring-1; it cannot use the newer one (questions.0.title)",
    );
    for (const language of LANGUAGES) {
      const facts = factsOf(refusing, STAFF_WORDS[language], language);
      expect(facts.find(({ id }) => id === "config")?.value).toMatch(
        /^spring-1.+questions\.0\.title/,
      );
    }
  });

  it("[SF4] says which way a clock is off, and says it where nobody was reached", () => {
    const off = (offsetMs: number): Known => ({ ...WELL, contact: { ageMs: 1, offsetMs } });
    expect(valueOf(off(3 * 3_600_000), "clock")).toBe("10:30, 3 hours slow");
    expect(valueOf(off(-3 * 3_600_000), "clock")).toBe("10:30, 3 hours fast");
    expect(openOf({ ...WELL, contact: undefined, wallMs: 1_000 })).toEqual(["contact", "clock"]);
  });

  it("[FE2] is whole in every language", () => {
    for (const language of LANGUAGES) {
      const words = STAFF_WORDS[language];
      const said = [
        ...PANELS.map(({ label }) => label(language)),
        ...factsOf(WELL, words, language).map(({ value }) => value),
        ...Object.values(words).filter((each) => typeof each === "string"),
      ];
      expect(said.every((each) => each.trim() !== "")).toBe(true);
      expect(said.join(" ")).not.toMatch(/undefined|NaN|#/);
    }
    expect(ageText(3 * 86_400_000, "de")).toBe("3 Tage");
    expect(STAFF_WORDS.de.ago(ageText(3 * 86_400_000, "de"))).toBe("vor 3 Tagen");
  });
});
