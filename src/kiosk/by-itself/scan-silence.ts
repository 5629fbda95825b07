/** How much of the opening hours went by without a card. */
export interface ScanSilence {
  /**
   * Counts what passed since the last look, if the store is open.
   *
   * @param readMs when a card was last read; times are monotonic
   */
  readonly look: (nowMs: number, isOpen: boolean, readMs: number | undefined) => void;
  /** Milliseconds, since the page began at the most. */
  readonly openMs: () => number;
}

/** Ours: looks come about once a minute; a page that slept for longer could not have read anything. */
const LONGEST_LOOK_MS = 300_000;

export function createScanSilence(startMs: number): ScanSilence {
  let lookedMs = startMs;
  let openMs = 0;
  return {
    look(nowMs, isOpen, readMs) {
      if (readMs !== undefined && readMs >= lookedMs) {
        openMs = 0;
        lookedMs = readMs;
      }
      if (isOpen) openMs += Math.min(nowMs - lookedMs, LONGEST_LOOK_MS);
      lookedMs = nowMs;
    },
    openMs: () => openMs,
  };
}
