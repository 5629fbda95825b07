import { describe, expect, it } from "vitest";
import { forwardingView } from "../../../src/console/views/forwarding.ts";
import { SAYING } from "../../support/overviews.ts";
import { MINUTE, NOW } from "../../support/store-builders.ts";

const SOME_LEFT = { allowed: 10, used: 9, forecast: { type: "clear" } } as const;
const CLOSED = { state: "closed", failures: 0 } as const;

describe("whether anything is sent", () => {
  it("[CO8] says by whom, since when and why it is paused", () => {
    const pause = { sinceMs: NOW, who: "maria", reason: "ticket 812" };
    const paused = { state: "paused", pause, breaker: CLOSED } as const;
    expect(forwardingView(paused, SOME_LEFT, NOW, SAYING)).toEqual({
      condition: "warn",
      isPaused: true,
      state: "Sending is paused",
      facts: "by maria, since 09:00, “ticket 812”",
    });
  });

  it("[CO8] says when it goes on by itself, and not what is past", () => {
    const away = (untilMs: number) =>
      ({ state: "breaker-open", breaker: { state: "open", failures: 9, untilMs } }) as const;
    expect(forwardingView(away(NOW + MINUTE), SOME_LEFT, NOW, SAYING)).toMatchObject({
      state: "Target does not answer",
      facts: "goes on at about 09:01",
    });
    expect(forwardingView(away(NOW - MINUTE), SOME_LEFT, NOW, SAYING).facts).toBe("");
  });

  it("[CO8] does not say that it sends while no call is left", () => {
    const running = { state: "running", breaker: CLOSED } as const;
    const spent = { ...SOME_LEFT, used: 10 };
    expect(forwardingView(running, spent, NOW, SAYING).state).toBe("The allowance is spent");
    expect(forwardingView(running, SOME_LEFT, NOW, SAYING)).toMatchObject({
      condition: "good",
      state: "Sending to Target",
    });
  });
});
