/** A colour as screens are given it: red, green and blue from 0 to 255, whole numbers. */
export interface Srgb {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** A colour as it is seen: lightness from 0 to 1, and how far it is from grey towards red and yellow. */
export interface Oklab {
  readonly lightness: number;
  readonly a: number;
  readonly b: number;
}

/** @param text `#rrggbb` */
export function srgbFromHex(text: string): Srgb {
  const rgb = Number.parseInt(text.slice(1), 16);
  return { red: rgb >> 16, green: (rgb >> 8) & 255, blue: rgb & 255 };
}

export function hexFromSrgb({ red, green, blue }: Srgb): string {
  return `#${(0x1000000 + red * 0x10000 + green * 0x100 + blue).toString(16).slice(1)}`;
}

/**
 * How well one colour stands out from another, from 1 to 21.
 *
 * Source: WCAG 2.2, "contrast ratio" and "relative luminance".
 */
export function contrastRatio(one: Srgb, other: Srgb): number {
  const [first, second] = [luminance(one), luminance(other)];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** How different two colours look, where black and white are 1 apart. */
export function oklabDistance(one: Oklab, other: Oklab): number {
  return Math.hypot(one.lightness - other.lightness, one.a - other.a, one.b - other.b);
}

/**
 * Source: Björn Ottosson, "A perceptual color space for image processing" (2020), whose matrices from
 * linear sRGB these are.
 */
export function oklabFromSrgb({ red, green, blue }: Srgb): Oklab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const middle = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    lightness: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    a: 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    b: 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  };
}

/**
 * The colour itself, or where sRGB has none so vivid, the most vivid of the same lightness and hue.
 * Lightness stays within black and white.
 */
export function srgbFromOklab(colour: Oklab): Srgb {
  const lightness = Math.min(1, Math.max(0, colour.lightness));
  const vivid = (share: number): Oklab => ({
    lightness,
    a: colour.a * share,
    b: colour.b * share,
  });
  const whole = linearFromOklab(vivid(1));
  if (isInGamut(whole)) return rounded(whole);
  let [least, most] = [0, 1];
  for (let step = 0; step < GAMUT_STEPS; step += 1) {
    const middle = (least + most) / 2;
    if (isInGamut(linearFromOklab(vivid(middle)))) least = middle;
    else most = middle;
  }
  return rounded(linearFromOklab(vivid(least)));
}

/** As CSS writes it: `oklch(lightness chroma hue)`, the hue in degrees. */
export function oklabFromOklch(lightness: number, chroma: number, hue: number): Oklab {
  const angle = (hue * Math.PI) / 180;
  return { lightness, a: chroma * Math.cos(angle), b: chroma * Math.sin(angle) };
}

/** Ours: so often halved, what is left of the chroma in question changes no byte. */
const GAMUT_STEPS = 12;

/** Ours: rounding to whole bytes takes it back. */
const GAMUT_SLACK = 0.0005;

type LinearRgb = readonly [red: number, green: number, blue: number];

function linearFromOklab({ lightness, a, b }: Oklab): LinearRgb {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

function isInGamut(colour: LinearRgb): boolean {
  return colour.every((part) => part >= -GAMUT_SLACK && part <= 1 + GAMUT_SLACK);
}

function rounded([red, green, blue]: LinearRgb): Srgb {
  return { red: byteOf(red), green: byteOf(green), blue: byteOf(blue) };
}

function luminance({ red, green, blue }: Srgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Source: IEC 61966-2-1, with the threshold WCAG 2.2 corrected to; they differ in no byte. */
function linear(byte: number): number {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function byteOf(part: number): number {
  const clipped = Math.min(1, Math.max(0, part));
  const share = clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(share * 255);
}
