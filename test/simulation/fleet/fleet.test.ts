import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type TestServer } from "../../support/postgres.ts";
import { fleetChaos } from "./fleet-chaos.ts";
import { FLEET_EVENTS } from "./fleet-events.ts";
import { KEPT } from "./fleet-judge.ts";
import { breakings } from "./fleet-sabotage.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

describe("three proxies on one PostgreSQL", () => {
  it("[IN1] [IN3] [MG1] [FW1] [FW2] [QT1] keep their promises while whatever they hang on breaks", async () => {
    const allowed = 20;
    let found = KEPT;
    const plan = { server, seed: 7_301, events: 13, allowed };
    const result = await fleetChaos(plan, async (world) => {
      found = await breakings(world);
    });
    expect(result.verdicts).toEqual(KEPT);
    expect(Object.values(result.happened)).toEqual(Object.keys(FLEET_EVENTS).map(() => 1));
    // Not by standing still, nor because the allowance was never reached.
    expect(result.fullestDay).toBeGreaterThan(allowed / 2);
    expect(result.acknowledged).toBeGreaterThan(50);
    // And each would have been found broken.
    for (const [promise, times] of Object.entries(found)) {
      expect(times, promise).toBeGreaterThan(0);
    }
  }, 300_000);
});
