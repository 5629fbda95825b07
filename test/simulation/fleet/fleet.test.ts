import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type TestServer } from "../../support/postgres.ts";
import { pick } from "../../support/seeded.ts";
import { fleetChaos } from "./fleet-chaos.ts";
import { FLEET_EVENTS, type FleetWorld } from "./fleet-events.ts";
import { judge, type Verdicts } from "./fleet-judge.ts";
import { serveShoppers } from "./fleet-load.ts";
import { SABOTAGE, sabotaged } from "./fleet-sabotage.ts";

const KEPT: Verdicts = {
  lostHere: 0,
  lostThere: 0,
  mergedTwice: 0,
  tooClose: 0,
  overshoot: 0,
  repeated: 0,
};

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

describe("three proxies on one PostgreSQL", () => {
  it("[IN1] [MG1] [FW1] [FW2] [QT1] keep their promises while whatever they hang on breaks", async () => {
    const allowed = 20;
    const found = new Map<string, number>();
    const plan = { server, seed: 7_301, events: 12, allowed };
    const result = await fleetChaos(plan, async (world) => {
      for (const promise of Object.keys(SABOTAGE) as (keyof Verdicts)[]) {
        found.set(promise, await breakingsOf(world, promise));
      }
    });
    expect(result.verdicts).toEqual(KEPT);
    expect(Object.values(result.happened)).toEqual(Object.keys(FLEET_EVENTS).map(() => 1));
    // Not by standing still, nor because the allowance was never reached.
    expect(result.fullestDay).toBe(allowed);
    expect(result.acknowledged).toBeGreaterThan(50);
    // And each would have been found broken.
    for (const promise of Object.keys(KEPT)) {
      expect(found.get(promise), promise).toBeGreaterThan(0);
    }
  }, 120_000);
});

/** How often more a promise is found broken once what it rests on is undone. */
async function breakingsOf(world: FleetWorld, promise: keyof Verdicts): Promise<number> {
  const { fleet, databaseUrl, random } = world;
  // A day on, so that none of them is kept for want of calls.
  await fleet.pass(25 * 3_600_000);
  const before = judge(await fleet.evidence())[promise];
  await sabotaged(databaseUrl, SABOTAGE[promise], async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      // Held up, so that there is a while in which another could come between.
      fleet.emulator.inject({ type: "delay", delayMs: 5_000, times: 2 });
      await serveShoppers(fleet, random);
      await pick(fleet.kiosks, random).repeatTo(fleet.members[0]!.kioskUrl());
      await fleet.pass(11_000);
    }
  });
  return judge(await fleet.evidence())[promise] - before;
}
