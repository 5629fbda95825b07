import type { Language } from "../../contract/language.ts";
import { ageText, sizeText } from "../staff/ages.ts";
import type { CheckFacts, CheckName } from "./findings.ts";
import type { CheckWords } from "./words-check.ts";

/** What was found out, in words; nothing while it is still being looked at. */
export function saysOf(
  check: CheckName,
  facts: CheckFacts,
  words: CheckWords,
  language: Language,
): string | undefined {
  return SAYINGS[check](facts, words, language);
}

type Saying = (facts: CheckFacts, words: CheckWords, language: Language) => string | undefined;

const SAYINGS: Readonly<Record<CheckName, Saying>> = {
  scanner({ scanner: { source, symbology, gapMs } }, words) {
    return joined(
      words.sources[source],
      symbology === undefined ? words.kindNotTold : isolated(symbology),
      gapMs === undefined ? undefined : words.perKey(isolated(`${gapMs}\u00a0ms`)),
    );
  },
  screen({ screen: { width, height, wakeLock } }, words) {
    return joined(isolated(`${width} × ${height}`), words.wakeLocks[wakeLock], words.bars);
  },
  sound: ({ sound }, words) => (sound === undefined ? undefined : words.sounds[sound]),
  storage({ storage }, words, language) {
    if (storage === undefined) return undefined;
    const { state, persisted, freeBytes } = storage;
    return joined(
      words.storages[state],
      freeBytes === undefined ? undefined : words.free(sizeText(freeBytes, language)),
      persisted ? words.persisted : undefined,
    );
  },
  waiting({ waiting }, words, language) {
    if (waiting === undefined) return undefined;
    if (waiting === "unknown") return words.notCounted;
    const { count, oldestMs } = waiting;
    if (count === 0) return words.nothingWaits;
    return joined(
      words.waits(count),
      oldestMs === undefined ? undefined : words.oldest(ageText(oldestMs, language)),
    );
  },
  proxy({ proxy }, words, language) {
    if (proxy === undefined) return undefined;
    const { answer, heardMs } = proxy;
    return joined(
      words.answers[answer],
      heardMs === undefined ? words.neverHeard : words.heard(ageText(heardMs, language)),
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
