/** Ours: how often the figures are asked for while somebody looks, in milliseconds. */
export const LOOK_EVERY_MS = 5_000;

/** Ours: how often while the page is hidden, and the longest pause after failures. */
export const LOOK_SELDOM_MS = 60_000;

/** Ours: figures this old are said to be old: three looks in a row were in vain. */
export const STALE_AFTER_MS = 16_000;

/**
 * How long until the next look. Failures double the pause, up to a minute, and half of it is drawn by
 * chance, so that many pages do not come back in one wave.
 *
 * @param random uniform draw in [0, 1)
 */
export function nextLookMs(
  everyMs: number,
  failures: number,
  isHidden: boolean,
  random: number,
): number {
  if (failures === 0) return isHidden ? Math.max(everyMs, LOOK_SELDOM_MS) : everyMs;
  const ceilingMs = Math.max(everyMs, Math.min(LOOK_SELDOM_MS, everyMs * 2 ** failures));
  const pauseMs = ceilingMs / 2 + (ceilingMs / 2) * random;
  return isHidden ? Math.max(pauseMs, LOOK_SELDOM_MS) : pauseMs;
}

export interface LiveDeps {
  /** Looks once; whether there was an answer. Never throws. */
  readonly look: () => Promise<boolean>;
  readonly everyMs: number;
  readonly isHidden: () => boolean;
  readonly random: () => number;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number) => void;
}

/** Looks again and again, one look at a time. */
export interface Live {
  readonly start: () => void;
  readonly stop: () => void;
  /** Looks at once: somebody came back, or has just changed something. */
  readonly lookNow: () => void;
}

export function createLive(deps: LiveDeps): Live {
  let timer: number | undefined;
  let failures = 0;
  let isRunning = false;
  let isLooking = false;
  let isAskedAgain = false;

  function plan(delayMs: number): void {
    if (timer !== undefined) deps.clearTimeout(timer);
    timer = deps.setTimeout(() => void look(), delayMs);
  }

  async function look(): Promise<void> {
    timer = undefined;
    isLooking = true;
    isAskedAgain = false;
    failures = (await deps.look()) ? 0 : failures + 1;
    isLooking = false;
    if (!isRunning) return;
    // What was changed while the answer was on its way is not in it.
    plan(isAskedAgain ? 0 : nextLookMs(deps.everyMs, failures, deps.isHidden(), deps.random()));
  }

  const lookNow = () => {
    if (isLooking) isAskedAgain = true;
    else plan(0);
  };
  return {
    start: () => {
      if (isRunning) return;
      isRunning = true;
      failures = 0;
      lookNow();
    },
    stop: () => {
      isRunning = false;
      if (timer !== undefined) deps.clearTimeout(timer);
      timer = undefined;
    },
    lookNow: () => {
      if (isRunning) lookNow();
    },
  };
}
