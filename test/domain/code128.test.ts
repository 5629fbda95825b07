import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { code128Modules } from "../../src/domain/code128.ts";
import { readCode128, runsOf } from "../support/read-bars.ts";

/** Source: ISO/IEC 15417, table 1, as it is printed in modules: a few of each kind of value. */
const PRINTED = {
  0: "11011001100",
  16: "10011101100",
  33: "10100011000",
  54: "11101011000",
  99: "10111011110",
  100: "10111101110",
  101: "11101011110",
  104: "11010010000",
  105: "11010011100",
} as const;

const START_B = 104;
const START_C = 105;
const TO_B = 100;
const TO_C = 99;
const FNC1 = 102;

/** Value by widths: two digits in set C name theirs; the others stand where the standard puts them. */
const values = new Map<string, number>();
for (let pair = 0; pair < 100; pair += 1) {
  const digits = String(pair).padStart(2, "0");
  const runs = runsOf(code128Modules(`00${digits}`)!).join("");
  values.set(runs.slice(12, 18), pair);
}
values.set(runsOf(code128Modules("abc")!).join("").slice(0, 6), START_B);
values.set(runsOf(code128Modules("0000")!).join("").slice(0, 6), START_C);
values.set(runsOf(code128Modules("0000A")!).join("").slice(18, 24), TO_B);
values.set(
  runsOf(code128Modules("0000", { gs1: true })!)
    .join("")
    .slice(6, 12),
  FNC1,
);

// No text holds it, but a check may come to it.
values.set("311141", 101);

/** What the values say to a scanner. */
function textOf(read: readonly number[]): string {
  let set = read[0];
  let text = "";
  for (const value of read.slice(1)) {
    if (value === FNC1) text += "\u001d";
    else if (set === START_C && value === TO_B) set = START_B;
    else if (set === START_B && value === TO_C) set = START_C;
    else if (set === START_C) text += String(value).padStart(2, "0");
    else text += String.fromCharCode(value + 32);
  }
  return text;
}

const printable = fc.stringMatching(/^[ -~]{1,40}$/);
const digits = fc.stringMatching(/^\d{1,20}$/);

describe("a Code 128", () => {
  it("[SL5] has the standard's patterns", () => {
    for (const [value, printed] of Object.entries(PRINTED)) {
      const modules = [...printed].map((module) => module === "1");
      expect(values.get(runsOf(modules).slice(0, 6).join("")), value).toBe(Number(value));
    }
    // Eleven modules each, an even number of them dark: what tells a misread.
    for (const widths of values.keys()) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = [...widths].map(Number);
      expect(a + b + c + d + e + f).toBe(11);
      expect((a + c + e) % 2).toBe(0);
    }
    expect(values.size).toBe(105);
  });

  it("[SL5] says what it was drawn of, its check included", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          printable,
          digits,
          fc.tuple(printable, digits).map(([a, b]) => (a + b).slice(0, 48)),
        ),
        (text) => {
          const read = readCode128(code128Modules(text)!, values);
          expect(read && textOf(read)).toBe(text);
        },
      ),
    );
  });

  it("[SL5] packs digits two a character, and says of GS1 that it is", () => {
    const read = readCode128(code128Modules("8018123456789012345675", { gs1: true })!, values);
    expect(read?.slice(0, 2)).toEqual([START_C, FNC1]);
    expect(read).toHaveLength(2 + 11);
    expect(code128Modules("2912345678906")!.length).toBeLessThan(
      code128Modules("ABCDEFGHIJKLM")!.length,
    );
  });

  it("[SL5] is drawn of printable ASCII only, and of no more than fits", () => {
    for (const text of ["", "año", "a\u001db", "x".repeat(49)]) {
      expect(code128Modules(text), text).toBeUndefined();
    }
  });
});
