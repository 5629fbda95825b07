import type { Language } from "../../contract/language.ts";
import { Button } from "../ui/button.tsx";
import { Headline } from "../ui/headline.tsx";
import { EraseIcon } from "../ui/icons.tsx";
import { ageText } from "./ages.ts";
import { PIN_DIGITS, type PinPad, type PinView } from "./pin-pad.ts";
import type { StaffWords } from "./staff-words.ts";

export interface PinScreenProps {
  readonly pad: PinPad;
  readonly view: PinView;
  readonly words: StaffWords;
  readonly language: Language;
  readonly onLeave: () => void;
}

/** The door: six digits, pressed. A card held before the reader meanwhile is nobody's. */
export function PinScreen({ pad, view, words, language, onLeave }: PinScreenProps) {
  const isShut = view.phase === "no-pin" || view.phase === "waiting";
  return (
    <main class="screen screen-keypad screen-pin">
      <div class="art" />
      <div class="words">
        <Headline step="mid">{words.staff}</Headline>
        <p class="body">{view.phase === "no-pin" ? words.noPin : words.enterPin}</p>
        <PinBars typed={view.typed} label={words.digitsTyped(view.typed, PIN_DIGITS)} />
        <p class="hand" role="alert">
          {hintFor(view, words, language)}
        </p>
      </div>
      <div class="controls">
        <div class="keys" dir="ltr" role="group" aria-label={words.enterPin}>
          {[..."123456789"].map((digit) => (
            <Button key={digit} kind="key" waiting={isShut} onPress={() => pad.press(digit)}>
              {digit}
            </Button>
          ))}
          <Button kind="key" waiting={isShut} label={words.erase} onPress={pad.erase}>
            <EraseIcon />
          </Button>
          <Button kind="key" waiting={isShut} onPress={() => pad.press("0")}>
            0
          </Button>
          <Button kind="key" waiting={isShut} onPress={pad.clear}>
            <span class="key-word">{words.clear}</span>
          </Button>
        </div>
        <Button onPress={onLeave}>{words.back}</Button>
      </div>
    </main>
  );
}

/** A bar falls per digit; all are alike to whoever looks over a shoulder. */
function PinBars({ typed, label }: { readonly typed: number; readonly label: string }) {
  return (
    <p class="pin-bars" role="img" aria-label={label}>
      {Array.from({ length: PIN_DIGITS }, (_, index) => (
        <i key={index} class={index < typed ? "pin-bar fallen" : "pin-bar"} />
      ))}
    </p>
  );
}

function hintFor(
  { phase, isWrong, left, seconds }: PinView,
  words: StaffWords,
  language: Language,
): string {
  switch (phase) {
    case "no-pin":
      return words.noPinHint;
    case "checking":
      return words.checking;
    case "waiting":
      return words.waitPin(ageText(roughly(seconds) * 1_000, language));
    case "typing":
      return isWrong ? words.wrongPin(left) : words.cardsNotRead;
  }
}

/** Steps that a screen reader need not say every second. */
function roughly(seconds: number): number {
  const step = seconds > 120 ? 60 : seconds > 10 ? 10 : 1;
  return Math.ceil(seconds / step) * step;
}
