import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";

/** Gives readings that name the stretch of time in which both clocks ran evenly (rule CL1). */
export interface SegmentClock {
  readonly reading: () => ClockReading;
}

/**
 * Ours: how far the two clocks may drift apart between two readings before the wall clock counts as
 * stepped. Slewing by a time daemon is far slower; a step that matters is far larger.
 */
export const STEP_MS = 2_000;

/**
 * A new load per page life. The step rises whenever the wall clock has jumped, either way, against
 * the monotonic one; a machine that slept looks the same, and rightly so.
 *
 * @param newLoadId a lowercase UUID
 */
export function createSegmentClock(clock: Clock, newLoadId: () => string): SegmentClock {
  const load = newLoadId();
  let step = 0;
  let apartMs = clock.wallMs() - clock.monoMs();
  return {
    reading() {
      // A wall clock before 1970 is out of the contract; 0 says "no idea" just as well.
      const wallMs = Math.max(0, Math.floor(clock.wallMs()));
      const monoMs = Math.max(0, clock.monoMs());
      const nowApartMs = wallMs - monoMs;
      if (Math.abs(nowApartMs - apartMs) > STEP_MS) {
        step += 1;
        apartMs = nowApartMs;
      }
      return { segment: `${load}.${step}`, wallMs, monoMs };
    },
  };
}
