import { gapsOf } from "./key-trace.ts";
import type { LabView } from "./open-scanner-lab.ts";
import { averageOf, type Reading } from "./reading.ts";
import type { LabWords } from "./words-lab.ts";

export type LabFactId = "reader" | "kind" | "rule" | "pace" | "ends" | "keyboard" | "learnt";

export interface LabFact {
  readonly id: LabFactId;
  readonly value: string;
}

/** What is known of the reader, by the last thing it read; what is not known is left out. */
export function factsOf(view: LabView, words: LabWords): readonly LabFact[] {
  const { reading, trace } = view;
  const facts: readonly (readonly [LabFactId, string | undefined])[] = [
    ...(reading?.type === "read" ? readFacts(reading, words) : []),
    ["pace", paceOf(view, words)],
    ["ends", trace.ends.length === 0 ? endless(view, words) : trace.ends.join(" ")],
    ["learnt", learntOf(view, words)],
  ];
  return facts.flatMap(([id, value]) => (value === undefined ? [] : [{ id, value }]));
}

function readFacts(
  { source, symbology, aim, said, keyboard }: Extract<Reading, { type: "read" }>,
  words: LabWords,
): readonly (readonly [LabFactId, string | undefined])[] {
  return [
    ["reader", words.sources[source]],
    ["kind", symbology === undefined ? words.kindNotTold : `${symbology} (${aim ?? ""})`],
    ["rule", ruleOf(said, words)],
    ["keyboard", keyboard === "none" ? undefined : words.keyboards[keyboard]],
  ];
}

function ruleOf(said: Extract<Reading, { type: "read" }>["said"], words: LabWords): string {
  switch (said.type) {
    case "card":
      return `${said.rule}, ${said.masked}`;
    case "test-code":
      return words.testCode;
    case "refused":
      return said.rule === undefined ? words.noRule : words.badCheckDigit(said.rule);
  }
}

function paceOf({ trace, reading }: LabView, words: LabWords): string | undefined {
  const gapsMs = gapsOf(trace);
  if (gapsMs.length > 0) {
    const average = milliseconds(averageOf(gapsMs));
    return words.pace(trace.atMs.length, average, milliseconds(Math.max(...gapsMs)));
  }
  return reading?.type === "read" && reading.source !== "wedge"
    ? words.took(reading.characters, milliseconds(reading.tookMs))
    : undefined;
}

/** Nothing ended it: known once it was read. */
function endless({ reading }: LabView, words: LabWords): string | undefined {
  return reading?.type === "read" && reading.source === "wedge" ? words.endless : undefined;
}

function learntOf({ learntGapMs, settings }: LabView, words: LabWords): string {
  if (learntGapMs === undefined) return words.notLearnt;
  const around = [settings.prefix, settings.postfix].filter((each) => each !== undefined);
  const gap = words.perKey(milliseconds(learntGapMs));
  return around.length === 0 ? gap : `${gap}, ${words.around(around.join(" … "))}`;
}

/** The line above the bars. */
export function limitTextOf({ settings }: Pick<LabView, "settings">, words: LabWords): string {
  return words.limit(milliseconds(settings.maxGapMs));
}

/** Read from left to right in any language. */
function milliseconds(ms: number): string {
  return `\u2068${Math.round(ms)}\u00a0ms\u2069`;
}
