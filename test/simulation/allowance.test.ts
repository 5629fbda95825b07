import { describe, expect, it } from "vitest";
import { openLedgerClock, type LedgerClock } from "../../src/proxy/ledger-clock.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { simulateAllowance } from "./allowance-world.ts";

const ALLOWED = 20;
const STEPS = 60;

describe("[QT1] no 24 hours hold more calls than allowed", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "with clocks, crashes and answers by seed %i",
    async (seed) => {
      const store = await aMemoryStore();
      const rough = { seed, steps: STEPS, allowed: ALLOWED, store, isRough: true };
      const report = await simulateAllowance(rough);
      expect(report.maxInAnyWindow).toBeLessThanOrEqual(ALLOWED);
      expect(report.restarts).toBeGreaterThan(0);
      // Not by standing still.
      expect(report.total).toBeGreaterThan(ALLOWED);
    },
    60_000,
  );

  it("and a calm world uses nearly all of it", async () => {
    const store = await aMemoryStore();
    const calm = { seed: 7_301, steps: STEPS, allowed: ALLOWED, store, isRough: false };
    const report = await simulateAllowance(calm);
    expect(report.maxInAnyWindow).toBe(ALLOWED);
    expect(report.total).toBeGreaterThan(Math.floor(report.days) * ALLOWED * 0.8);
  }, 60_000);

  it.each<[string, Partial<LedgerClock>]>([
    ["does not charge at Target's time while it lags behind", { behindMs: () => 0 }],
    ["charges before it knows Target's time", { needsTargetTime: () => false }],
  ])(
    "and the simulation catches a ledger that %s",
    async (_what, flaw) => {
      const store = await aMemoryStore();
      const report = await simulateAllowance({
        seed: 1,
        steps: STEPS,
        allowed: ALLOWED,
        store,
        isRough: true,
        openLedger: async (deps) => ({ ...(await openLedgerClock(deps)), ...flaw }),
      });
      expect(report.maxInAnyWindow).toBeGreaterThan(ALLOWED);
    },
    60_000,
  );
});
