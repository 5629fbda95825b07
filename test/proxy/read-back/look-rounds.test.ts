import { describe, expect, it } from "vitest";
import { createReadBack } from "../../../src/proxy/read-back/read-back.ts";
import { READ_BACK } from "../../../src/proxy/read-back/look-plan.ts";
import type {
  LookClaim,
  LookKind,
  ReadBackStore,
} from "../../../src/proxy/store/read-back-store.ts";
import { cardIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { createHandClock } from "../../support/forwarding-world.ts";
import { waitFor } from "../../support/wait.ts";

const HOUR = 3_600_000;

/** More looks are due than will ever be made, of these kinds; each fetch takes as long as it is told. */
function aBusyWorld(
  fetchMs: number,
  onFetch: (fetches: number) => void = () => undefined,
  due: readonly LookKind[] = ["check", "search"],
) {
  const clock = createHandClock();
  const made: LookKind[] = [];
  let fetches = 0;
  let claims = 0;
  let isDown = false;
  const kinds = new Map<string, LookKind>();
  const store: Pick<ReadBackStore, "claimLooks" | "settleLook"> = {
    claimLooks: async ({ kind, limit }) =>
      Array.from({ length: due.includes(kind) ? limit : 0 }, (): LookClaim => {
        claims += 1;
        kinds.set(String(claims), kind);
        return {
          kind,
          visitorKey: String(claims),
          lookFence: 1,
          fence: 1,
          version: 1,
          visitor: { kind: "member", value: "21" },
          expected: [],
          seen: {},
          tries: 0,
          missedMs: 0,
        };
      }),
    settleLook: async ({ visitorKey }) => {
      made.push(kinds.get(visitorKey)!);
      return true;
    },
  };
  const warnings: string[] = [];
  const readBack = createReadBack({
    store,
    target: {
      fetchProfile: async () => {
        fetches += 1;
        clock.advance(fetchMs);
        onFetch(fetches);
        return isDown
          ? { look: { type: "unavailable", reason: "status 503" }, dateMs: undefined }
          : { look: { type: "found", attributes: new Map() }, dateMs: undefined };
      },
    },
    visitorIds: cardIds,
    clock,
    random: () => 0.5,
    timing: READ_BACK,
    dailyFetches: 500_000,
    onOwed: () => undefined,
    log: { warn: (_details, message) => void warnings.push(message) },
  });
  clock.advance(HOUR);
  return {
    readBack,
    made,
    warnings,
    clock,
    fetches: () => fetches,
    setDown: (down: boolean) => {
      isDown = down;
    },
  };
}

class Enough extends Error {}

describe("rounds of looks", () => {
  it("[UN1] give searches their turn beside checks that never end", async () => {
    // The budget of checks fills as fast as it is used.
    const world = aBusyWorld(300, (fetches) => {
      if (fetches === 100) void world.readBack.stop();
    });
    await world.readBack.runOnce();
    expect(world.made.filter((kind) => kind === "search").length).toBeGreaterThan(20);
  });

  it("[UN1] go on with searches after an outage, although no check is due", async () => {
    const world = aBusyWorld(0, undefined, ["search"]);
    world.setDown(true);
    await world.readBack.runOnce();
    world.setDown(false);
    world.clock.advance(HOUR);
    expect(await world.readBack.runOnce()).toBeGreaterThan(4);
  });

  it("[UN1] end with the looks under way when they are stopped", async () => {
    let stopped: Promise<void> | undefined;
    const world = aBusyWorld(0, (fetches) => {
      if (fetches === 5) stopped = world.readBack.stop();
    });
    world.readBack.start();
    await waitFor("the fifth fetch", () => stopped !== undefined);
    await stopped;
    expect(world.fetches()).toBe(8);
  });

  it("[UN1] go on past a look that cannot be finished, and say so without naming anybody", async () => {
    const world = aBusyWorld(0, (fetches) => {
      if (fetches === 2) throw new Enough("21");
    });
    expect(await world.readBack.runOnce()).toBeGreaterThan(100);
    expect(world.warnings).toEqual(["A look could not be finished; it is taken up again"]);
  });
});
