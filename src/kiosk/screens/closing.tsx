import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import type { Extras } from "../extras.ts";
import { Tick } from "../drawings/tick.tsx";
import { Button } from "../ui/button.tsx";
import { TickIcon } from "../ui/icons.tsx";
import { Headline } from "../ui/headline.tsx";
import { PhoneCode } from "../ui/qr-code.tsx";
import { configured, type Words } from "../words.ts";
import type { Noted } from "../visit.ts";
import { StopTool } from "./stop-tool.tsx";
import { UndoPanel } from "./undo.tsx";
import type { ThanksProps } from "./thanked.tsx";

export interface ThankedProps extends ThanksProps {
  readonly words: Words;
  readonly onDone: () => void;
}

/** The last word of a visit: what was noted, in full. */
export function ClosingScreen(
  props: ThankedProps & {
    readonly config: KioskConfig;
    readonly language: Language;
    readonly extras: Extras | undefined;
  },
) {
  const { words, noted, time, onDone, config, language, extras } = props;
  const thanks = extras?.thanks(noted, language);
  const offer = extras?.undoing.offer.value;
  const seconds = extras?.undoSeconds.value;
  return (
    <main class={`screen screen-closing flood${thanks === undefined ? "" : " by-rule"}`}>
      <div class="art">
        <Tick />
        {thanks?.phone !== undefined && (
          <PhoneCode
            address={thanks.phone.address}
            label={thanks.phone.label ?? words.onYourPhone}
          />
        )}
      </div>
      <div class="words">
        <Headline step="mid">{thanks?.title ?? words.closingTitle}</Headline>
        <p class="body">{thanks === undefined ? words.closingLead : thanks.text}</p>
      </div>
      <div class="controls">
        {extras !== undefined && offer !== undefined && seconds !== undefined && (
          <UndoPanel undoing={extras.undoing} {...{ offer, seconds, words }} />
        )}
        <section class="panel noted-panel" aria-label={words.notedList}>
          <h2 class="near">{words.notedList}</h2>
          <ul class="ticked">
            <li>
              <TickIcon />
              {words.notedVisit(time)}
            </li>
            {answersInWords(noted, config, language).map((answer) => (
              <li key={answer}>
                <TickIcon />
                {answer}
              </li>
            ))}
          </ul>
        </section>
        <div class="closing-actions">
          {extras !== undefined && (
            <>
              <Button onPress={() => extras.showRecorded(true)}>{words.recordedTitle}</Button>
              <StopTool extras={extras} words={words} />
            </>
          )}
          <Button kind="main" onPress={onDone}>
            {words.done}
          </Button>
        </div>
      </div>
    </main>
  );
}

function answersInWords(noted: Noted, config: KioskConfig, language: Language): readonly string[] {
  return noted.answers.flatMap(({ questionId, code }) => {
    const question = config.questions.find(({ id }) => id === questionId);
    const choice = question?.choices.find((choice) => choice.code === code);
    return choice === undefined ? [] : [configured(choice.label, language)];
  });
}
