import type { Extras } from "../extras.ts";
import type { Screen } from "../visit.ts";
import { PRIVACY_WORDS } from "../words-privacy.ts";
import type { Language } from "../words.ts";

/** No more of my visits: a tool as the others are, on attract and wherever a visit closes. */
export function StopTool({
  extras,
  language,
}: {
  readonly extras: Extras;
  readonly language: Language;
}) {
  return (
    <button type="button" class="language" onClick={extras.withdrawing.open}>
      {PRIVACY_WORDS[language].stop}
    </button>
  );
}

/** What a screen reader says of a screen of ours; nothing of the others. */
export function spokenOf(screen: Screen, language: Language): string | undefined {
  if (screen.state !== "withdrawal") return undefined;
  const { stop, stopHint, stopped } = PRIVACY_WORDS[language];
  // Card digits are never spoken.
  return screen.step === "asked"
    ? `${stop}. ${stopHint(undefined)}`
    : screen.step === "stored"
      ? `${stopped}.`
      : "";
}
