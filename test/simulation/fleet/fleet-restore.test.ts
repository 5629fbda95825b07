import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPostgres, type TestServer } from "../../support/postgres.ts";
import { KEPT } from "./fleet-judge.ts";
import { restoreStory } from "./fleet-restore.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

describe("a PostgreSQL put back to a dump taken an hour ago, under load", () => {
  it("[IN5] [OB7] [BK3] [QT1] [PV6] ends as if it had never been, and reaches nobody who withdrew since", async () => {
    const story = { server, seed: 2_026, members: 2 } as const;
    const putBack = await restoreStory({ ...story, isPutBack: "as told", keeps: true });
    expect(putBack.verdicts).toEqual(KEPT);
    expect(putBack.acknowledged).toBeGreaterThan(40);
    expect(putBack.callsForWithdrawn).toBe(0);
    // Both: one of them only the other proxy's log knew of.
    expect(putBack.profileOfWithdrawn).toEqual({ lastKiosk: "-", lastStore: "-" });
    expect(putBack.said).toMatch(/1 withdrawn or erased, 0 kiosks shut out/);
    const never = await restoreStory({ ...story, members: 1, isPutBack: "no", keeps: true });
    expect(never.verdicts).toEqual(KEPT);
    expect(putBack.profiles).toEqual(never.profiles);
  }, 300_000);

  it("[OB7] and loses scans where kiosks keep nothing", async () => {
    const story = { server, seed: 2_026, members: 1 } as const;
    const { verdicts } = await restoreStory({ ...story, isPutBack: "as told", keeps: false });
    expect(verdicts.lostHere).toBeGreaterThan(0);
  }, 300_000);

  it("[BK3] [PV6] and calls too often, and for who withdrew, where nobody says that it was put back", async () => {
    const story = { server, seed: 2_026, members: 2 } as const;
    const { verdicts, callsForWithdrawn } = await restoreStory({
      ...story,
      isPutBack: "in silence",
      keeps: true,
    });
    expect(verdicts.overshoot).toBeGreaterThan(0);
    expect(callsForWithdrawn).toBeGreaterThan(0);
  }, 300_000);
});
