import { describe, expect, it } from "vitest";
import { SESSION_PATH } from "../../src/contract/admin.ts";
import { ALLOWANCE_PATH } from "../../src/contract/allowance.ts";
import { JOURNEYS_PATH } from "../../src/contract/journey.ts";
import { OVERVIEW_PATH } from "../../src/contract/overview.ts";
import { problemFor } from "../../src/contract/problem.ts";
import { createApi, NOTHING } from "../../src/console/api.ts";
import { createDesk } from "../../src/console/desk.ts";
import { anOverview } from "../support/overviews.ts";
import { NOW } from "../support/store-builders.ts";

const ALLOWANCE = {
  atMs: NOW,
  allowed: 10,
  used: 1,
  forecast: { type: "clear" },
  stepMs: 300_000,
  steps: [],
};

const refused = (code: "unauthorized" | "store-unavailable") => () => {
  const problem = problemFor(code, "No.");
  return Response.json(problem, { status: problem.status });
};

/** A desk whose proxy answers as `routes` say, and whose time stands still. */
function aDesk(role: "operator" | "store") {
  const session = { name: "maria", role };
  const routes: Record<string, () => Response | Promise<Response>> = {
    [SESSION_PATH]: () => Response.json(session),
    [OVERVIEW_PATH]: () => Response.json(anOverview()),
    [ALLOWANCE_PATH]: () => Response.json(ALLOWANCE),
  };
  const asked: string[] = [];
  let planned: { readonly run: () => void; readonly timer: number }[] = [];
  let timers = 0;
  const desk = createDesk({
    api: createApi(async (path, init) => {
      asked.push(`${init?.method ?? "GET"} ${String(path)}`);
      return routes[String(path)]?.() ?? new Response(null, { status: 204 });
    }),
    wallMs: () => NOW - 500,
    random: () => 0,
    isHidden: () => false,
    setTimeout: (run) => {
      timers += 1;
      planned.push({ run, timer: timers });
      return timers;
    },
    clearTimeout: (timer) => {
      planned = planned.filter((each) => each.timer !== timer);
    },
  });
  /** Every timer that waits goes off once, and what it began has come back. */
  const passTime = async () => {
    const due = planned;
    planned = [];
    for (const { run } of due) run();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { desk, routes, asked, passTime };
}

describe("the desk", () => {
  it("finds out who sits there, then looks, by the proxy's clock", async () => {
    const { desk, passTime } = aDesk("operator");
    await desk.open();
    expect(desk.who.value).toMatchObject({ type: "somebody", session: { name: "maria" } });
    await passTime();
    expect(desk.overview.value?.scans.applied).toBe(986);
    expect(desk.allowance.value?.used).toBe(1);
    expect([desk.heardMs.value, desk.aheadMs.value]).toEqual([NOW - 500, 500]);
  });

  it("[CO5] does not ask for the chain on behalf of a store", async () => {
    const { desk, asked, passTime } = aDesk("store");
    await desk.open();
    await passTime();
    expect(asked).toEqual([`GET ${SESSION_PATH}`, `GET ${OVERVIEW_PATH}`]);
  });

  it("[CO10] forgets all that was shown when the session ends, and asks no more", async () => {
    const { desk, routes, asked, passTime } = aDesk("operator");
    await desk.open();
    await passTime();
    routes[OVERVIEW_PATH] = refused("unauthorized");
    await passTime();
    expect(desk.who.value).toEqual({ type: "nobody", hasEnded: true });
    expect([desk.overview.value, desk.allowance.value, desk.heardMs.value]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const before = asked.length;
    await passTime();
    desk.lookNow();
    await passTime();
    expect(asked.length).toBe(before);
  });

  it("[CO10] shows nothing that was still on its way when somebody left", async () => {
    const { desk, routes, passTime } = aDesk("operator");
    await desk.open();
    await passTime();
    const answer = Promise.withResolvers<Response>();
    routes[OVERVIEW_PATH] = () => answer.promise;
    await passTime();
    await desk.signOut();
    expect(desk.who.value).toEqual({ type: "nobody", hasEnded: false });
    answer.resolve(Response.json(anOverview()));
    await passTime();
    expect([desk.overview.value, desk.heardMs.value]).toEqual([undefined, undefined]);
  });

  it("[CO3] keeps the last figures while the proxy cannot answer, and says that they are old", async () => {
    const { desk, routes, passTime } = aDesk("operator");
    await desk.open();
    await passTime();
    routes[OVERVIEW_PATH] = refused("store-unavailable");
    await passTime();
    expect(desk.freshness.value).toEqual({ type: "unreachable" });
    expect(desk.overview.value).toBeDefined();
    routes[OVERVIEW_PATH] = () => Response.json({ atMs: "tomorrow" });
    await passTime();
    expect(desk.freshness.value).toEqual({ type: "unreadable" });
  });

  it("looks at once after something was done", async () => {
    const { desk, asked, passTime } = aDesk("operator");
    await desk.open();
    await passTime();
    await desk.act("/v1/forwarding/pause", {}, NOTHING);
    expect(asked.at(-1)).toBe("POST /v1/forwarding/pause");
    await passTime();
    expect(asked).toContain(`GET ${OVERVIEW_PATH}`);
  });

  it("[CO4] asks about a card in the body, and in no address", async () => {
    const { desk, asked } = aDesk("operator");
    await desk.findJourney("2912345678906");
    expect(asked).toEqual([`POST ${JOURNEYS_PATH}`]);
  });
});
