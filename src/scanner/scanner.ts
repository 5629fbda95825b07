import type { Scan } from "../domain/card.ts";

/** A device that reads cards. What the rest of the page knows of any of them. */
export interface Scanner {
  /**
   * Listens until the returned function is called, which removes every trace. The listener is called
   * in the same task in which the device finished; one listener per scanner at a time.
   */
  readonly start: (listener: (event: ScannerEvent) => void) => () => void;
}

export type ScannerEvent =
  | {
      readonly type: "scanned";
      readonly scan: Scan;
      /** When the device began and finished, on the page's monotonic clock (`event.timeStamp`). */
      readonly startedAtMs: number;
      readonly finishedAtMs: number;
    }
  | {
      /** Something came that is no scan. A diagnostic: it never tells what was typed. */
      readonly type: "rejected";
      readonly reason: RejectReason;
      /** In characters. */
      readonly length: number;
    };

export type RejectReason =
  /** The keyboard repeated by itself: somebody leans on a key. */
  | "held-key"
  /** The same character throughout. */
  | "one-key"
  /** Too slow on average: a person, or a scanner that wants calibrating. */
  | "too-slow"
  /** Fast as a scanner, but part of a card at best. */
  | "too-short"
  /** It went on for too long. */
  | "too-long"
  /** What a device reported follows no rule. */
  | "damaged";
