import { checkDigitFor } from "../../src/domain/check-digit.ts";
import type { Modules } from "../../src/domain/linear-code.ts";

// Decoders that know the symbologies from the other side: by widths of bars and spaces, as a scanner sees
// them, and not by the tables that drew them.

/** Widths of runs, in modules, the first one dark. */
export function runsOf(modules: Modules): readonly number[] {
  const runs: number[] = [];
  let last: boolean | undefined;
  for (const module of modules) {
    runs.push(module === last ? (runs.pop() ?? 0) + 1 : 1);
    last = module;
  }
  return modules[0] === true ? runs : [];
}

/** Space, bar, space, bar of a digit in the left half, in set A. Source: the UPC symbol specification. */
const UPC_WIDTHS = "3211 2221 2122 1411 1132 1231 1114 1312 1213 3112".split(" ");

/** Which of six digits are in set B, the first as the highest bit, by the digit that they say. */
const FIRST_DIGITS = [0x00, 0x0b, 0x0d, 0x0e, 0x13, 0x19, 0x1c, 0x15, 0x16, 0x1a];

/** What an EAN-13 says; nothing where it is none. */
export function readEan13(modules: Modules): string | undefined {
  const runs = runsOf(modules);
  if (runs.length !== 59 || modules.length !== 95) return undefined;
  const digitAt = (from: number) => {
    const widths = runs.slice(from, from + 4).join("");
    const inA = UPC_WIDTHS.indexOf(widths);
    const inB = UPC_WIDTHS.indexOf([...widths].toReversed().join(""));
    return { digit: inA >= 0 ? inA : inB, isB: inA < 0 };
  };
  const left = [0, 1, 2, 3, 4, 5].map((place) => digitAt(3 + 4 * place));
  const right = [0, 1, 2, 3, 4, 5].map((place) => digitAt(32 + 4 * place));
  const sets = left.reduce((bits, { isB }) => bits * 2 + (isB ? 1 : 0), 0);
  const text = [FIRST_DIGITS.indexOf(sets), ...[...left, ...right].map(({ digit }) => digit)].join(
    "",
  );
  return checkDigitFor("gs1", text.slice(0, -1)) === text.at(-1) ? text : undefined;
}

/** Widths of each value, taken from single characters that were drawn and whose values the standard gives. */
export type WidthsByValue = ReadonlyMap<string, number>;

/** The symbols of a Code 128 between start and stop, as values; nothing where its check is wrong. */
export function readCode128(
  modules: Modules,
  values: WidthsByValue,
): readonly number[] | undefined {
  const runs = runsOf(modules).join("");
  const stop = "2331112";
  if (!runs.endsWith(stop) || (runs.length - stop.length) % 6 !== 0) return undefined;
  const symbols = runs.slice(0, -stop.length).match(/.{6}/g) ?? [];
  const read = symbols.map((widths) => values.get(widths) ?? Number.NaN);
  const check = read.pop();
  const sum = read.reduce((total, value, place) => total + value * Math.max(1, place), 0);
  return sum % 103 === check ? read : undefined;
}
