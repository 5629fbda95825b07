import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFaults, FaultList } from "../../src/emulator/faults.ts";
import { anEmulator, EMULATOR_START } from "../support/target-world.ts";

const CARD = "2912345678906";
const GOOD = `mbox3rdPartyId=${CARD}&profile.a=1`;
const OTHER = "mbox3rdPartyId=2900000000018&profile.a=1";

/** The statuses of so many calls, one after the other. */
async function statuses(
  update: (payload: string) => Promise<{ statusCode: number }>,
  calls: number,
) {
  const seen: number[] = [];
  for (let call = 0; call < calls; call += 1) seen.push((await update(GOOD)).statusCode);
  return seen;
}

describe("scripts of faults", () => {
  it("[EM6] begin with the nth matching call since they were armed", async () => {
    const { update, inject } = anEmulator();
    inject({ type: "status", status: 503, nth: 3, times: 2, match: { value: CARD } });
    await update(OTHER);
    expect(await statuses(update, 6)).toEqual([200, 200, 503, 503, 200, 200]);
  });

  it("[EM6] count every matching call, also one that suffers another fault", async () => {
    const { update, inject } = anEmulator();
    inject({ type: "status", status: 500, times: 2 }, { type: "status", status: 503, nth: 3 });
    expect(await statuses(update, 4)).toEqual([500, 500, 503, 200]);
  });

  it("[EM6] choose by share, drawn anew for each call, without end", async () => {
    const draws = [0.1, 0.3, 0.5, 0.29];
    const { update, inject } = anEmulator({ random: () => draws.shift() ?? 0.99 });
    inject({ type: "status", status: 503, share: 0.3 });
    // Each call that goes well draws for its propagation delay too.
    expect(await statuses(update, 3)).toEqual([503, 200, 503]);
  });

  it("[EM6] last until a moment on Target's clock", async () => {
    const { update, inject, advance, control } = anEmulator();
    inject({ type: "status", status: 503, until: new Date(EMULATOR_START + 1_000).toISOString() });
    expect(await statuses(update, 3)).toEqual([503, 503, 503]);
    advance(999);
    expect(await statuses(update, 1)).toEqual([503]);
    advance(1);
    expect(await statuses(update, 1)).toEqual([200]);
    expect((await control("GET", "/faults")).json()).toEqual({ faults: [] });
  });

  it("[EM6] hold all at once: from the second call, at most twice, before noon", async () => {
    const { update, inject, advance } = anEmulator();
    const until = EMULATOR_START + 60_000;
    inject({ type: "status", status: 503, nth: 2, times: 2, share: 1, until });
    expect(await statuses(update, 2)).toEqual([200, 503]);
    advance(60_000);
    expect(await statuses(update, 1)).toEqual([200]);
  });

  it("[EM6] with a share befall about that share of many calls, the same for a seed", () => {
    const hits = (seed: number) => {
      // Park and Miller's generator, so that a failure can be repeated.
      let state = seed;
      const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      const faults = createFaults({ nowMs: () => 0, random });
      faults.inject(FaultList.parse([{ type: "lost-reply", share: 0.2 }]));
      return Array.from({ length: 5_000 }, () => faults.take({ route: "update" }) !== undefined);
    };
    const share = hits(42).filter(Boolean).length / 5_000;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.23);
    expect(hits(42)).toEqual(hits(42));
  });

  it("[EM6] befall exactly the calls that a naive reading of the script says", () => {
    const script = fc.record({
      nth: fc.integer({ min: 1, max: 6 }),
      times: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        script,
        fc.array(fc.constantFrom("update", "fetch"), { maxLength: 20 }),
        (one, routes) => {
          const faults = createFaults({ nowMs: () => 0, random: () => 0 });
          faults.inject(FaultList.parse([{ type: "html", ...one }]));
          let matching = 0;
          for (const route of routes) {
            if (route === "update") matching += 1;
            const isDue =
              route === "update" && matching >= one.nth && matching < one.nth + one.times;
            expect(faults.take({ route: route as "update" }) !== undefined).toBe(isDue);
          }
        },
      ),
    );
  });

  it.each([
    [{ type: "status", status: 503, share: 0 }, "share"],
    [{ type: "status", status: 503, nth: 0 }, "nth"],
    [{ type: "status", status: 503, until: "tomorrow" }, "until"],
    [{ type: "status", status: 503, match: { route: "nowhere" } }, "match.route"],
    [{ type: "delay" }, "delayMs"],
    [{ type: "earthquake" }, "type"],
  ])("[EM9] refuse %j by the field", async (fault, path) => {
    const { control } = anEmulator();
    const answer = await control("POST", "/faults", fault);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toContain(path);
    expect((await control("GET", "/faults")).json()).toEqual({ faults: [] });
  });

  it.each(["fetch", "token", "any"])("[EM6] befall the route %s", async (route) => {
    const { inject, fetchProfile, app } = anEmulator();
    inject({ type: "status", status: 599, match: { route } });
    const answer =
      route === "token"
        ? await app.inject({ method: "POST", url: "/demo/target/authentication/token" })
        : await fetchProfile(`thirdPartyId/${CARD}`);
    expect(answer.statusCode).toBe(599);
  });
});
