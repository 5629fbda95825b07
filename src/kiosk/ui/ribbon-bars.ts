/** One bar of the ribbon. The sequence is fixed and carries no data. */
export interface RibbonBar {
  readonly yarn: Yarn;
  /** In 1/90 of the ribbon's width. */
  readonly width: number;
  /** Hangs lower, like the guard bars of an EAN code. */
  readonly guard: boolean;
  /** Where the bar falls to when the kiosk says thanks, in px of the 1080×1920 canvas. */
  readonly fall: number;
}

/** Vermilion, bougainvillea, wine, agave, blush, saffron (the brand's) and its shade. */
export type Yarn = "v" | "b" | "w" | "a" | "p" | "s" | "o";

const HEADER =
  "v5^176 w1^300 v3_150 b8_112 p2_210 b1_168 s4_250 v1_196 s8_140 o2_300 s6_116 w1^390 s1^330 " +
  "w1^390 s9_150 p4_226 a5_480 p1_300 b7_176 p1_430 b2_340 w3_230";

export const HEADER_BARS = bars(`${HEADER} v2_560 s6_190 w1^640 v5^420`);

/** Attract's ends otherwise: its wide vermilion bar goes on as the arrow to the reader. */
export const ATTRACT_BARS = bars(`${HEADER} v6^560 w1^640 o1_190 s6_420`);

/** Colours woven in while a number is typed, one bar per digit; the digits have no part in it. */
export const WOVEN: readonly { readonly yarn: Yarn; readonly width: number }[] = bars(
  "v7_0 b4_0 w8_0 a3_0 v7_0 s5_0 b9_0 p4_0 w3_0 a7_0 o5_0 v9_0 s7_0",
);

function bars(text: string): readonly RibbonBar[] {
  return text.split(" ").flatMap((bar) => {
    const [, yarn, width, guard, fall] = /^([vbwapso])(\d+)([_^])(\d+)$/.exec(bar) ?? [];
    return isYarn(yarn)
      ? [{ yarn, width: Number(width), guard: guard === "^", fall: Number(fall) }]
      : [];
  });
}

function isYarn(letter: string | undefined): letter is Yarn {
  return letter !== undefined && "vbwapso".includes(letter);
}
