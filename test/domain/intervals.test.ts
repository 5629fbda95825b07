import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  contains,
  difference,
  EMPTY,
  fromNumbers,
  size,
  union,
  type Intervals,
} from "../../src/domain/intervals.ts";

/** Few enough numbers that intervals touch, overlap and close gaps all the time. */
const numbers = fc.array(fc.integer({ min: 1, max: 24 }), { maxLength: 20 });

describe("intervals hold the same numbers as a set", () => {
  it("when numbers are added one by one, in any order, twice or not", () => {
    fc.assert(
      fc.property(numbers, (each) => {
        const intervals = each.reduce<Intervals>(add, EMPTY);
        expect(numbersIn(intervals)).toEqual(ascending(new Set(each)));
        expect(intervals).toEqual(fromNumbers(each));
        expectTidy(intervals);
      }),
    );
  });

  it("when asked whether they contain one, and how many", () => {
    fc.assert(
      fc.property(numbers, (each) => {
        const model = new Set(each);
        const intervals = fromNumbers(each);
        for (let number = 0; number <= 26; number += 1) {
          expect(contains(intervals, number)).toBe(model.has(number));
        }
        expect(size(intervals)).toBe(model.size);
      }),
    );
  });

  it("when two are joined, and when one is taken from the other", () => {
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const [a, b] = [new Set(left), new Set(right)];
        const joined = union(fromNumbers(left), fromNumbers(right));
        expect(numbersIn(joined)).toEqual(ascending(new Set([...a, ...b])));
        expectTidy(joined);
        const rest = difference(fromNumbers(left), fromNumbers(right));
        expect(numbersIn(rest)).toEqual(ascending(new Set([...a].filter((each) => !b.has(each)))));
        expectTidy(rest);
      }),
      { numRuns: 300 },
    );
  });
});

describe("intervals", () => {
  it("are one interval for a kiosk whose numbers all arrived, however late the last", () => {
    expect(fromNumbers([5, 1, 4, 2, 3])).toEqual([[1, 5]]);
    expect(fromNumbers([1, 2, 4, 5])).toEqual([
      [1, 2],
      [4, 5],
    ]);
  });

  it("are not changed by what is made of them", () => {
    const left: Intervals = Object.freeze([Object.freeze([1, 3] as const)]);
    expect(union(left, [[2, 9]])).toEqual([[1, 9]]);
    expect(left).toEqual([[1, 3]]);
  });
});

/** Ascending, and apart by at least one number. */
function expectTidy(intervals: Intervals): void {
  intervals.forEach(([from, to], index) => {
    expect(from).toBeLessThanOrEqual(to);
    expect(from).toBeGreaterThan((intervals[index - 1]?.[1] ?? -1) + 1);
  });
}

function numbersIn(intervals: Intervals): readonly number[] {
  return intervals.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
}

function ascending(numbers: ReadonlySet<number>): readonly number[] {
  return [...numbers].toSorted((a, b) => a - b);
}
