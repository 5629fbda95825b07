/**
 * Where a process reads the time. Made in the composition roots, passed to everything else.
 *
 * Two clocks, because either alone lies: the wall clock can be wrong, set or stepped; the
 * monotonic one only counts, and starts anywhere.
 */
export interface Clock {
  /** Milliseconds since 1970 as this machine believes them. May jump, both ways. */
  readonly wallMs: () => number;
  /** Milliseconds since some fixed moment of this process or page. Never falls. */
  readonly monoMs: () => number;
}
