import type { ReadBackTiming } from "../read-back/look-plan.ts";
import { CREATED_WITHIN_MS } from "../store/read-back-store.ts";

/** When the overflow lane works, and on whom. Milliseconds. */
export interface OverflowTiming {
  /** Between two looks at how long the backlog will take. */
  readonly everyMs: number;
  /** A backlog that single calls bring to its end within this is left to them. */
  readonly afterMs: number;
  /** Shortest time a member has waited for: who came just now is told by a single call. */
  readonly waitedMs: number;
  /** Longest time a file is written for; what was looked at first is as old as this when it leaves. */
  readonly writeForMs: number;
  /** Shortest time between two files for one member. */
  readonly againAfterMs: number;
  /** From a file to the first look whether it took effect. */
  readonly lookAfterMs: number;
}

/** Ours: a backlog grows and shrinks by hours. */
const EVERY_MS = 600_000;

/** Ours: as long as what waits is worth more as a single call, which shows within the hour. */
const WAITED_MS = 3_600_000;

/**
 * Ours: half the hour after which a profile must be looked at again before a send (rule FW6); the other
 * half is for the upload.
 */
const WRITE_FOR_MS = 1_800_000;

export function overflowTiming(afterMs: number, readBack: ReadBackTiming): OverflowTiming {
  return {
    everyMs: EVERY_MS,
    afterMs,
    waitedMs: WAITED_MS,
    writeForMs: WRITE_FOR_MS,
    againAfterMs: CREATED_WITHIN_MS,
    lookAfterMs: readBack.afterMs,
  };
}

const DAY_MS = 86_400_000;

/** How long single calls alone would take for what waits, in milliseconds. */
export function drainMs(visitorsWaiting: number, allowed: number): number {
  return (visitorsWaiting / allowed) * DAY_MS;
}
