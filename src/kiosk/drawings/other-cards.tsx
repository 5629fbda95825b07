import { CARD, OurCard } from "./cards.tsx";

/** Somebody else's card: dotted. */
export function ForeignCard() {
  const { width, height, radius } = CARD;
  const dots = Array.from(
    { length: 30 },
    (_, index) => [index % 5, Math.floor(index / 5)] as const,
  );
  return (
    <g>
      <rect class="yarn-a" width={width} height={height} rx={radius} />
      {dots.map(([column, row]) => (
        <circle
          key={`${column}-${row}`}
          class="yarn-p"
          cx={62 + column * 56}
          cy={60 + row * 56}
          r="13"
        />
      ))}
      <rect class="fill-tile" x={width - 226} y="52" width="192" height="34" rx="8" />
      <rect
        class="fill-tile faint"
        x={width - 226}
        y={height - 92}
        width="124"
        height="26"
        rx="8"
      />
    </g>
  );
}

/** A bank's card: a dashed outline, empty, because nothing of it was kept. */
export function PaymentCard() {
  const { width, height, radius } = CARD;
  return (
    <g class="outline">
      <rect class="dashed" width={width} height={height} rx={radius} />
      <rect x="72" y="112" width="92" height="72" rx="12" />
      <path d="M72 148h92M118 112v72" />
      <path class="dotted" d="M180 268h320M180 322h200" />
    </g>
  );
}

/** Our card by itself, with its shadow, to compare with the one in the hand. */
export function CardPicture({ brand }: { readonly brand: string }) {
  return (
    <svg class="card-picture" viewBox="-52 0 690 460" aria-hidden="true">
      <rect
        class="shadow"
        x="-46"
        y="56"
        width={CARD.width}
        height={CARD.height}
        rx={CARD.radius}
      />
      <OurCard brand={brand} />
    </svg>
  );
}
