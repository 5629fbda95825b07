import type { Clock } from "../domain/clock.ts";

/** How often one kiosk may ask. */
export interface FloodRate {
  /** Requests in one go after a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Ours: a kiosk beats once a minute and sends one batch at a time; a backlog of 100,000 scans is
 * some 300 requests as fast as answers come.
 */
const RATE: FloodRate = { burst: 600, perSecond: 20 };

/** Ours: kiosks remembered at once; past it those that are quiet longest are forgotten. */
const MAX_DEVICES = 50_000;

/** Gives the seconds a kiosk must wait, or nothing when it may go on, which then counts. */
export type FloodLimit = (deviceId: string) => number | undefined;

interface Bucket {
  readonly tokens: number;
  readonly atMonoMs: number;
}

/** A token bucket per kiosk: one that floods is held back, and no other. */
export function createFloodLimit(
  clock: Pick<Clock, "monoMs">,
  { burst, perSecond }: FloodRate = RATE,
  maxDevices = MAX_DEVICES,
): FloodLimit {
  /** Quiet longest first. */
  const buckets = new Map<string, Bucket>();

  return (deviceId) => {
    const atMonoMs = clock.monoMs();
    const before = buckets.get(deviceId) ?? { tokens: burst, atMonoMs };
    const refilled = before.tokens + ((atMonoMs - before.atMonoMs) / 1_000) * perSecond;
    const tokens = Math.min(burst, refilled);
    buckets.delete(deviceId);
    const [quietest] = buckets.keys();
    if (buckets.size >= maxDevices && quietest !== undefined) buckets.delete(quietest);
    const isAdmitted = tokens >= 1;
    buckets.set(deviceId, { tokens: isAdmitted ? tokens - 1 : tokens, atMonoMs });
    return isAdmitted ? undefined : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
}
