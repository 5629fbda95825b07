import type { Clock } from "../domain/clock.ts";

/**
 * Proxy time for what is due: the wall clock, except that it does not go back while the process
 * lives. A clock that was a day ahead for a moment then holds nobody back for a day.
 */
export function createDueClock(clock: Clock): () => number {
  let lastMs = clock.wallMs();
  let lastMonoMs = clock.monoMs();
  return () => {
    const monoMs = clock.monoMs();
    lastMs = Math.max(clock.wallMs(), lastMs + (monoMs - lastMonoMs));
    lastMonoMs = monoMs;
    return Math.floor(lastMs);
  };
}
