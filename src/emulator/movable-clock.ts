import type { Clock } from "../domain/clock.ts";

/** Target's own time: runs with `clock`, and can be set apart from it. */
export interface MovableClock {
  /** Milliseconds since 1970 as Target believes them. */
  readonly nowMs: () => number;
  readonly advance: (byMs: number) => void;
  readonly set: (toMs: number) => void;
  /** Runs with the clock again. */
  readonly reset: () => void;
}

export function createMovableClock(clock: Clock): MovableClock {
  let offsetMs = 0;
  return {
    nowMs: () => clock.wallMs() + offsetMs,
    advance: (byMs) => {
      offsetMs += byMs;
    },
    set: (toMs) => {
      offsetMs = toMs - clock.wallMs();
    },
    reset: () => {
      offsetMs = 0;
    },
  };
}
