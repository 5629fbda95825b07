import type { KioskConfig } from "../../contract/kiosk-config.ts";
import { digitGroups, keypadVerdict, type KeypadVerdict } from "../keypad-number.ts";
import { Button } from "../ui/button.tsx";
import { EraseIcon } from "../ui/icons.tsx";
import { Headline } from "../ui/headline.tsx";
import type { UserEvent } from "../visit-session.ts";
import type { Words } from "../words.ts";

export interface KeypadProps {
  readonly words: Words;
  readonly config: KioskConfig;
  readonly digits: string;
  readonly send: (event: UserEvent) => void;
  readonly onSubmit: () => void;
}

export function KeypadScreen({ words, config, digits, send, onSubmit }: KeypadProps) {
  const { length } = config.keypad;
  const verdict = keypadVerdict(digits, config);
  const doubt = doubtOf(verdict, words);
  return (
    <main class="screen screen-keypad">
      <div class="art" />
      <div class="words">
        <Headline step="mid">{words.keypadTitle}</Headline>
        <div class={doubt === undefined ? "number" : "number doubtful"}>
          <TypedNumber
            digits={digits}
            length={length}
            label={words.digitsTyped(digits.length, length)}
          />
        </div>
        <p class="hand" role="alert">
          {doubt ?? words.keypadHint(length)}
        </p>
      </div>
      <div class="controls">
        <div class="keys" dir="ltr" role="group" aria-label={words.keypadTitle}>
          {[..."123456789"].map((digit) => (
            <Key key={digit} digit={digit} send={send} />
          ))}
          <Button kind="key" label={words.erase} onPress={() => send({ type: "digit-erased" })}>
            <EraseIcon />
          </Button>
          <Key digit="0" send={send} />
          <Button kind="key" onPress={() => send({ type: "digits-cleared" })}>
            <span class="key-word">{words.clear}</span>
          </Button>
        </div>
        <div class="pair pair-keypad">
          <Button onPress={() => send({ type: "finished" })}>{words.cancel}</Button>
          <Button kind="main" waiting={verdict.type !== "ready"} onPress={onSubmit}>
            {confirmWords(verdict, words)}
          </Button>
        </div>
      </div>
    </main>
  );
}

function Key({ digit, send }: { readonly digit: string; readonly send: KeypadProps["send"] }) {
  return (
    <Button kind="key" onPress={() => send({ type: "digit-typed", digit })}>
      {digit}
    </Button>
  );
}

/** Finished groups turn into dots, so that nobody behind reads along; a doubtful number is shown. */
function TypedNumber(props: {
  readonly digits: string;
  readonly length: number;
  readonly label: string;
}) {
  const { digits, length, label } = props;
  let start = 0;
  return (
    <p class="typed" role="img" aria-label={label} dir="ltr">
      {digitGroups(length).map((size) => {
        const from = start;
        start += size;
        const finished = digits.length >= start && digits.length < length;
        return (
          <span key={from} class="typed-group">
            {Array.from({ length: size }, (_, index) => {
              const place = from + index;
              return (
                <Place
                  key={place}
                  digit={finished && digits[place] !== undefined ? "•" : digits[place]}
                  next={place === digits.length}
                />
              );
            })}
          </span>
        );
      })}
    </p>
  );
}

function Place({ digit, next }: { readonly digit: string | undefined; readonly next: boolean }) {
  const kind = digit === undefined ? "empty" : digit === "•" ? "dot" : "shown";
  return <span class={`place ${kind}${next ? " next" : ""}`}>{kind === "shown" ? digit : ""}</span>;
}

function doubtOf(verdict: KeypadVerdict, words: Words): string | undefined {
  if (verdict.type === "mistyped") return words.keypadMistyped;
  return verdict.type === "not-ours" ? words.keypadNotOurs : undefined;
}

function confirmWords(verdict: KeypadVerdict, words: Words): string {
  if (verdict.type === "incomplete") return words.moreDigits(verdict.missing);
  return verdict.type === "ready" ? words.confirm : words.checkNumber;
}
