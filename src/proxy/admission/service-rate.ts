import type { Clock } from "../../domain/clock.ts";

/** How fast batches are taken in, as measured, in bytes of their bodies. */
export interface ServiceRate {
  /** A batch was taken up. */
  readonly begun: () => void;
  /**
   * One that was taken up has ended.
   *
   * @param bytes that are on disk now; nothing where its end says nothing about the speed
   * @param isFull whether others wait although as many are at work as may be
   */
  readonly ended: (bytes: number | undefined, isFull: boolean) => void;
  readonly bytesPerMs: () => number;
  /** How long something has been at work and nothing has ended, in milliseconds. */
  readonly stalledMs: () => number;
}

/** Ours: what was measured longer ago than this much work counts for little. */
const MEMORY_MS = 5_000;

/** Ours: until something was measured, a slow disk's; it counts as a quarter of a second of work. */
const FIRST_GUESS = { bytes: 2_000 * 250, ms: 250 };

/** Ours: less than this is no measurement. */
const MIN_MEASURED_MS = 100;

/** Ours: a store slower than this is one that stands still. */
const MIN_BYTES_PER_MS = 1;

/**
 * Only time counts in which something was at work. While others wait, that is what the store can do;
 * otherwise it is at least what was brought to it. The larger of the two is believed, so that neither a
 * quiet night nor one slow minute makes a proxy send kiosks away for longer than it must.
 */
export function createServiceRate(clock: Pick<Clock, "monoMs">): ServiceRate {
  const whileFull = createAverage(FIRST_GUESS);
  const always = createAverage({ bytes: 0, ms: 0 });
  let atWork = 0;
  let markMs = 0;
  let wasFull = false;

  return {
    begun: () => {
      if (atWork === 0) {
        markMs = clock.monoMs();
        wasFull = false;
      }
      atWork += 1;
    },
    ended: (bytes, isFull) => {
      const nowMs = clock.monoMs();
      if (bytes !== undefined) {
        always.add(bytes, nowMs - markMs);
        if (wasFull) whileFull.add(bytes, nowMs - markMs);
      }
      atWork -= 1;
      markMs = nowMs;
      wasFull = isFull;
    },
    bytesPerMs: () => Math.max(MIN_BYTES_PER_MS, whileFull.value(), always.value()),
    stalledMs: () => (atWork === 0 ? 0 : clock.monoMs() - markMs),
  };
}

/** Bytes over time, the older the less. */
function createAverage(first: { readonly bytes: number; readonly ms: number }) {
  let { bytes, ms } = first;
  return {
    add: (moreBytes: number, moreMs: number) => {
      const kept = Math.exp(-moreMs / MEMORY_MS);
      bytes = bytes * kept + moreBytes;
      ms = ms * kept + moreMs;
    },
    value: () => (ms < MIN_MEASURED_MS ? 0 : bytes / ms),
  };
}
