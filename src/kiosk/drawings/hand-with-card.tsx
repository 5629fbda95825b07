import { CARD, OurCard } from "./cards.tsx";

const PALM = "M556 316C566 370 574 420 580 466C640 470 690 428 748 398L764 340L740 236L600 262Z";
const THUMB =
  "M742 219C698 212 652 202 606 211C572 217 548 228 528 240L428 291C402 305 398 338 414 355C428 370 448 370 468 361L552 322C576 310 600 310 622 322C650 338 664 350 752 345Z";
const SLEEVE = "M762 203L860 183V380L798 393Z";
const CUFF =
  "M709 205a8 8 0 0 1 6-10l38-8a8 8 0 0 1 10 6l38 200a8 8 0 0 1-6 10l-38 9a8 8 0 0 1-10-6Z";
const PLACED_CARD = "translate(51 272) rotate(-10.6) scale(.7585)";

/** A hand that holds our card out, as large as the tapestry behind it. */
export function HandWithCard({ brand }: { readonly brand: string }) {
  return (
    <svg
      class="held-card"
      viewBox="0 0 819 637"
      aria-hidden="true"
      preserveAspectRatio="xMaxYMid meet"
    >
      <g class="glide">
        <g class="shadow" transform="translate(-38 46)">
          <rect {...CARD_OUTLINE} transform={PLACED_CARD} />
          <path d={PALM} />
          <path d={CUFF} />
          <path d={SLEEVE} />
        </g>
        <path class="skin-far" d={PALM} />
        <g transform={PLACED_CARD}>
          <OurCard brand={brand} />
        </g>
        <path class="skin" d={THUMB} />
        <rect
          class="nail"
          x="-24"
          y="-20"
          width="48"
          height="40"
          rx="17"
          transform="translate(440 326) rotate(-28)"
        />
        <path class="yarn-a" d={SLEEVE} />
        <path class="yarn-p" d={CUFF} />
      </g>
    </svg>
  );
}

const CARD_OUTLINE = { width: CARD.width, height: CARD.height, rx: CARD.radius };
