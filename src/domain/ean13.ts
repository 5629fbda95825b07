import { hasGoodCheckDigit } from "./check-digit.ts";
import type { Modules } from "./linear-code.ts";

/** Source: GS1 General Specifications, section 5.2.1.2.1: number set A, as modules, by digit. */
const SET_A = [
  "0001101",
  "0011001",
  "0010011",
  "0111101",
  "0100011",
  "0110001",
  "0101111",
  "0111011",
  "0110111",
  "0001011",
] as const;

/** Source: the same, section 5.2.1.2.2: which sets the left half is in says the first digit. */
const LEFT_SETS = [
  "AAAAAA",
  "AABABB",
  "AABBAB",
  "AABBBA",
  "ABAABB",
  "ABBAAB",
  "ABBBAA",
  "ABABAB",
  "ABABBA",
  "ABBABA",
] as const;

/** Quiet zones, in modules. Source: the same, section 5.2.3.4. */
export const EAN13_QUIET = { left: 11, right: 7 } as const;

/** The 95 modules of an EAN-13; nothing where `text` is none, its check digit included. */
export function ean13Modules(text: string): Modules | undefined {
  if (!/^\d{13}$/.test(text) || !hasGoodCheckDigit("gs1", text)) return undefined;
  const [first = 0, ...digits] = [...text].map(Number);
  const left = digits
    .slice(0, 6)
    .map((digit, place) =>
      LEFT_SETS[first]?.[place] === "A" ? setA(digit) : reversed(setC(digit)),
    );
  const right = digits.slice(6).map(setC);
  return [...`101${left.join("")}01010${right.join("")}101`].map((module) => module === "1");
}

function setA(digit: number): string {
  return SET_A[digit] ?? "";
}

/** Set A with light and dark exchanged; set B is that from right to left. */
function setC(digit: number): string {
  return [...setA(digit)].map((module) => (module === "1" ? "0" : "1")).join("");
}

function reversed(modules: string): string {
  return [...modules].toReversed().join("");
}
