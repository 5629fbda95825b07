import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { KioskConfig } from "../../../src/contract/kiosk-config.ts";
import {
  contrastRatio,
  hexFromSrgb,
  oklabDistance,
  oklabFromOklch,
  oklabFromSrgb,
  srgbFromHex,
  srgbFromOklab,
  type Srgb,
} from "../../../src/domain/colour.ts";
import {
  APART,
  paintFrom,
  TEXT_CONTRAST,
  TOKENS,
  type Paint,
} from "../../../src/kiosk/brand/paint.ts";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { kioskConfigsFrom } from "../../../src/proxy/kiosk-config/layers.ts";

const STYLES = path.resolve(import.meta.dirname, "../../../src/kiosk/styles");
const styles = (file: string): string => readFileSync(path.join(STYLES, file), "utf8");

const YARNS = ["v", "b", "p", "w", "a"] as const;
const token = (name: keyof typeof TOKENS): Srgb => srgbFromOklab(TOKENS[name]);

/** The properties by name, as the root element gets them. */
function propertiesOf({ style }: Paint): ReadonlyMap<string, Srgb> {
  const declarations = style.split(";").map((each) => each.slice(2).split(":"));
  return new Map(declarations.map(([name, hex]) => [name!, srgbFromHex(hex!)]));
}

/** So many steps of each part, both ends among them. */
function lattice(count: number): readonly Srgb[] {
  const steps = Array.from({ length: count }, (_, step) => Math.round((step * 255) / (count - 1)));
  return steps.flatMap((red) =>
    steps.flatMap((green) => steps.map((blue) => ({ red, green, blue }))),
  );
}

describe("a brand's colour", () => {
  it("[BC1] carries words that can be read, whichever of 35,937 it is, and is hardly another", () => {
    const found = { least: 99, leastOnShade: 99, furthest: 0, closestShade: 1, moved: 0 };
    const colours = lattice(33);
    for (const asked of colours) {
      const paint = paintFrom(hexFromSrgb(asked));
      const painted = propertiesOf(paint);
      const [brand, shade] = [painted.get("brand")!, painted.get("brand-shade")!];
      const words = token(paint.onBrand);
      const seen = oklabFromSrgb(brand);
      const shift = Math.abs(seen.lightness - oklabFromSrgb(asked).lightness);
      found.least = Math.min(found.least, contrastRatio(brand, words));
      found.leastOnShade = Math.min(found.leastOnShade, contrastRatio(shade, words));
      found.furthest = Math.max(found.furthest, shift);
      found.closestShade = Math.min(found.closestShade, oklabDistance(oklabFromSrgb(shade), seen));
      if (shift > 0) found.moved += 1;
    }
    expect(colours).toHaveLength(35_937);
    expect(found.least).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    expect(found.leastOnShade).toBeGreaterThanOrEqual(TEXT_CONTRAST);
    expect(found.furthest).toBeLessThanOrEqual(0.06);
    expect(found.closestShade).toBeGreaterThan(0.05);
    // What can be read on as it is stays as it is.
    expect(found.moved).toBeLessThan(colours.length / 5);
  });

  it("[BC2] has no yarn beside it that looks like it, and an arrow that is seen", () => {
    for (const asked of lattice(17)) {
      const painted = propertiesOf(paintFrom(hexFromSrgb(asked)));
      const brand = oklabFromSrgb(painted.get("brand")!);
      const yarns = YARNS.map((yarn) => painted.get(`yarn-${yarn}`) ?? token(yarn));
      // A byte's worth of rounding.
      const least = Math.min(...yarns.map((yarn) => oklabDistance(oklabFromSrgb(yarn), brand)));
      expect(least, hexFromSrgb(asked)).toBeGreaterThan(APART - 0.003);
      expect(new Set(yarns.map(hexFromSrgb)).size, hexFromSrgb(asked)).toBe(YARNS.length);
      expect(contrastRatio(painted.get("arrow")!, token("paper"))).toBeGreaterThanOrEqual(3);
      expect(contrastRatio(painted.get("brand-on-ink")!, token("ink"))).toBeGreaterThanOrEqual(3);
    }
  });

  it.each([
    // Cobalt: as it is; saffron is not in its picture at all.
    ["#1d4fc4", "paper", "#1d4fc4", []],
    // Red: vermilion and bougainvillea beside it give way.
    ["#d8131f", "paper", "#d8131f", ["v", "b"]],
    // Teal: agave gives way.
    ["#0a6f6f", "paper", "#0a6f6f", ["a"]],
    // The shipped saffron itself.
    ["#fab63c", "ink", "#fab63c", []],
    // Neither ink nor paper can be read on this grey.
    ["#808080", "ink", "#8c8c8c", []],
  ] as const)("[BC1] [BC2] %s: words in %s on %s", (asked, onBrand, brand, gone) => {
    const paint = paintFrom(asked);
    const painted = propertiesOf(paint);
    expect(paint.onBrand).toBe(onBrand);
    expect(hexFromSrgb(painted.get("brand")!)).toBe(brand);
    expect(YARNS.filter((yarn) => painted.has(`yarn-${yarn}`))).toEqual(gone);
  });

  it("[BC1] [BC2] is reckoned with the colours the styles have, and every property of it is used", () => {
    const css = styles("tokens.css");
    for (const [name, colour] of Object.entries(TOKENS)) {
      const [, l, c, h] = new RegExp(`--${name}: oklch\\((\\S+) (\\S+) (\\S+)\\)`).exec(css) ?? [];
      expect(oklabFromOklch(Number(l), Number(c), Number(h)), name).toEqual(colour);
    }
    const all = ["tokens.css", "base.css", "undo.css", "ribbon.css", "brand.css"]
      .map(styles)
      .join();
    const contrast = styles("contrast.css");
    const used = [...propertiesOf(paintFrom("#ffffff")).keys(), ...YARNS.map((y) => `yarn-${y}`)];
    for (const name of used) {
      expect(all).toContain(`var(--${name}`);
      // High contrast knows no brand.
      expect(contrast).toContain(`--${name}: initial;`);
    }
  });

  it("[BC1] is refused by its path where it is none, and taken from any layer", () => {
    const refusal = (brandColour: unknown): string => {
      const chain = { version: "1" };
      const configs = kioskConfigsFrom({ chain, stores: { s: { version: "1", brandColour } } });
      return configs.ok ? "taken" : configs.error;
    };
    for (const wrong of ["blue", "#12345", "#1234567", "#12345g", "1b4fa8", "", 5]) {
      expect(refusal(wrong)).toMatch(/^stores\.s\.brandColour: /);
    }
    expect(refusal("blue")).toContain("must be # and six hexadecimal digits, such as #1b4fa8");
    expect(refusal("#1B4fa8")).toBe("taken");
    expect(KioskConfig.safeParse(EXAMPLE_CONFIG).success).toBe(true);
  });
});
