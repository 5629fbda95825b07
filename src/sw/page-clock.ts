import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";

/**
 * A page's reading, carried on by the worker's own monotonic clock (rule CL1): the page's segment
 * dates its entries best, and the page may be gone by the time they are sent.
 */
export function continueReading(page: ClockReading, clock: Clock): () => ClockReading {
  const startMs = clock.monoMs() - transitMs(page, clock);
  return () => {
    const elapsedMs = Math.max(0, clock.monoMs() - startMs);
    const { segment, wallMs, monoMs } = page;
    return {
      segment,
      wallMs: wallMs + Math.floor(elapsedMs),
      monoMs: monoMs + elapsedMs,
    };
  };
}

/** Ours: a worker that has to be started first answers within seconds. */
const LONGEST_TRANSIT_MS = 30_000;

/** How long the message was under way, by the wall clock both share; 0 when that was set meanwhile. */
function transitMs(page: ClockReading, clock: Clock): number {
  const betweenMs = clock.wallMs() - page.wallMs;
  return betweenMs >= 0 && betweenMs <= LONGEST_TRANSIT_MS ? betweenMs : 0;
}
