import { describe, expect, it } from "vitest";
import { isOpenAt } from "../../src/domain/opening-hours.ts";

const MADRID = "Europe/Madrid";
/** Thursday, 10:00 to 21:30, and a Friday night that ends on Saturday. */
const HOURS = {
  thu: ["10:00", "21:30"],
  fri: ["18:00", "02:00"],
  sun: ["00:00", "24:00"],
} as const;

const at = (text: string): number => Date.parse(text);

describe("opening hours", () => {
  it.each([
    ["2026-11-26T09:00:00Z", true, "opens, in the store's time"],
    ["2026-11-26T08:59:59Z", false, "a second before"],
    ["2026-11-26T20:29:59Z", true, "the last second"],
    ["2026-11-26T20:30:00Z", false, "closed"],
    ["2026-11-27T23:30:00Z", true, "past midnight of a late evening"],
    ["2026-11-28T01:00:00Z", false, "its end"],
    ["2026-11-27T12:00:00Z", false, "before a late evening"],
    ["2026-11-28T12:00:00Z", false, "a day that is not named"],
    ["2026-11-29T22:59:59Z", true, "the end of a whole day"],
    ["2026-07-02T08:00:00Z", true, "summer time"],
  ])("[BI4] at %s: %s, %s", (text, open) => {
    expect(isOpenAt(HOURS, at(text), MADRID)).toBe(open);
  });

  it("[BI4] never end where none are named", () => {
    expect(isOpenAt(undefined, at("2026-11-28T03:00:00Z"), MADRID)).toBe(true);
  });
});
