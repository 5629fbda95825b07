import type { Entry } from "../contract/entry.ts";
import { backoffDelayMs, MAX_RETRY_AFTER_MS } from "../domain/backoff.ts";

/**
 * Entries that are left alone for a while, each by itself, so that the rest need not wait for them.
 *
 * Kept in memory only: a life that forgets asks once more, which costs a request and no entry.
 */
export interface EntryWaits {
  /**
   * What of these to send now, in order: one batch of the ordinary ones, then each that a batch was
   * refused for by itself.
   */
  readonly batchesOf: (
    entries: readonly Entry[],
    nowMs: number,
    force: boolean,
  ) => (readonly Entry[])[];
  /** The proxy asked for it later, or did not speak of it. */
  readonly postpone: (seq: number, retryAfterMs: number | undefined, nowMs: number) => void;
  /** A batch of this one alone was refused without naming it; says whether for the first time. */
  readonly refused: (entry: Entry | undefined, nowMs: number) => "first" | "again";
  readonly forget: (seqs: readonly number[]) => void;
  /** Everything owed was offered to `batchesOf` since the last call: what was not is gone. */
  readonly passed: () => void;
  /** How long until the first of them is due; nothing when none waits. */
  readonly nextMs: (nowMs: number) => number | undefined;
}

interface Wait {
  readonly untilMs: number;
  readonly attempts: number;
  /** Sent by itself from now on. */
  readonly alone: boolean;
}

/** All times monotonic. */
export function createEntryWaits(random: () => number): EntryWaits {
  const waits = new Map<number, Wait>();
  const offered = new Set<number>();

  const wait = (seq: number, delayMs: number | undefined, nowMs: number, alone: boolean): void => {
    const attempts = (waits.get(seq)?.attempts ?? 0) + 1;
    const leftMs = Math.min(MAX_RETRY_AFTER_MS, delayMs ?? backoffDelayMs(attempts, random()));
    waits.set(seq, { untilMs: nowMs + leftMs, attempts, alone });
  };

  return {
    batchesOf(entries, nowMs, force) {
      const ordinary: Entry[] = [];
      const alone: Entry[] = [];
      for (const entry of entries) {
        offered.add(entry.header.seq);
        const known = waits.get(entry.header.seq);
        if (known !== undefined && known.untilMs > nowMs && !force) continue;
        (known?.alone === true ? alone : ordinary).push(entry);
      }
      return [...(ordinary.length > 0 ? [ordinary] : []), ...alone.map((entry) => [entry])];
    },
    postpone: (seq, retryAfterMs, nowMs) =>
      wait(seq, retryAfterMs, nowMs, waits.get(seq)?.alone ?? false),
    refused(entry, nowMs) {
      if (entry === undefined) return "again";
      const { seq } = entry.header;
      const again = waits.get(seq)?.alone === true;
      wait(seq, undefined, nowMs, true);
      return again ? "again" : "first";
    },
    forget(seqs) {
      for (const seq of seqs) waits.delete(seq);
    },
    passed() {
      for (const seq of waits.keys()) if (!offered.has(seq)) waits.delete(seq);
      offered.clear();
    },
    nextMs(nowMs) {
      if (waits.size === 0) return undefined;
      const untilMs = [...waits.values()].reduce(
        (least, wait) => Math.min(least, wait.untilMs),
        Infinity,
      );
      return Math.max(0, untilMs - nowMs);
    },
  };
}
