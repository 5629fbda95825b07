import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Intervals } from "../../src/contract/primitives.ts";
import { Witness } from "../../src/contract/witness.ts";
import { fromNumbers } from "../../src/domain/intervals.ts";

const UNTOUCHED = {
  epoch: "3f2c8a10-5b7d-4c1e-9f00-0123456789ab",
  firstSeq: 1,
  lastSeq: 0,
  owed: [],
  void: [],
  aside: [],
};

describe("Witness", () => {
  it("takes an untouched outbox, and one with all kinds of numbers", () => {
    expect(Witness.parse(UNTOUCHED)).toEqual(UNTOUCHED);
    const used = {
      ...UNTOUCHED,
      lastSeq: 90,
      owed: [
        [10, 20],
        [22, 22],
      ],
      void: [[21, 21]],
      aside: [[1, 1]],
      kept: [[2, 9]],
    };
    expect(Witness.parse(used)).toEqual(used);
  });

  it("takes whatever the domain makes of numbers", () => {
    const numbers = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 30 });
    fc.assert(
      fc.property(numbers, (each) => {
        const intervals = fromNumbers(each);
        expect(Intervals.parse(intervals)).toEqual(intervals);
      }),
    );
  });

  it.each([
    ["that descend", [[5, 4]]],
    [
      "out of order",
      [
        [5, 6],
        [1, 2],
      ],
    ],
    [
      "that overlap",
      [
        [1, 5],
        [5, 9],
      ],
    ],
    ["below 1", [[0, 4]]],
    ["of parts of numbers", [[1.5, 2]]],
    ["without an end", [[1]]],
    ["with a third", [[1, 2, 3]]],
    ["past the bound", Array.from({ length: 4_097 }, (_, index) => [index * 2 + 1, index * 2 + 1])],
  ])("refuses intervals %s", (_, owed) => {
    expect(Witness.safeParse({ ...UNTOUCHED, owed }).success).toBe(false);
  });

  it("refuses a member more", () => {
    expect(Witness.safeParse({ ...UNTOUCHED, cards: [] }).success).toBe(false);
  });
});
