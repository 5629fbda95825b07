import type { Clock } from "../../domain/clock.ts";
import type { Waiting } from "./turns.ts";

/** Ours: a body that takes longer to come is on a poor line, and keeps nobody else out. */
const ARRIVES_WITHIN_MS = 2_000;

/** What stands before a batch that comes now. */
export interface Load {
  /** It was let in, and its body is on its way. */
  readonly arriving: (batch: Waiting) => void;
  readonly arrived: (batch: Waiting) => void;
  readonly gone: (batch: Waiting) => void;
  readonly counts: (batch: Waiting) => boolean;
  readonly bytes: () => number;
  readonly kiosks: () => number;
}

/**
 * Of each kiosk one batch counts, since it has only one at work at a time; and a body that is on its way
 * counts as long as bodies usually take.
 */
export function createLoad(clock: Pick<Clock, "monoMs">): Load {
  const counted = new Map<string, Waiting>();
  /** Bodies on their way that count, oldest first, with when they began. */
  const onTheirWay = new Map<Waiting, number>();
  /** Bodies that have come and stand behind another of their kiosk. */
  const behind = new Map<string, Set<Waiting>>();
  let bytes = 0;

  const count = (batch: Waiting): boolean => {
    if (counted.has(batch.kiosk)) return counted.get(batch.kiosk) === batch;
    counted.set(batch.kiosk, batch);
    bytes += batch.bytes;
    return true;
  };
  const uncount = (batch: Waiting): void => {
    if (counted.get(batch.kiosk) !== batch) return;
    counted.delete(batch.kiosk);
    bytes -= batch.bytes;
    const [next] = behind.get(batch.kiosk) ?? [];
    if (next === undefined) return;
    leaveLine(next);
    count(next);
  };
  const leaveLine = (batch: Waiting): void => {
    const line = behind.get(batch.kiosk);
    line?.delete(batch);
    if (line?.size === 0) behind.delete(batch.kiosk);
  };
  const forgetSlow = (): void => {
    const beforeMs = clock.monoMs() - ARRIVES_WITHIN_MS;
    for (const [batch, begunMs] of onTheirWay) {
      if (begunMs >= beforeMs) return;
      onTheirWay.delete(batch);
      uncount(batch);
    }
  };

  return {
    arriving: (batch) => {
      if (count(batch)) onTheirWay.set(batch, clock.monoMs());
    },
    arrived: (batch) => {
      onTheirWay.delete(batch);
      if (count(batch)) return;
      const line = behind.get(batch.kiosk) ?? new Set();
      behind.set(batch.kiosk, line.add(batch));
    },
    gone: (batch) => {
      onTheirWay.delete(batch);
      leaveLine(batch);
      uncount(batch);
    },
    counts: (batch) => {
      forgetSlow();
      return counted.get(batch.kiosk) === batch;
    },
    bytes: () => {
      forgetSlow();
      return bytes;
    },
    kiosks: () => {
      forgetSlow();
      return counted.size;
    },
  };
}
