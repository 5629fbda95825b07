import type { ComponentChild } from "preact";
import { CARD, OurCard } from "../drawings/cards.tsx";
import { CardPicture, ForeignCard, PaymentCard } from "../drawings/other-cards.tsx";
import { Sign } from "../drawings/sign.tsx";
import { Button } from "../ui/button.tsx";
import { DownIcon, KeypadIcon } from "../ui/icons.tsx";
import { Headline } from "../ui/headline.tsx";
import type { RefusalReason } from "../visit.ts";
import type { Words } from "../words.ts";

export interface RefusedProps {
  readonly words: Words;
  readonly brand: string;
  readonly reason: RefusalReason;
  /** Calls for staff, where that is offered. */
  readonly help: ComponentChild;
  readonly onKeypad: () => void;
  readonly onFinish: () => void;
}

export function RefusedScreen({ words, brand, reason, help, onKeypad, onFinish }: RefusedProps) {
  const { title, text } = words.refusals[reason];
  return (
    <main class={`screen screen-refused refused-${reason}`}>
      <div class="art">
        <div class="scene">
          <svg viewBox="-70 -90 780 640" aria-hidden="true">
            {reason !== "payment-card" && (
              <rect
                class="shadow"
                transform="translate(-46 56) rotate(13 317 200)"
                width={CARD.width}
                height={CARD.height}
                rx={CARD.radius}
              />
            )}
            <g transform={reason === "payment-card" ? "rotate(-8 317 200)" : "rotate(13 317 200)"}>
              <RefusedCard reason={reason} brand={brand} />
            </g>
          </svg>
          <Sign name="no" />
        </div>
      </div>
      <div class="words">
        <Headline step="mid">{title}</Headline>
        <div class="beside">
          {reason === "not-ours" && <CardPicture brand={brand} />}
          <p class="body">{text(brand)}</p>
        </div>
      </div>
      <div class="controls">
        <p class="near or">
          <DownIcon />
          {words.showCardOr}
        </p>
        <Button kind="main" onPress={onKeypad}>
          <KeypadIcon />
          {words.typeNumber}
        </Button>
        <div class={help == null ? "" : "pair"}>
          {help}
          <Button onPress={onFinish}>{words.finish}</Button>
        </div>
      </div>
    </main>
  );
}

function RefusedCard({
  reason,
  brand,
}: {
  readonly reason: RefusalReason;
  readonly brand: string;
}) {
  switch (reason) {
    case "payment-card":
      return <PaymentCard />;
    case "not-ours":
      return <ForeignCard />;
    case "bad-check-digit":
    case "swipe-again":
    case "unreadable":
    case "too-many":
      return <OurCard brand={brand} />;
  }
}
