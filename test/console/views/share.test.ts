import { describe, expect, it } from "vitest";
import { shareView } from "../../../src/console/views/share.ts";
import { NO_SCANS, SAYING } from "../../support/overviews.ts";

describe("the first number", () => {
  it("[CO1] is the share of the scans that are in Target, with where the others are", () => {
    const view = shareView({ applied: 98_600, waiting: 900, unknown: 400, refused: 100 }, SAYING);
    expect([view.applied, view.whole]).toEqual(["98.6%", "of 100,000 scans are in Target"]);
    expect(view.parts.map(({ fate, scans, share }) => `${fate} ${scans} ${share}`)).toEqual([
      "applied 98,600 98.6%",
      "waiting 900 0.9%",
      "unknown 400 0.4%",
      "refused 100 0.1%",
    ]);
    expect(view.parts.reduce((sum, { fraction }) => sum + fraction, 0)).toBeCloseTo(1, 9);
  });

  it("[CO1] never says all while one is missing, nor nothing while there is one", () => {
    const view = shareView({ ...NO_SCANS, applied: 999_999, refused: 1 }, SAYING);
    expect(view.parts.map(({ share }) => share)).toEqual(["99.9%", "0%", "0%", "0.1%"]);
    expect(shareView({ ...NO_SCANS, applied: 7 }, SAYING).applied).toBe("100%");
  });

  it("says that there is nothing where there is nothing", () => {
    expect(shareView(NO_SCANS, SAYING)).toMatchObject({ isEmpty: true, applied: "0%" });
  });
});
