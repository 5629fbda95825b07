import { describe, expect, it } from "vitest";
import { forgetWays, keepWays, readWays } from "../../src/kiosk/wedge-ways.ts";
import { calibratedWedgeSettings } from "../../src/scanner/wedge-settings.ts";
import { BROKEN_KEPT, memoryKept } from "../support/kiosk-builders.ts";

const WAYS = {
  settings: { ...calibratedWedgeSettings(130), prefix: "#*", suffixes: ["Tab"] as const },
  medianGapMs: 130,
};

describe("what was learnt of a scanner", () => {
  it("[SL4] is there after the next start, until it is forgotten", async () => {
    const kept = memoryKept();
    expect(await readWays(kept)).toBeUndefined();
    await keepWays(kept, WAYS);
    expect(await readWays(kept)).toEqual(WAYS);
    await forgetWays(kept);
    expect(await readWays(kept)).toBeUndefined();
  });

  it("[SL4] is as if nobody had calibrated where it cannot be used", async () => {
    const damaged = [
      7,
      "x",
      { v: 2, ...WAYS },
      { v: 1, settings: {}, medianGapMs: 1 },
      { v: 1, ...WAYS, settings: { ...WAYS.settings, maxGapMs: Number.NaN } },
      { v: 1, ...WAYS, settings: { ...WAYS.settings, maxGapMs: -1 } },
      { v: 1, ...WAYS, settings: { ...WAYS.settings, suffixes: [] } },
      { v: 1, ...WAYS, settings: { ...WAYS.settings, suffixes: ["Space"] } },
      { v: 1, ...WAYS, settings: { ...WAYS.settings, prefix: "" } },
    ];
    for (const value of damaged) {
      expect(await readWays(memoryKept({ "scanner-ways": value }))).toBeUndefined();
    }
    expect(await readWays(BROKEN_KEPT)).toBeUndefined();
  });
});
