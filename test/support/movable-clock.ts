import type { Clock } from "../../src/domain/clock.ts";

/** A clock that a test moves; both readings go on together. */
export function aMovableClock(wallMs = 1_795_420_800_000): Clock & {
  readonly advance: (byMs: number) => void;
} {
  let passedMs = 0;
  return {
    wallMs: () => wallMs + passedMs,
    monoMs: () => passedMs,
    advance: (byMs) => void (passedMs += byMs),
  };
}
