import type { ReadBackTiming } from "./look-plan.ts";

/** When members Target does not have are put into a file that creates them. Milliseconds. */
export interface CreationTiming {
  /** Between two files. */
  readonly everyMs: number;
  /** Shortest time a member has been missed for. */
  readonly missedForMs: number;
  /** Shortest time between two files for one member. */
  readonly againAfterMs: number;
  /** From a file to the first look whether its members are there. */
  readonly lookAfterMs: number;
}

/**
 * Ours: bulk takes an hour to show anyhow, and consecutive v2 batches override each other, so a file of
 * an hour's strangers is no slower than many small ones.
 */
const EVERY_MS = 3_600_000;

/**
 * Ours: a visit to the site is in the profile an hour later in practice. Missed twice, an hour apart,
 * is longer ago than the first visit of anybody who is there right now.
 */
const MISSED_LOOKS = 2;

/** Source: an update takes "as long as 24 hours": only then is a row known to be lost. */
const AGAIN_AFTER_MS = 86_400_000;

export function creationTiming({ afterMs, searchAfterMs }: ReadBackTiming): CreationTiming {
  return {
    everyMs: Math.min(EVERY_MS, MISSED_LOOKS * searchAfterMs),
    missedForMs: MISSED_LOOKS * searchAfterMs,
    againAfterMs: AGAIN_AFTER_MS,
    lookAfterMs: afterMs,
  };
}
