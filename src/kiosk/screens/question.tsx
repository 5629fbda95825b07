import type { KioskConfig } from "../../contract/kiosk-config.ts";
import type { Language } from "../../contract/language.ts";
import { ChoiceDrawing } from "../drawings/choice-drawing.tsx";
import { Button } from "../ui/button.tsx";
import { CardIcon, ForwardIcon, TickIcon } from "../ui/icons.tsx";
import { Label } from "../ui/label.tsx";
import { Headline } from "../ui/headline.tsx";
import { configured, type Words } from "../words.ts";

export interface QuestionProps {
  readonly words: Words;
  readonly language: Language;
  readonly brand: string;
  readonly masked: string;
  readonly question: KioskConfig["questions"][number];
  readonly chosen: string | undefined;
  readonly onAnswer: (code: string) => void;
  readonly onSkip: () => void;
  readonly onFinish: () => void;
}

export function QuestionScreen(props: QuestionProps) {
  const { words, language, brand, masked, question, chosen, onAnswer, onSkip, onFinish } = props;
  return (
    <main class="screen screen-question">
      <div class="art">
        <Label place="brand">{brand}</Label>
        <Label place="card">
          <CardIcon />
          <bdi dir="ltr">{masked}</bdi>
        </Label>
      </div>
      <div class="words">
        <p class="hand quiet">{words.questionLabel}</p>
        <Headline step="mid">{configured(question.title, language)}</Headline>
        {question.hint !== undefined && <p class="body">{configured(question.hint, language)}</p>}
      </div>
      <div class="controls">
        <div class="tiles">
          {question.choices.map((choice) => (
            <button
              key={choice.code}
              type="button"
              class="tile"
              aria-pressed={chosen === choice.code}
              onClick={() => onAnswer(choice.code)}
            >
              <ChoiceDrawing name={choice.drawing} />
              <span class="tile-label">
                {configured(choice.label, language)}
                {chosen === choice.code && <TickIcon />}
              </span>
            </button>
          ))}
        </div>
        <div class="pair">
          <Button onPress={onSkip}>
            {words.skip}
            <ForwardIcon />
          </Button>
          <Button onPress={onFinish}>{words.finish}</Button>
        </div>
      </div>
    </main>
  );
}
