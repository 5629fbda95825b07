import type { Store } from "../../../src/proxy/store/store.ts";
import type { ReplicaOptions } from "./replica.ts";
import type { VirtualTime } from "./virtual-time.ts";

const DAY = 86_400_000;

/**
 * A proxy without the guard: it believes the wall clock, and counts a call when it has ended. What it
 * may claim is what its own count leaves; nothing paces it.
 */
export function withoutGuard(allowed: number): (time: VirtualTime, store: Store) => Partial<ReplicaOptions> {
  return (_time, store) => {
    const ended: number[] = [];
    let wallMs: () => number = () => 0;
    const used = () => ended.filter((atMs) => atMs > wallMs() - DAY).length;
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
          const limit = Math.min(ask.limit, allowed - used());
          return limit > 0 ? store.claim({ ...ask, limit }) : { claims: [] };
        },
        settle: (claim, settlement) => {
          ended.push(wallMs());
          return store.settle(claim, settlement);
        },
      },
    };
  };
}

/** The store's own guard never holds anything back. */
const UNLIMITED = 1e12;
