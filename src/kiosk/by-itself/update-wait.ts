/** How things stand while a new version of the app waits; times by the page's monotonic clock. */
export interface Waiting {
  readonly nowMs: number;
  /** When the new version was ready. */
  readonly sinceMs: number;
  /** Since when attract stands untouched; absent while somebody is there. */
  readonly idleSinceMs: number | undefined;
  /** What is owed is on its way to the proxy. */
  readonly isFlushing: boolean;
}

export interface UpdatePolicy {
  readonly idleMs: number;
  readonly deadlineMs: number;
  /** A page that began too often in a row takes none earlier. */
  readonly notBeforeMs: number;
}

/** Ours: nobody who comes up to a kiosk and looks at it is there for longer without touching it. */
export const UPDATE_IDLE_SECONDS = 60;

/** Ours: a shop that is never quiet has its updates within the day. */
export const UPDATE_DEADLINE_HOURS = 24;

/** Ours: a flush is over in seconds as a rule. */
const FLUSH_LOOK_MS = 5_000;

/**
 * How long a new version waits yet before it may take over; 0 is now, and nothing means until something
 * changes. Past the deadline the next attract is taken, at once and in the midst of a flush: what is owed
 * is safe, and sent by whichever version is there.
 */
export function updateWaitMs(
  { nowMs, sinceMs, idleSinceMs, isFlushing }: Waiting,
  { idleMs, deadlineMs, notBeforeMs }: UpdatePolicy,
): number | undefined {
  if (idleSinceMs === undefined) return undefined;
  if (nowMs < notBeforeMs) return notBeforeMs - nowMs;
  const toDeadlineMs = sinceMs + deadlineMs - nowMs;
  if (toDeadlineMs <= 0) return 0;
  const toIdleMs = idleSinceMs + idleMs - nowMs;
  const waitMs = toIdleMs > 0 ? toIdleMs : isFlushing ? FLUSH_LOOK_MS : 0;
  return Math.min(waitMs, toDeadlineMs);
}

/** Ours: half an hour, a fifth more or less, so that a chain does not ask as one. */
export function updateLookMs(random: number): number {
  return 1_800_000 * (0.8 + 0.4 * random);
}
