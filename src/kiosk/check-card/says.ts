import type { Language } from "../../contract/language.ts";
import { measuresIn, type Measures } from "../measures.ts";
import type { CheckFacts, CheckName } from "./findings.ts";
import type { CheckWords } from "./words-check.ts";

/** What was found out, in words; nothing while it is still being looked at. */
export function saysOf(
  check: CheckName,
  facts: CheckFacts,
  words: CheckWords,
  language: Language,
): string | undefined {
  return SAYINGS[check](facts, words, measuresIn(language));
}

type Saying = (facts: CheckFacts, words: CheckWords, measures: Measures) => string | undefined;

const SAYINGS: Readonly<Record<CheckName, Saying>> = {
  scanner({ scanner: { source, symbology, gapMs } }, words, { milliseconds }) {
    return joined(
      words.sources[source],
      symbology === undefined ? words.kindNotTold : isolated(symbology),
      gapMs === undefined ? undefined : words.perKey(milliseconds(gapMs)),
    );
  },
  screen({ screen: { width, height, wakeLock } }, words) {
    return joined(isolated(`${width} × ${height}`), words.wakeLocks[wakeLock], words.bars);
  },
  sound: ({ sound }, words) => (sound === undefined ? undefined : words.sounds[sound]),
  storage({ storage }, words, { size }) {
    if (storage === undefined) return undefined;
    const { state, persisted, freeBytes } = storage;
    return joined(
      words.storages[state],
      freeBytes === undefined ? undefined : words.free(size(freeBytes)),
      persisted ? words.persisted : undefined,
    );
  },
  waiting({ waiting }, words, { lasted }) {
    if (waiting === undefined) return undefined;
    if (waiting === "unknown") return words.notCounted;
    const { count, oldestMs } = waiting;
    if (count === 0) return words.nothingWaits;
    return joined(
      words.waits(count),
      oldestMs === undefined ? undefined : words.oldest(lasted(oldestMs)),
    );
  },
  proxy({ proxy }, words, { lasted }) {
    if (proxy === undefined) return undefined;
    const { answer, heardMs } = proxy;
    return joined(
      words.answers[answer],
      heardMs === undefined ? words.neverHeard : words.heard(lasted(heardMs)),
    );
  },
};

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(" · ");
}

/** Names and figures read from left to right in any language. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
