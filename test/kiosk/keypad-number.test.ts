import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { digitGroups, keypadVerdict } from "../../src/kiosk/keypad-number.ts";

describe("a number on the keypad", () => {
  it.each([
    ["", { type: "incomplete", missing: 13 }],
    ["291234567890", { type: "incomplete", missing: 1 }],
    ["2912345678907", { type: "mistyped" }],
    ["4006381333931", { type: "not-ours" }],
    ["4222222222222", { type: "payment-card" }],
  ])("judges %s as it would judge a scan", (digits, verdict) => {
    expect(keypadVerdict(digits, EXAMPLE_CONFIG)).toEqual(verdict);
  });

  it("gives the card of a good number", () => {
    expect(keypadVerdict("2912345678906", EXAMPLE_CONFIG)).toMatchObject({
      type: "ready",
      card: { visitor: { kind: "member", value: "2912345678906" } },
    });
  });

  it("groups digits as they are printed", () => {
    expect(digitGroups(13)).toEqual([1, 6, 6]);
    expect(digitGroups(10)).toEqual([4, 4, 2]);
    expect(digitGroups(8)).toEqual([4, 4]);
  });
});
