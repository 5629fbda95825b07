import { describe, expect, it, vi } from "vitest";
import {
  admitted,
  CLOSED,
  FAILURES_TO_OPEN,
  stepBreaker,
  type Breaker,
  type BreakerEvent,
  type BreakerStep,
} from "../../src/proxy/breaker.ts";
import { createDueClock } from "../../src/proxy/due-clock.ts";
import { stillNewest } from "../../src/proxy/freshness.ts";
import {
  isFreshlyWitnessed,
  isOwnFault,
  NO_WITNESS,
  noteDelivered,
  noteRefused,
  type RefusalGuard,
} from "../../src/proxy/refusal-guard.ts";
import { createWakeTimer } from "../../src/proxy/wake-timer.ts";
import { createHandClock } from "../support/forwarding-world.ts";

const step = (breaker: Breaker, event: BreakerEvent, more: Partial<BreakerStep> = {}) =>
  stepBreaker(breaker, { event, nowMs: 0, random: 0.5, ...more });

describe("breaker", () => {
  const failing = (times: number, retryAfterMs?: number) => {
    let breaker = CLOSED;
    for (let time = 0; time < times; time += 1) {
      breaker = step(breaker, { type: "unavailable", retryAfterMs });
    }
    return breaker;
  };
  const probing = (breaker: Breaker): Breaker => ({
    ...breaker,
    ...(breaker.state === "open" ? { probe: { number: 7, untilMs: 90_000 } } : {}),
  });

  it("opens after failures in a row, and lets one try when the pause is over", () => {
    expect(admitted(failing(FAILURES_TO_OPEN - 1), 0, 8)).toBe(8);
    const open = failing(FAILURES_TO_OPEN);
    expect(admitted(open, 0, 8)).toBe(0);
    expect(admitted(open, 60_000, 8)).toBe(1);
    expect(step(open, { type: "delivered" }, { nowMs: 60_000 })).toEqual(CLOSED);
  });

  it("pauses as long as Target asks", () => {
    const open = failing(FAILURES_TO_OPEN, 100_000);
    expect(admitted(open, 99_999, 8)).toBe(0);
    expect(admitted(open, 100_000, 8)).toBe(1);
  });

  it("[FW5] opens at once when visitors are refused and nobody is delivered", () => {
    const open = step(CLOSED, { type: "refusing" }, { random: 0 });
    expect(admitted(open, 0, 8)).toBe(0);
  });

  it("[FT1] admits nobody beside a probe, until that ended or its time is over", () => {
    const open = probing(failing(FAILURES_TO_OPEN));
    expect(admitted(open, 89_999, 8)).toBe(0);
    expect(admitted(open, 90_000, 8)).toBe(1);
    const silent = step(open, { type: "silent" }, { probe: 7, nowMs: 60_000 });
    expect(admitted(silent, 60_000, 8)).toBe(1);
    const failed = step(open, { type: "unavailable" }, { probe: 7, nowMs: 60_000 });
    expect(failed).toMatchObject({ state: "open", failures: FAILURES_TO_OPEN + 1 });
    expect(admitted(failed, 60_000, 8)).toBe(0);
  });

  it("[FT1] goes on waiting for its probe when an older call, or an older probe, ends", () => {
    const open = probing(failing(FAILURES_TO_OPEN));
    for (const probe of [undefined, 6]) {
      const after = step(open, { type: "unavailable" }, { probe, nowMs: 60_000 });
      expect(after).toMatchObject({ probe: { number: 7 } });
      expect(admitted(after, 89_999, 8)).toBe(0);
    }
  });
});

describe("[FW5] a refusal", () => {
  const delivered = (mark: string, atMs: number, guard = NO_WITNESS) =>
    noteDelivered(guard, { mark, atMs });

  it("is the visitor's own only when somebody else was delivered within a minute", () => {
    const isOwn = (guard: RefusalGuard, atMs: number) =>
      isOwnFault(noteRefused(guard), { mark: "a", atMs });
    expect(isOwn(NO_WITNESS, 0)).toBe(false);
    expect(isOwn(delivered("a", 0), 1)).toBe(false);
    const both = delivered("a", 1, delivered("b", 0));
    expect(isOwn(both, 60_000)).toBe(true);
    expect(isOwn(both, 60_001)).toBe(false);
  });

  it("is no longer believed when many follow each other and deliveries have stopped", () => {
    let guard = delivered("a", 0);
    const believed = ["b", "c", "d", "e", "f"].map((mark) => {
      guard = noteRefused(guard);
      return isOwnFault(guard, { mark, atMs: 1 });
    });
    expect(believed).toEqual([true, true, true, false, false]);
    const again = noteRefused(delivered("a", 2, guard));
    expect(isOwnFault(again, { mark: "g", atMs: 3 })).toBe(true);
  });

  it("costs no write for every call: two deliveries are witnesses for some seconds", () => {
    const both = delivered("b", 1, delivered("a", 0));
    expect(isFreshlyWitnessed(delivered("a", 0), 1)).toBe(false);
    expect(isFreshlyWitnessed(both, 5_000)).toBe(true);
    expect(isFreshlyWitnessed(both, 5_001)).toBe(false);
    expect(isFreshlyWitnessed(noteRefused(both), 2)).toBe(false);
  });
});

it("[FW6] knows its own values by any of the last it sent", () => {
  const attribute = { name: "x", value: "new", effectiveMs: 100, sentValues: ["old", "older"] };
  const isKept = (value: string, modifiedAtMs: number) =>
    stillNewest([attribute], new Map([["x", { value, modifiedAtMs }]])).length === 1;
  expect(isKept("site", 101)).toBe(false);
  expect(isKept("site", 100)).toBe(true);
  for (const own of ["new", "old", "older"]) expect(isKept(own, 101)).toBe(true);
  expect(stillNewest([attribute], new Map())).toHaveLength(1);
});

it("does not let what is due wait for a wall clock that went back", () => {
  const clock = createHandClock(1_000);
  const nowMs = createDueClock(clock);
  clock.setWall(90_000);
  expect(nowMs()).toBe(90_000);
  clock.setWall(1_000);
  clock.advance(500);
  expect(nowMs()).toBe(90_500);
});

it("wakes at the soonest wish and again at every later one, never before", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    const startMs = performance.now();
    const wakes: number[] = [];
    const timer = createWakeTimer(() => wakes.push(performance.now() - startMs));
    timer.wakeIn(5_000);
    timer.wakeIn(1_000);
    timer.wakeIn(1_010);
    vi.advanceTimersByTime(10_000);
    const wished = [1_000, 1_010, 5_000];
    for (const [index, atMs] of wished.entries()) {
      expect(
        wakes.some((wake) => wake >= atMs && wake < atMs + 200),
        `wish ${index}`,
      ).toBe(true);
    }
    expect(wakes.length).toBeLessThanOrEqual(wished.length);
    timer.wakeIn(100);
    timer.cancel();
    vi.advanceTimersByTime(10_000);
    expect(wakes.length).toBeLessThanOrEqual(wished.length);
  } finally {
    vi.useRealTimers();
  }
});
