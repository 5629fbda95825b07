import { describe, expect, it } from "vitest";
import {
  contrastRatio,
  hexFromSrgb,
  oklabDistance,
  oklabFromOklch,
  oklabFromSrgb,
  srgbFromHex,
  srgbFromOklab,
} from "../../src/domain/colour.ts";

const BLACK = srgbFromHex("#000000");
const WHITE = srgbFromHex("#ffffff");

describe("a colour", () => {
  it("is read and written as screens have it", () => {
    expect(srgbFromHex("#FAb63C")).toEqual({ red: 250, green: 182, blue: 60 });
    expect(hexFromSrgb({ red: 0, green: 10, blue: 255 })).toBe("#000aff");
  });

  // Source: CSS Color 4 (sample conversions) and WCAG 2.2's own examples of #777777 and #767676 on white.
  it.each([
    ["#ff0000", 0.628, 0.2249, 0.1258],
    ["#00ff00", 0.8664, -0.2339, 0.1795],
    ["#0000ff", 0.452, -0.0325, -0.3115],
    ["#ffffff", 1, 0, 0],
  ])("%s is where OKLab has it, and back", (hex, lightness, a, b) => {
    const seen = oklabFromSrgb(srgbFromHex(hex));
    expect(oklabDistance(seen, { lightness, a, b })).toBeLessThan(0.0005);
    expect(hexFromSrgb(srgbFromOklab(seen))).toBe(hex);
  });

  it("comes back from OKLab as it went in, all over the cube", () => {
    for (let rgb = 0; rgb < 0x1000000; rgb += 4_099) {
      const colour = { red: rgb >> 16, green: (rgb >> 8) & 255, blue: rgb & 255 };
      expect(srgbFromOklab(oklabFromSrgb(colour))).toEqual(colour);
    }
  });

  it("stands out from another as WCAG reckons it", () => {
    expect(contrastRatio(BLACK, WHITE)).toBe(21);
    expect(contrastRatio(srgbFromHex("#767676"), WHITE)).toBeCloseTo(4.54, 2);
    expect(contrastRatio(WHITE, srgbFromHex("#777777"))).toBeCloseTo(4.48, 2);
  });

  it("that no screen has loses vividness, neither lightness nor hue", () => {
    const vivid = oklabFromOklch(0.7, 0.4, 235);
    const shown = oklabFromSrgb(srgbFromOklab(vivid));
    expect(shown.lightness).toBeCloseTo(0.7, 2);
    expect(Math.atan2(shown.b, shown.a)).toBeCloseTo(Math.atan2(vivid.b, vivid.a), 1);
    expect(hexFromSrgb(srgbFromOklab({ lightness: 1.2, a: 0, b: 0 }))).toBe("#ffffff");
    expect(hexFromSrgb(srgbFromOklab({ lightness: -0.1, a: 0, b: 0 }))).toBe("#000000");
  });
});
