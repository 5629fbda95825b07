import type { Store } from "../../../src/proxy/store/store.ts";
import type { ReplicaOptions } from "./replica.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The store's own guard never holds anything back. */
const UNLIMITED = 1e12;

/**
 * Proxies without the guard: they believe their wall clocks, and count a call, in one count for both,
 * when it has ended. What they may claim is what that count leaves; nothing paces it.
 */
export function withoutGuard(allowed: number): (store: Store) => Partial<ReplicaOptions> {
  const endedByMinute = new Map<number, number>();

  const usedAt = (wallMs: number) => {
    let used = 0;
    for (const [minute, calls] of endedByMinute) {
      const agoMs = wallMs - minute * MINUTE;
      if (agoMs < DAY) used += calls;
      // As every such count forgets what is old, or seems so.
      else endedByMinute.delete(minute);
    }
    return used;
  };

  return (store) => {
    let wallMs: () => number = () => 0;
    return {
      openLedger: async ({ clock }) => {
        wallMs = clock.wallMs;
        return {
          nowMs: clock.wallMs,
          observe: () => undefined,
          behindMs: () => 0,
          needsTargetTime: () => false,
        };
      },
      allowed: UNLIMITED,
      store: {
        ...store,
        claim: async (ask) => {
          const limit = Math.min(ask.limit, allowed - usedAt(wallMs()));
          return limit > 0 ? store.claim({ ...ask, limit }) : { claims: [] };
        },
        settle: (claim, settlement) => {
          const minute = Math.floor(wallMs() / MINUTE);
          endedByMinute.set(minute, (endedByMinute.get(minute) ?? 0) + 1);
          return store.settle(claim, settlement);
        },
      },
    };
  };
}
