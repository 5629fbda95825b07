import { describe, expect, it } from "vitest";
import { LANGUAGES } from "../../src/contract/language.ts";
import { pluralsIn } from "../../src/kiosk/plurals.ts";
import { lineLength } from "../../src/kiosk/ui/headline.tsx";
import { directionOf, LANGUAGE_NAMES, wordsIn } from "../../src/kiosk/vocabulary.ts";
import { setUpLanguage } from "../../src/kiosk/set-up-language.ts";
import { BAD_PLACE_WORDS } from "../../src/kiosk/words-bad-place.ts";
import { PAIRING_WORDS } from "../../src/kiosk/words-pairing.ts";
import { timeOfDay } from "../../src/kiosk/words.ts";
import { pseudo, pseudoText } from "../support/pseudo-locale.ts";

/** Every sentence there is, by its path, functions called with what stands for all they may be given. */
function sentences(words: unknown, at = ""): ReadonlyMap<string, string> {
  if (typeof words === "string") return new Map([[at, words]]);
  if (typeof words === "function") {
    const given = words.length === 0 ? [] : [3, 13];
    return sentences((words as (...all: unknown[]) => unknown)(...given), at);
  }
  return new Map(
    Object.entries(words as object).flatMap(([key, each]) => [...sentences(each, `${at}.${key}`)]),
  );
}

describe("every language", () => {
  it.each(LANGUAGES)("[FE2] %s has every sentence, each its own", async (language) => {
    const english = sentences(await wordsIn("en"));
    const own = sentences(await wordsIn(language));
    expect([...own.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [at, sentence] of own) {
      expect([at, sentence.trim()]).not.toEqual([at, ""]);
      expect(sentence).not.toMatch(/undefined|#/);
    }
    const same = [...own].filter(([at, sentence]) => sentence === english.get(at));
    // A Spanish no is an English one.
    if (language !== "en") expect(same).toEqual(language === "es" ? [[".no", "No"]] : []);
  });

  it.each(LANGUAGES)("[FE2] %s has every sentence for whoever sets a kiosk up", (language) => {
    for (const words of [PAIRING_WORDS, BAD_PLACE_WORDS]) {
      const [english, own] = [sentences(words.en), sentences(words[language])];
      expect([...own.keys()].toSorted()).toEqual([...english.keys()].toSorted());
      const same = [...own].filter(([at, sentence]) => sentence === english.get(at));
      if (language !== "en") expect(same).toEqual([]);
      expect([...own.values()].join()).not.toMatch(/undefined|#|[!¡]/);
    }
    const counted = [0, 1, 2, 3, 13].map((count) => PAIRING_WORDS[language].sentThen(count));
    expect(new Set(counted).size).toBe(5);
  });

  it("[FE2] is chosen for whoever sets a kiosk up by what the browser prefers", () => {
    expect(setUpLanguage(["nl-NL", "fr-CA", "es"])).toBe("fr");
    expect(setUpLanguage(["AR"])).toBe("ar");
    expect(setUpLanguage(["nl", "pt-BR"])).toBe("en");
    expect(setUpLanguage([])).toBe("en");
  });

  it.each(LANGUAGES)("%s never shouts, and never says error", async (language) => {
    for (const [at, sentence] of sentences(await wordsIn(language))) {
      expect([at, sentence]).not.toEqual([
        at,
        expect.stringMatching(/[!¡]|\b(?:error|invalid)\b/i),
      ]);
    }
  });

  it("[FE2] counts by its own rules", async () => {
    const arabic = await wordsIn("ar");
    const forms = [1, 2, 3, 11, 100].map((missing) => arabic.moreDigits(missing));
    expect(new Set(forms).size).toBe(5);
    expect((await wordsIn("es")).moreDigits(1)).toBe("Falta 1 cifra");
    expect(pluralsIn("fr")(0, { one: "# chiffre", other: "# chiffres" })).toBe("0 chiffre");
  });

  it("[FE2] tells the time in digits as they stand on a card", () => {
    const atMs = Date.UTC(2026, 5, 1, 9, 42);
    for (const language of LANGUAGES) {
      expect(timeOfDay(atMs, language, "Europe/Madrid")).toBe("11:42");
    }
  });

  it("[FE2] names itself in its own words, and says which way it runs", () => {
    expect(Object.values(LANGUAGE_NAMES)).toContain("العربية");
    expect(LANGUAGES.filter((each) => directionOf(each) === "rtl")).toEqual(["ar"]);
  });
});

describe("the pseudo-locale", () => {
  it("is English two fifths longer, in brackets, with every number kept", async () => {
    expect(pseudoText("Show us your card")).toMatch(/^\[Š/u);
    expect(pseudoText("Show us your card").length).toBeGreaterThanOrEqual(23);
    const words = pseudo(await wordsIn("en"));
    expect(words.moreDigits(4)).toMatch(/^\[4 .*\]$/);
    expect(words.refusals.unreadable.title.startsWith("[")).toBe(true);
  });
});

describe("a headline", () => {
  it.each([
    ["Show us your card", 9],
    ["Gracias", 7],
    ["Das sieht gut aus", 9],
    ["a bb", 2],
  ])("is measured by the longer of its two lines: %s", (text, line) => {
    expect(lineLength(text)).toBe(line);
  });
});
