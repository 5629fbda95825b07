import type { ClockReading } from "../domain/effective-time.ts";

/** From the page to the worker. `SKIP_WAITING` is the word workbox-window sends. */
export type PageMessage =
  | { readonly type: "SKIP_WAITING" }
  /** Empty the outbox. The page's clocks travel along: they date its entries best (rule CL1). */
  | {
      readonly type: "FLUSH";
      readonly clock: ClockReading;
      /** Ignore a pause that is still running: somebody pressed a button or the link came back. */
      readonly force: boolean;
    };

/** How the last flush ended; broadcast to every page on `FLUSH_CHANNEL`. */
export type FlushReport =
  | { readonly type: "drained"; readonly sent: number }
  /** Another context holds the lock. */
  | { readonly type: "busy" }
  /** The time box ran out with entries left. */
  | { readonly type: "more"; readonly sent: number }
  | {
      readonly type: "paused";
      readonly sent: number;
      readonly reason: string;
      /** Wait this long before the next attempt, from now. */
      readonly retryInMs: number;
    };

export const FLUSH_CHANNEL = "tarjeta-flush";

export interface FlushBroadcast {
  readonly type: "FLUSHED";
  readonly by: "page" | "worker";
  readonly report: FlushReport;
}

/** Tag of the one-off Background Sync. */
export const SYNC_TAG = "tarjeta-flush";
