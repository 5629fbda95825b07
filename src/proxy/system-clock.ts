import type { Clock } from "../domain/clock.ts";

/** This machine's clocks. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monoMs: () => performance.now(),
};
