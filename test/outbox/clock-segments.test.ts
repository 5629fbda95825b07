import { describe, expect, it } from "vitest";
import { Segment } from "../../src/contract/primitives.ts";
import { createSegmentClock } from "../../src/outbox/clock-segments.ts";

const LOAD = "10ad10ad-0000-4000-8000-000000000000";

function aClock(wallMs: number) {
  const now = { wallMs, monoMs: 10 };
  const clock = { wallMs: () => now.wallMs, monoMs: () => now.monoMs };
  const { reading } = createSegmentClock(clock, () => LOAD);
  const pass = (wallMs: number, monoMs = wallMs): void => {
    now.wallMs += wallMs;
    now.monoMs += monoMs;
  };
  return { reading, pass };
}

describe("[CL1] clock segments", () => {
  it("stays in one segment while both clocks run evenly", () => {
    const { reading, pass } = aClock(1_000_000);
    expect(reading()).toEqual({ segment: `${LOAD}.0`, wallMs: 1_000_000, monoMs: 10 });
    pass(3_600_000);
    pass(2_000, 0);
    expect(reading().segment).toBe(`${LOAD}.0`);
    expect(Segment.safeParse(reading().segment).success).toBe(true);
  });

  it("begins another at every step of the wall clock, forth and back", () => {
    const { reading, pass } = aClock(0);
    pass(1_700_000_000_000, 1_000);
    expect(reading()).toMatchObject({ segment: `${LOAD}.1`, wallMs: 1_700_000_000_000 });
    expect(reading().segment).toBe(`${LOAD}.1`);
    pass(-5_000, 0);
    expect(reading().segment).toBe(`${LOAD}.2`);
  });

  it("says 0 for a clock before 1970", () => {
    expect(aClock(-7).reading().wallMs).toBe(0);
  });
});
