/** What is to be done about something that broke and that nobody caught. */
export interface ErrorWatch {
  /** `again`: it broke so often that the page is to begin again, once. */
  readonly broke: (nowMs: number) => "calm" | "again";
  /** Since the page began. */
  readonly count: () => number;
}

/** Ours: one may be chance, three in five minutes are a page that is not well. */
const MANY = 3;
const WITHIN_MS = 300_000;

export function createErrorWatch(): ErrorWatch {
  let recent: readonly number[] = [];
  let count = 0;
  let begunAgain = false;
  return {
    broke(nowMs) {
      count += 1;
      recent = [...recent.filter((atMs) => nowMs - atMs < WITHIN_MS), nowMs].slice(-MANY);
      if (recent.length < MANY || begunAgain) return "calm";
      begunAgain = true;
      return "again";
    },
    count: () => count,
  };
}

/** What Chromium reports as an error and is none: a layout that took another frame. */
export function isNoise(message: string): boolean {
  return message.startsWith("ResizeObserver loop");
}
