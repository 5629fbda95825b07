/** Ours: how often a condition in another process is looked at. */
const LOOK_EVERY_MS = 25;

export interface WaitOptions {
  readonly timeoutMs?: number;
}

/**
 * Waits until `look` gives something other than `undefined` or `false`, and gives that. A look that
 * throws counts as "not yet"; its last error is the cause of the timeout.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000 }: WaitOptions = {},
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      lastError = undefined;
    } catch (error) {
      // Whoever is looked at may be starting or dying; the deadline decides.
      lastError = error;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`, { cause: lastError });
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** Gives other processes time; only for pacing and polling, never in place of a condition. */
export function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
