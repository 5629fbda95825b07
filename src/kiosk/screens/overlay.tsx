import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import type { Extras } from "../extras.ts";
import { recordedLines } from "../recorded.ts";
import type { Screen } from "../visit.ts";
import type { VisitSession } from "../visit-session.ts";
import type { Words } from "../words.ts";
import { purposeAsked } from "../consent.ts";
import { purposeTitle } from "../purpose-text.ts";
import { declinedWords } from "./declined.tsx";
import { IdleSheet } from "./idle-sheet.tsx";
import { RecordedSheet } from "./recorded-sheet.tsx";
import { spokenOf as spokenOfWithdrawal } from "./stop-tool.tsx";

export interface OverlayProps {
  readonly extras: Extras;
  readonly session: Pick<VisitSession, "send">;
  readonly config: KioskConfig;
  readonly words: Words;
  readonly language: Language;
  readonly timeZone: string;
}

/** What lies over a screen: who is asked whether they are there reads nothing else. */
export function Overlay({ extras, session, config, words, language, timeZone }: OverlayProps) {
  const seconds = extras.idleSeconds.value;
  if (seconds !== undefined) {
    return (
      <IdleSheet
        seconds={seconds}
        words={words}
        onStay={extras.stay}
        onFinish={() => session.send({ type: "finished" })}
      />
    );
  }
  const help = extras.help.view.value?.sheet(words);
  if (help != null) return help;
  const recorded = extras.recorded.value;
  return recorded === undefined ? null : (
    <RecordedSheet
      lines={recordedLines(recorded, config, language, timeZone)}
      words={words}
      onClose={() => extras.showRecorded(false)}
    />
  );
}

/** What a screen reader says of a screen of these; nothing of the others. */
export function spokenOf(
  screen: Screen,
  config: KioskConfig,
  words: Words,
  language: Language,
): string | undefined {
  switch (screen.state) {
    case "declined": {
      const { title, text } = declinedWords(screen.reason, words);
      return `${title}. ${text}`;
    }
    case "consent": {
      const purpose = purposeAsked(screen, config);
      const { consentStep } = words;
      const of = config.consent?.purposes.length ?? 1;
      return purpose === undefined
        ? ""
        : `${consentStep(screen.index + 1, of)}. ${purposeTitle(purpose, language)}`;
    }
    default:
      return spokenOfWithdrawal(screen, words);
  }
}
