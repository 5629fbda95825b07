import type { KioskConfig } from "../../contract/kiosk-config.ts";
import { CARD, OurCard } from "../drawings/cards.tsx";
import { Sign, Tick } from "../drawings/tick.tsx";
import { Button } from "../ui/button.tsx";
import { TickIcon } from "../ui/icons.tsx";
import { configured, type Language, type Words } from "../words.ts";
import type { Noted } from "../visit.ts";

export interface ThankedProps {
  readonly words: Words;
  readonly noted: Noted;
  /** When it was noted, as the shopper's watch says it. */
  readonly time: string | undefined;
  readonly onDone: () => void;
}

export function ThanksScreen({ words, noted, time }: Omit<ThankedProps, "onDone">) {
  return (
    <main class="screen screen-thanks flood">
      <div class="art">
        <Tick />
      </div>
      <div class="words">
        <h1 class="far">{words.thanks}</h1>
        <p class="body strong">{words.noted(time, noted.masked)}</p>
      </div>
    </main>
  );
}

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
        <h1 class="mid">{words.closingTitle}</h1>
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

export function DuplicateScreen({
  words,
  noted,
  time,
  onDone,
  brand,
}: ThankedProps & { readonly brand: string }) {
  return (
    <main class="screen screen-duplicate blush">
      <div class="art">
        <div class="scene">
          <svg viewBox="-70 -70 800 590" aria-hidden="true">
            <rect
              class="shadow"
              transform="translate(-46 56) rotate(-7 317 200)"
              {...CARD_OUTLINE}
            />
            <g transform="rotate(-11 317 200)">
              <OurCard brand="" />
            </g>
            <g transform="translate(44 38) rotate(-4 317 200)">
              <OurCard brand={brand} />
            </g>
          </svg>
          <Sign name="yes" />
        </div>
      </div>
      <div class="words">
        <h1 class="mid">{words.duplicateTitle}</h1>
        <p class="body">{words.duplicateText(time)}</p>
        <p class="hand">{words.card(noted.masked)}</p>
      </div>
      <div class="controls">
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

const CARD_OUTLINE = { width: CARD.width, height: CARD.height, rx: CARD.radius };
