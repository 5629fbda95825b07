import {
  contrastRatio,
  hexFromSrgb,
  oklabDistance,
  oklabFromOklch,
  oklabFromSrgb,
  srgbFromHex,
  srgbFromOklab,
  type Oklab,
  type Srgb,
} from "../../domain/colour.ts";

/** What a chain's colour changes on the screen (rule BC1). */
export interface Paint {
  /** Declarations for the root element; each property has a rule in the styles that falls back without it. */
  readonly style: string;
  /** What words on the brand's colour are written in. */
  readonly onBrand: "ink" | "paper";
}

/** As `styles/tokens.css` has them. */
export const TOKENS = {
  ink: oklabFromOklch(0.27, 0.075, 12),
  paper: oklabFromOklch(0.968, 0.013, 25),
  tile: oklabFromOklch(0.995, 0.003, 40),
  edge: oklabFromOklch(0.62, 0.085, 14),
  deep: oklabFromOklch(0.19, 0.055, 12),
  v: oklabFromOklch(0.64, 0.195, 35),
  b: oklabFromOklch(0.57, 0.2, 7),
  p: oklabFromOklch(0.865, 0.068, 18),
  w: oklabFromOklch(0.37, 0.125, 12),
  a: oklabFromOklch(0.5, 0.082, 195),
  s: oklabFromOklch(0.82, 0.152, 78),
  good: oklabFromOklch(0.47, 0.11, 150),
} as const satisfies Readonly<Record<string, Oklab>>;

/** Ours: stands beside every yarn, and is in no ribbon of our own. */
const SKY = oklabFromOklch(0.78, 0.09, 235);

/** What a yarn too like the brand gives way to; the first that is free and unlike enough. */
const SPARE = [TOKENS.s, SKY, TOKENS.good] as const;

const YARNS = ["v", "b", "p", "w", "a"] as const;
type Yarn = (typeof YARNS)[number];

/** The arrow to the reader is the first of these that stands out. */
const ARROWS = ["v", "b", "a", "w"] as const satisfies readonly Yarn[];

/** Source: WCAG 2.2, 1.4.3 (text) and 1.4.11 (what is no text and has to be seen). */
export const TEXT_CONTRAST = 4.5;
const SHAPE_CONTRAST = 3;

/** Ours: nearer than this, two bars side by side look like one. */
export const APART = 0.1;

/** Ours: a step of lightness that nobody sees. */
const STEP = 0.005;

/** Ours: how much darker the shade is, as the shipped one is. */
const SHADE = 0.085;

/**
 * What the screens are painted with for this brand.
 *
 * Pure, and reckoned by the page itself: whether words can be read goes by the ink and paper of its own
 * version. @param brandColour `#rrggbb`
 */
export function paintFrom(brandColour: string): Paint {
  const { brand, onBrand } = readable(srgbFromHex(brandColour));
  const seen = oklabFromSrgb(brand);
  const yarns = yarnsBeside(seen);
  const properties: Readonly<Record<string, Srgb>> = {
    brand,
    "brand-shade": shadeOf(seen, TOKENS[onBrand]),
    "brand-on-ink": contrastRatio(brand, INK) >= SHAPE_CONTRAST ? brand : PAPER,
    "brand-on-tile": oklabDistance(seen, TOKENS.tile) < APART ? srgbFromOklab(TOKENS.s) : brand,
    "brand-edge": edgeOn(brand),
    arrow: arrowOf(yarns),
    ...Object.fromEntries(
      [...yarns]
        .filter(([yarn, colour]) => colour !== TOKENS[yarn])
        .map(([yarn, colour]) => [`yarn-${yarn}`, srgbFromOklab(colour)]),
    ),
  };
  const style = Object.entries(properties)
    .map(([name, colour]) => `--${name}:${hexFromSrgb(colour)}`)
    .join(";");
  return { style, onBrand };
}

const INK = srgbFromOklab(TOKENS.ink);
const PAPER = srgbFromOklab(TOKENS.paper);

/**
 * The colour, as it is where ink or paper can be read on it, ink before paper; else the nearest in lightness
 * on which one can. There is one for every colour, at most 0.06 away.
 */
function readable(asked: Srgb): { readonly brand: Srgb; readonly onBrand: Paint["onBrand"] } {
  const seen = oklabFromSrgb(asked);
  for (let away = 0; ; away += STEP) {
    const candidates =
      away === 0
        ? [asked]
        : [away, -away].map((by) => srgbFromOklab({ ...seen, lightness: seen.lightness + by }));
    for (const brand of candidates) {
      if (contrastRatio(brand, INK) >= TEXT_CONTRAST) return { brand, onBrand: "ink" };
      if (contrastRatio(brand, PAPER) >= TEXT_CONTRAST) return { brand, onBrand: "paper" };
    }
  }
}

/** A little darker; a little lighter where that could not be read or seen. */
function shadeOf(brand: Oklab, words: Oklab): Srgb {
  const by = (change: number): Srgb =>
    srgbFromOklab({ ...brand, lightness: brand.lightness + change });
  const darker = by(-SHADE);
  const isReadable = contrastRatio(darker, srgbFromOklab(words)) >= TEXT_CONTRAST;
  return isReadable && brand.lightness >= SHADE ? darker : by(SHADE);
}

/** The lower edge of what can be touched there: whichever is seen better. */
function edgeOn(brand: Srgb): Srgb {
  const [edge, deep] = [srgbFromOklab(TOKENS.edge), srgbFromOklab(TOKENS.deep)];
  return contrastRatio(edge, brand) > contrastRatio(deep, brand) ? edge : deep;
}

/** Every yarn, or what it gives way to beside this brand. */
function yarnsBeside(brand: Oklab): ReadonlyMap<Yarn, Oklab> {
  const isApart = (colour: Oklab): boolean => oklabDistance(colour, brand) >= APART;
  const spare = SPARE.filter(isApart);
  return new Map(
    YARNS.map((yarn) => {
      const own = TOKENS[yarn];
      return [yarn, isApart(own) ? own : (spare.shift() ?? own)];
    }),
  );
}

function arrowOf(yarns: ReadonlyMap<Yarn, Oklab>): Srgb {
  const colours = ARROWS.map((yarn) => srgbFromOklab(yarns.get(yarn) ?? TOKENS[yarn]));
  return colours.find((colour) => contrastRatio(colour, PAPER) >= SHAPE_CONTRAST) ?? INK;
}
