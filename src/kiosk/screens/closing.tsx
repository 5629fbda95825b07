import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import { Tick } from "../drawings/tick.tsx";
import { Button } from "../ui/button.tsx";
import { TickIcon } from "../ui/icons.tsx";
import { Headline } from "../ui/headline.tsx";
import { configured, type Words } from "../words.ts";
import type { Noted } from "../visit.ts";
import type { ThanksProps } from "./thanked.tsx";

export interface ThankedProps extends ThanksProps {
  readonly words: Words;
  readonly onDone: () => void;
}

/** The last word of a visit: what was noted, in full. */
export function ClosingScreen(
  props: ThankedProps & { readonly config: KioskConfig; readonly language: Language },
) {
  const { words, noted, time, onDone, config, language } = props;
  return (
    <main class="screen screen-closing flood">
      <div class="art">
        <Tick />
      </div>
      <div class="words">
        <Headline step="mid">{words.closingTitle}</Headline>
        <p class="body">{words.closingLead}</p>
      </div>
      <div class="controls">
        <section class="panel" aria-label={words.notedList}>
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
        <Button kind="main" onPress={onDone}>
          {words.done}
        </Button>
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
