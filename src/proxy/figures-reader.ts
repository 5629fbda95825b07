import type { Clock } from "../domain/clock.ts";

/** Ours: a reading that is quicker is made anew each time. */
const DEAR_MS = 250;

/** Ours: however many ask, the store is busy with it for a twentieth of the time at most. */
const KEPT_TIMES = 20;

/**
 * Reads for everybody who asks meanwhile, and where that took the store long, keeps what was read: a
 * count over millions of rows must not become dearer with each screen that shows it. All who are
 * answered by one reading are told the same.
 */
export function createSharedReading<T>(
  read: () => Promise<T>,
  clock: Pick<Clock, "monoMs">,
): () => Promise<T> {
  let reading: Promise<T> | undefined;
  let kept: { readonly value: T; readonly untilMonoMs: number } | undefined;

  const readAnew = async () => {
    const beganMs = clock.monoMs();
    const value = await read();
    const tookMs = clock.monoMs() - beganMs;
    const untilMonoMs = clock.monoMs() + tookMs * KEPT_TIMES;
    kept = tookMs < DEAR_MS ? undefined : { value, untilMonoMs };
    return value;
  };
  return () => {
    if (kept !== undefined && clock.monoMs() < kept.untilMonoMs) return Promise.resolve(kept.value);
    reading ??= readAnew().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
