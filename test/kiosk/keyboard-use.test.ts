import { describe, expect, it } from "vitest";
import { actionOf } from "../../src/kiosk/keyboard-use.ts";

describe("assist keys", () => {
  it.each([
    ["ArrowDown", "next"],
    ["ArrowLeft", "previous"],
    ["Escape", "finish"],
    ["F2", undefined],
    ["2", undefined],
  ])("[FE4] are the usual ones where none are configured: %s", (key, action) => {
    expect(actionOf(key, {})).toBe(action);
  });

  it("[FE4] are the configured ones, and only those, where there are some", () => {
    const keys = { next: ["F16"], contrast: ["F2"], finish: [] };
    expect(actionOf("F16", keys)).toBe("next");
    expect(actionOf("ArrowDown", keys)).toBeUndefined();
    expect(actionOf("F2", keys)).toBe("contrast");
    expect(actionOf("Escape", keys)).toBeUndefined();
    expect(actionOf("ArrowUp", keys)).toBe("previous");
  });
});
