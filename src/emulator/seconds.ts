import { indexAfter } from "./ascending.ts";

/** What arrived in one second of Target's clock. */
export interface Second {
  /** Its beginning, milliseconds since 1970. */
  readonly atMs: number;
  readonly calls: number;
  /** Those of them that were turned down. */
  readonly refused: number;
}

/** Ours: a week in which something arrives every second. */
export const MAX_SECONDS = 604_800;

/**
 * Update calls per second, for ever as far as the newest 604,800 busy seconds reach. Three numbers a
 * second, whatever arrives in it.
 */
export interface Seconds {
  readonly count: (atMs: number) => void;
  readonly countRefused: (atMs: number) => void;
  /** Calls in the second that `atMs` lies in. */
  readonly callsAt: (atMs: number) => number;
  /** Busy seconds after the one of `afterMs`, oldest first. */
  readonly list: (afterMs: number, limit: number) => readonly Second[];
  readonly clear: () => void;
}

export function createSeconds(maxSeconds = MAX_SECONDS): Seconds {
  let starts: number[] = [];
  let calls: number[] = [];
  let refused: number[] = [];

  /** The index of a second, made room for unless there is some. */
  const indexOf = (atMs: number): number => {
    const start = startOf(atMs);
    const index = indexAfter(starts, start);
    if (starts[index - 1] === start) return index - 1;
    starts.splice(index, 0, start);
    calls.splice(index, 0, 0);
    refused.splice(index, 0, 0);
    return index;
  };
  const forgetOldest = () => {
    // In lumps, so that being full does not cost a copy a second.
    if (starts.length <= maxSeconds * 1.1) return;
    starts = starts.slice(-maxSeconds);
    calls = calls.slice(-maxSeconds);
    refused = refused.slice(-maxSeconds);
  };

  return {
    count: (atMs) => {
      calls[indexOf(atMs)]! += 1;
      forgetOldest();
    },
    countRefused: (atMs) => {
      refused[indexOf(atMs)]! += 1;
    },
    callsAt: (atMs) => {
      const index = indexAfter(starts, startOf(atMs)) - 1;
      return starts[index] === startOf(atMs) ? calls[index]! : 0;
    },
    list: (afterMs, limit) => {
      const first = indexAfter(starts, afterMs);
      return starts.slice(first, first + limit).map((atMs, index) => ({
        atMs,
        calls: calls[first + index]!,
        refused: refused[first + index]!,
      }));
    },
    clear: () => {
      starts = [];
      calls = [];
      refused = [];
    },
  };
}

function startOf(atMs: number): number {
  return Math.floor(atMs / 1_000) * 1_000;
}
