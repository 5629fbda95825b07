import { CARD, OurCard } from "../drawings/cards.tsx";
import { Sign } from "../drawings/sign.tsx";
import { Button } from "../ui/button.tsx";
import { Headline } from "../ui/headline.tsx";
import type { Screen } from "../visit.ts";
import type { Words } from "../words.ts";

export interface DeclinedProps {
  readonly reason: Extract<Screen, { state: "declined" }>["reason"];
  readonly words: Words;
  readonly brand: string;
  readonly onDone: () => void;
}

/** Nothing was kept, as was wished: said as kindly as thanks are. */
export function DeclinedScreen({ reason, words, brand, onDone }: DeclinedProps) {
  const { title, text } = declinedWords(reason, words);
  return (
    <main class="screen screen-declined">
      <div class="art">
        <div class="scene">
          <svg viewBox="-70 -70 780 590" aria-hidden="true">
            <rect
              class="shadow"
              transform="translate(-46 56) rotate(-6 317 200)"
              width={CARD.width}
              height={CARD.height}
              rx={CARD.radius}
            />
            <g transform="rotate(-6 317 200)">
              <OurCard brand={brand} />
            </g>
          </svg>
          <Sign name="yes" />
        </div>
      </div>
      <div class="words">
        <Headline step="mid">{title}</Headline>
        <p class="body">{text}</p>
      </div>
      <div class="controls">
        <Button kind="main" onPress={onDone}>
          {words.done}
        </Button>
      </div>
    </main>
  );
}

export function declinedWords(reason: DeclinedProps["reason"], words: Words) {
  return reason === "undone"
    ? { title: words.undoneTitle, text: words.undoneText }
    : { title: words.declinedTitle, text: words.declinedText };
}
