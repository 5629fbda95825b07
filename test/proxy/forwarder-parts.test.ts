import { describe, expect, it, vi } from "vitest";
import { admitted, CLOSED, FAILURES_TO_OPEN, stepBreaker } from "../../src/proxy/breaker.ts";
import { createDueClock } from "../../src/proxy/due-clock.ts";
import { stillNewest } from "../../src/proxy/freshness.ts";
import { createRefusalGuard } from "../../src/proxy/refusal-guard.ts";
import { createWakeTimer } from "../../src/proxy/wake-timer.ts";
import { createHandClock } from "../support/forwarding-world.ts";

describe("breaker", () => {
  const failing = (times: number, retryAfterMs?: number) => {
    let breaker = CLOSED;
    for (let time = 0; time < times; time += 1) {
      breaker = stepBreaker(breaker, { type: "unavailable", retryAfterMs }, 0, 0.5);
    }
    return breaker;
  };

  it("opens after failures in a row, and lets one try when the pause is over", () => {
    expect(admitted(failing(FAILURES_TO_OPEN - 1), 0, 8, 0)).toBe(8);
    const open = failing(FAILURES_TO_OPEN);
    expect(admitted(open, 0, 8, 0)).toBe(0);
    expect(admitted(open, 60_000, 8, 0)).toBe(1);
    expect(admitted(open, 60_000, 8, 1)).toBe(0);
    expect(stepBreaker(open, { type: "delivered" }, 60_000, 0.5)).toEqual(CLOSED);
  });

  it("pauses as long as Target asks", () => {
    const open = failing(FAILURES_TO_OPEN, 100_000);
    expect(admitted(open, 99_999, 8, 0)).toBe(0);
    expect(admitted(open, 100_000, 8, 0)).toBe(1);
  });

  it("[FW5] opens at once when visitors are refused and nobody is delivered", () => {
    const open = stepBreaker(CLOSED, { type: "refusing" }, 0, 0);
    expect(admitted(open, 0, 8, 0)).toBe(0);
  });
});

describe("[FW5] a refusal", () => {
  it("is the visitor's own only when somebody else was delivered within a minute", () => {
    const guard = createRefusalGuard();
    expect(guard.isOwnFault("a", 0)).toBe(false);
    guard.delivered("a", 0);
    expect(guard.isOwnFault("a", 1)).toBe(false);
    guard.delivered("b", 0);
    guard.delivered("a", 1);
    expect(guard.isOwnFault("a", 60_000)).toBe(true);
    expect(guard.isOwnFault("a", 60_001)).toBe(false);
  });

  it("is no longer believed when many follow each other and deliveries have stopped", () => {
    const guard = createRefusalGuard();
    guard.delivered("a", 0);
    expect(["b", "c", "d", "e", "f"].map((key) => guard.isOwnFault(key, 1))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    guard.delivered("a", 2);
    expect(guard.isOwnFault("g", 3)).toBe(true);
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
