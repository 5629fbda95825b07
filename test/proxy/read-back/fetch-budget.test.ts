import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFetchBudget } from "../../../src/proxy/read-back/fetch-budget.ts";

const DAY = 86_400_000;

describe("the budget of looks", () => {
  it("[UN1] gives no more in any stretch of time than its share of the day and one burst", () => {
    const aTake = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: DAY })),
      wanted: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 1_000_000 }),
        fc.array(aTake, { minLength: 1, maxLength: 60 }),
        (perDay, takes) => {
          const budget = createFetchBudget(perDay, 0);
          const taken: { readonly atMs: number; readonly number: number }[] = [];
          let atMs = 0;
          for (const { afterMs, wanted } of takes) {
            atMs += afterMs;
            taken.push({ atMs, number: budget.take(wanted, atMs) });
          }
          const burst = Math.max(1, (perDay * 30_000) / DAY);
          for (const [index, from] of taken.entries()) {
            const rest = taken.slice(index);
            let sum = 0;
            for (const { atMs: at, number } of rest) {
              sum += number;
              expect(sum).toBeLessThanOrEqual(((at - from.atMs) * perDay) / DAY + burst + 1e-6);
            }
          }
        },
      ),
    );
  });

  it("[UN1] begins empty, and says when there is one", () => {
    const budget = createFetchBudget(86_400, 1_000);
    expect(budget.take(5, 1_000)).toBe(0);
    expect(budget.waitMs(1_400)).toBeCloseTo(600);
    expect(budget.take(5, 2_000)).toBe(1);
  });
});
