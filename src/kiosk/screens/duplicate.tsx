import { CARD, OurCard } from "../drawings/cards.tsx";
import { Sign } from "../drawings/sign.tsx";
import { Button } from "../ui/button.tsx";
import { Headline } from "../ui/headline.tsx";
import type { ThankedProps } from "./closing.tsx";

/** The same card again within the window: what is noted stays noted, once. */
export function DuplicateScreen({ words, noted, time, onDone }: ThankedProps) {
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
              <OurCard brand="" />
            </g>
          </svg>
          <Sign name="yes" />
        </div>
      </div>
      <div class="words">
        <Headline step="mid">{words.duplicateTitle}</Headline>
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

const CARD_OUTLINE = { width: CARD.width, height: CARD.height, rx: CARD.radius };
