import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import { purposeAsked } from "../consent.ts";
import { purposeTitle, purposeWords } from "../purpose-text.ts";
import { attributeLabel } from "../recorded.ts";
import { Button } from "../ui/button.tsx";
import { Headline } from "../ui/headline.tsx";
import { CardIcon, TickIcon } from "../ui/icons.tsx";
import { CrossIcon } from "../ui/icons-visit.tsx";
import { Label } from "../ui/label.tsx";
import type { ConsentScreen as Asked } from "../visit.ts";
import type { Words } from "../words.ts";

export interface ConsentProps {
  readonly screen: Asked;
  readonly config: KioskConfig;
  readonly words: Words;
  readonly language: Language;
  readonly onAnswer: (isYes: boolean) => void;
  readonly onFinish: () => void;
}

/** One purpose, what a yes keeps, and two answers of one size and weight (rule PV4). */
export function ConsentScreen(props: ConsentProps) {
  const { screen, config, words, language, onAnswer, onFinish } = props;
  const purpose = purposeAsked(screen, config);
  const labels =
    purpose === undefined
      ? []
      : [...new Set(purpose.attributes.map((name) => attributeLabel(name, config, language)))];
  return (
    <main class="screen screen-question screen-consent">
      <div class="art">
        <Label place="brand">{config.brand}</Label>
        <Label place="card">
          <CardIcon />
          <bdi dir="ltr">{screen.masked}</bdi>
        </Label>
      </div>
      {purpose !== undefined && (
        <>
          <div class="words">
            <p class="hand quiet">
              {words.consentStep(screen.index + 1, config.consent?.purposes.length ?? 1)}
            </p>
            <Headline step="mid">{purposeTitle(purpose, language)}</Headline>
            <p class="body">{purposeWords(purpose, language)}</p>
            <p class="hand">{words.sameEitherWay}</p>
          </div>
          <div class="controls">
            <section class="panel consent-panel">
              <h2 class="hand">{words.ifYes}</h2>
              <ul class="ticked">
                {labels.map((label) => (
                  <li key={label}>
                    <TickIcon />
                    {label}
                  </li>
                ))}
              </ul>
              <h2 class="hand">{words.neverKept}</h2>
              <ul class="ticked crossed">
                <li>
                  <CrossIcon />
                  {words.aboutPayment}
                </li>
              </ul>
            </section>
            <div class="pair consent-pair">
              <Answer word={words.no} text={words.noText} onPress={() => onAnswer(false)} />
              <Answer word={words.yes} text={words.yesText} onPress={() => onAnswer(true)} />
            </div>
            <Button onPress={onFinish}>{words.finish}</Button>
          </div>
        </>
      )}
    </main>
  );
}

function Answer(props: {
  readonly word: string;
  readonly text: string;
  readonly onPress: () => void;
}) {
  return (
    <Button kind="answer" onPress={props.onPress}>
      <span class="answer-word">{props.word}</span>
      <span class="answer-text">{props.text}</span>
    </Button>
  );
}
