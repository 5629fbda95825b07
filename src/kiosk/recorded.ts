import type { Language } from "../contract/language.ts";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Attribute } from "../domain/attribute.ts";
import { VISIT_WORDS } from "./words-visit.ts";
import { configured } from "./words.ts";

/** An attribute as it was kept, and when: what an update says of a visit, without whose it is. */
export interface Recorded {
  readonly attribute: Attribute;
  /** Kiosk wall time of the scan or tap. */
  readonly wallMs: number;
}

/** One attribute as its shopper reads it. */
export interface RecordedLine {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** What was kept, in plain words; what was kept twice shows as it stands now. */
export function recordedLines(
  recorded: readonly Recorded[],
  config: KioskConfig,
  language: Language,
  timeZone: string,
): readonly RecordedLine[] {
  const newest = new Map(recorded.map((each) => [each.attribute.name, each]));
  return [...newest.values()].map((each) => ({
    name: each.attribute.name,
    label: attributeLabel(each.attribute.name, config, language),
    value: valueInWords(each, config, language, timeZone),
  }));
}

/** What an attribute is called by whoever does not know its name. */
export function attributeLabel(name: string, config: KioskConfig, language: Language): string {
  const scan = config.scanAttributes.find((each) => each.name === name);
  if (scan !== undefined) return VISIT_WORDS[language].attributes[scan.from];
  const question = config.questions.find((each) => each.attribute === name);
  return question === undefined ? name : configured(question.title, language);
}

function valueInWords(
  { attribute, wallMs }: Recorded,
  config: KioskConfig,
  language: Language,
  timeZone: string,
): string {
  const { name, value } = attribute;
  switch (value.type) {
    case "text":
      return choiceInWords(name, value.text, config, language);
    case "instant":
      return new Intl.DateTimeFormat(language, {
        dateStyle: "long",
        timeStyle: "short",
        timeZone,
      }).format(wallMs);
    case "day":
      return new Intl.DateTimeFormat(language, {
        dateStyle: "long",
        timeZone: value.timeZone,
      }).format(wallMs);
  }
}

function choiceInWords(
  name: string,
  code: string,
  config: KioskConfig,
  language: Language,
): string {
  const choices = config.questions
    .filter(({ attribute }) => attribute === name)
    .flatMap((question) => question.choices);
  const choice = choices.find((each) => each.code === code);
  return choice === undefined ? code : configured(choice.label, language);
}
