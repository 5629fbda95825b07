import { expect, it } from "vitest";
import { isFailedSwipe, tracksIn } from "../../src/domain/magstripe.ts";

it.each([
  [";6340041234567890?", { 2: "6340041234567890" }],
  ["%L6340041234567890^PEREZ/ANA^?", { 1: "L6340041234567890^PEREZ/ANA^" }],
  ["%A^B?;123=45?+67?", { 1: "A^B", 2: "123=45", 3: "67" }],
  ["%A?7;123?4+67?9", { 1: "A", 2: "123", 3: "67" }],
  [";123?+67?", { 2: "123", 3: "67" }],
  ["+67?", { 3: "67" }],
  [";E?", { 2: "E" }],
] as const)("the tracks of %j are %j", (text, tracks) => {
  expect(tracksIn(text)).toEqual(tracks);
});

it.each(["", "6340041234567890", ";634004", "%A?;B", "x;1?", ";1?;2?", ";1?%2?", "%"])(
  "%j is no stripe",
  (text) => {
    expect(tracksIn(text)).toBeUndefined();
    expect(isFailedSwipe(text)).toBe(false);
  },
);

it("a track that could not be read says E", () => {
  expect([";E?", "%E?", "%E?;E?", "%A^B?;E?"].map(isFailedSwipe)).toEqual([true, true, true, true]);
  expect(isFailedSwipe(";634E?")).toBe(false);
});
