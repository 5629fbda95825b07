import { modulesFrom, type Modules } from "./linear-code.ts";

/** Source: ISO/IEC 15417, table 1: widths of bars and spaces by value, six a character. */
const WIDTHS =
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222" +
  "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321" +
  "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121" +
  "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224" +
  "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111" +
  "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113" +
  "114311411113411311113141114131311141411131211412211214211232";
const STOP = "2331112";

const START_B = 104;
const START_C = 105;
/** In set C, and the other way round in set B. */
const TO_B = 100;
const TO_C = 99;
/** In any set; right behind the start it says that GS1 element strings follow. */
const FNC1 = 102;

/** Quiet zone at either end, in modules. Source: the same, section 4.3.1. */
export const CODE128_QUIET = 10;

/** Ours: as much as a handheld reads in one line from a sheet of paper. */
const LONGEST = 48;

export interface Code128Options {
  /** GS1-128. */
  readonly gs1?: boolean;
}

/**
 * The modules of a Code 128 that says `text`; nothing where it holds other than printable ASCII, or more
 * than fits on paper. Runs of digits are packed two a character, as the standard recommends.
 */
export function code128Modules(
  text: string,
  { gs1 = false }: Code128Options = {},
): Modules | undefined {
  if (!/^[ -~]+$/.test(text) || text.length > LONGEST) return undefined;
  const values = valuesOf(text, gs1);
  const [start = START_B] = values;
  const check = values.reduce((sum, value, place) => sum + value * place, start) % 103;
  return modulesFrom([...values, check].map(widthsOf).join("") + STOP);
}

function valuesOf(text: string, gs1: boolean): readonly number[] {
  let set: "B" | "C" = digitsFrom(text, 0) >= 4 ? "C" : "B";
  const values = [set === "C" ? START_C : START_B, ...(gs1 ? [FNC1] : [])];
  for (let at = 0; at < text.length;) {
    const digits = digitsFrom(text, at);
    if (set === "C" && digits < 2) {
      values.push(TO_B);
      set = "B";
    } else if (set === "B" && digits % 2 === 0 && isWorthIt(digits, at + digits === text.length)) {
      values.push(TO_C);
      set = "C";
    }
    if (set === "C") {
      values.push(Number(text.slice(at, at + 2)));
      at += 2;
    } else {
      values.push(text.charCodeAt(at) - 32);
      at += 1;
    }
  }
  return values;
}

/** Changing over costs a character, and back another. */
function isWorthIt(digits: number, isEnd: boolean): boolean {
  return digits >= (isEnd ? 4 : 6);
}

function digitsFrom(text: string, at: number): number {
  return /^\d*/.exec(text.slice(at))?.[0].length ?? 0;
}

function widthsOf(value: number): string {
  return WIDTHS.slice(value * 6, value * 6 + 6);
}
