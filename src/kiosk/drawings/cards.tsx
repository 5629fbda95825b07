import type { Yarn } from "../ui/ribbon-bars.ts";

/** ID-1, as ISO/IEC 7810 cuts it: 85.6 × 54 mm, corners of 3.18. */
export const CARD = { width: 634, height: 400, radius: 24 };

/** Stripes of our card, from its leading edge, in px of the drawing. */
const STRIPES: readonly (readonly [Yarn, number])[] = [
  ["v", 22],
  ["s", 44],
  ["w", 7],
  ["s", 15],
  ["b", 36],
  ["p", 14],
  ["b", 7],
  ["a", 14],
  ["v", 32],
  ["w", 14],
];

/** Our card: white, with the ribbon's stripes and the brand. */
export function OurCard({ brand }: { readonly brand: string }) {
  const { width, height, radius } = CARD;
  let x = 34;
  return (
    <g>
      <rect class="fill-tile" width={width} height={height} rx={radius} />
      {STRIPES.map(([yarn, breadth], index) => {
        const left = x;
        x += breadth;
        return <rect key={index} class={`yarn-${yarn}`} x={left} width={breadth} height={height} />;
      })}
      <text class="card-brand" x={width - 56} y={height - 56} text-anchor="end">
        {brand}
      </text>
    </g>
  );
}
