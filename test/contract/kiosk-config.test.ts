import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import CONSENT_EXAMPLE from "../../src/contract/example-consent.json" with { type: "json" };
import { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { LANGUAGES } from "../../src/contract/language.ts";
import { cardFromScan, scanFromExample } from "../../src/domain/card.ts";

const FIRST_CHOICE = EXAMPLE_CONFIG.questions[0]?.choices[0];

const SHIPPED: readonly (readonly [string, object])[] = [
  ["without questions of consent", EXAMPLE_CONFIG],
  ["with consent", CONSENT_EXAMPLE],
];

describe("KioskConfig", () => {
  it.each(SHIPPED)("takes a shipped example as it is: %s", (_name, example) => {
    expect(KioskConfig.parse(example)).toEqual(example);
  });

  it.each(SHIPPED)("survives the way over the wire: %s", (_name, example) => {
    expect(KioskConfig.parse(JSON.parse(JSON.stringify(example)))).toEqual(example);
  });

  it("says a shipped example's words in every language the kiosk speaks", () => {
    for (const [name, example] of SHIPPED) {
      for (const [path, words] of wordsIn(example)) {
        expect(Object.keys(words).toSorted(), `${name}: ${path}`).toEqual(LANGUAGES.toSorted());
      }
    }
  });

  it("[PV4] [RD2] asks before all it keeps, in the example with consent, and reads one card in every way", () => {
    const { consent, scanAttributes, questions, cardRules } = KioskConfig.parse(CONSENT_EXAMPLE);
    const covered = consent?.purposes.flatMap(({ attributes }) => attributes) ?? [];
    const kept = [...scanAttributes.map(({ name }) => name), ...questions.map((q) => q.attribute)];
    expect(covered.toSorted()).toEqual(kept.toSorted());
    const members = cardRules.filter(({ visitor }) => visitor === "member");
    const ids = members.flatMap(({ accepts }) =>
      accepts.map((example) => {
        const card = cardFromScan(scanFromExample(example), cardRules);
        return card.ok ? card.value.visitor.value : card.error.type;
      }),
    );
    expect(new Set(ids)).toEqual(new Set(["2912345678906"]));
    expect(ids.length).toBeGreaterThan(3);
  });

  it.each<[string, unknown]>([
    ["version", ""],
    ["version", undefined],
    ["brand", "A name too long for the sewn label"],
    ["cardRules", []],
    ["cardRules.0.match", "2\\d{12"],
    ["cardRules.0.match", "2)|(3"],
    ["cardRules.0.checkDigit", "mod97"],
    ["cardRules.0.visitor", "ecid"],
    ["cardRules.0.symbologies", ["E0"]],
    ["cardRules.0.accepts", []],
    ["cardRules.0.accepts", ["2912345678907"]],
    ["cardRules.0.refuses", ["2912345678906"]],
    ["cardRules.1.typo", true],
    ["keypad.length", 3],
    ["scanAttributes.0.name", "last store"],
    ["scanAttributes.0.from", "cardNumber"],
    ["staticAttributes", [{ name: "chain", text: "x".repeat(257) }]],
    ["questions.0.id", "Visit Reason"],
    ["questions.0.title", { es: "¿Qué te trae hoy?" }],
    ["questions.0.title.fr", ""],
    ["questions.0.choices", [FIRST_CHOICE]],
    ["questions.0.choices.2.code", "for-my-home!"],
    ["questions.0.choices.2.drawing", "cat"],
    ["staticAttributes", [{ name: "lastStore", text: "another" }]],
    ["staticAttributes", [{ name: "chain", text: "half \ud83d" }]],
    ["questions", [EXAMPLE_CONFIG.questions[0], EXAMPLE_CONFIG.questions[0]]],
    ["questions.0.choices", [FIRST_CHOICE, FIRST_CHOICE]],
    ["timings.thanksSeconds", 1],
    ["timings.duplicateSeconds", -1],
    ["timings.closingSeconds", "10"],
    ["languages", []],
    ["languages", ["en", "xx"]],
    ["languages", ["en", "es", "en"]],
    ["sounds", { volume: 101 }],
    ["assistKeys", { next: ["2"] }],
    ["assistKeys", { jump: ["F13"] }],
    ["unheardOf", 1],
  ])("refuses a wrong %s (%j), with its path", (path, value) => {
    const paths = wrongPaths(withValue(path, value));
    expect(paths.length).toBeGreaterThan(0);
    for (const each of paths) expect(each === path || each.startsWith(`${path}.`)).toBe(true);
  });

  it("names every wrong field, not only the first", () => {
    const config = withValue("brand", "", withValue("timings.thanksSeconds", 0));
    expect(wrongPaths(config).toSorted()).toEqual(["brand", "timings.thanksSeconds"]);
  });
});

/** The example with one field set, at any depth. */
function withValue(path: string, value: unknown, config: unknown = EXAMPLE_CONFIG): unknown {
  const copy: unknown = structuredClone(config);
  const names = path.split(".");
  const last = names.pop()!;
  const parent = names.reduce<unknown>((each, name) => Reflect.get(Object(each), name), copy);
  Reflect.set(Object(parent), last, value);
  return copy;
}

/** Every text of a configuration by its path: an object that has English. */
function wordsIn(part: object, path = ""): readonly (readonly [string, object])[] {
  if ("en" in part) return [[path, part]];
  return Object.entries(part).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === "object" && inner !== null ? wordsIn(inner, `${path}.${name}`) : [],
  );
}

/** Where zod finds fault; an unknown member is at fault itself. */
function wrongPaths(config: unknown): readonly string[] {
  const parsed = KioskConfig.safeParse(config);
  return (parsed.error?.issues ?? []).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [issue.path.join(".")];
    return issue.keys.map((key) => [...issue.path, key].join("."));
  });
}
