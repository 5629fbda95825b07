import { CARD, OurCard } from "../drawings/cards.tsx";
import { Sign } from "../drawings/sign.tsx";
import { Headline } from "../ui/headline.tsx";

/** Nobody is thanked here, because nothing could be kept. Goes by itself when that works again. */
export function OutOfServiceScreen(props: {
  readonly title: string;
  readonly text: string;
  readonly staff: string;
  readonly brand: string;
}) {
  const { title, text, staff, brand } = props;
  return (
    <main class="screen screen-out">
      <div class="art">
        <div class="scene">
          <svg viewBox="-70 -90 780 640" aria-hidden="true">
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
          <Sign name="pause" />
        </div>
      </div>
      <div class="words">
        <Headline step="mid">{title}</Headline>
        <p class="body">{text}</p>
      </div>
      <div class="controls">
        <p class="panel hand">{staff}</p>
      </div>
    </main>
  );
}
