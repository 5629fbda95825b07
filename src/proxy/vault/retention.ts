import type { Clock } from "../../domain/clock.ts";
import type { Store } from "../store/store.ts";

export interface RetentionOptions {
  readonly store: Pick<Store, "dropIds">;
  readonly clock: Pick<Clock, "wallMs">;
  /** Days without a scan after which a visitor's id is dropped. */
  readonly days: number;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

/** Drops the ids of visitors who have not been scanned for long, at start and every few hours. */
export interface Retention {
  readonly start: () => void;
  /** Resolves when the pass under way has ended. */
  readonly stop: () => Promise<void>;
  /** One pass over all visitors. */
  readonly runOnce: () => Promise<void>;
}

const DAY_MS = 86_400_000;

/** Ours: retention is counted in days, so a few hours late is on time. */
const EVERY_MS = 6 * 3_600_000;

/** Ours: few enough that no batch waits for it. */
const AT_ONCE = 500;

export function createRetention({ store, clock, days, log }: RetentionOptions): Retention {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  const pass = async () => {
    const beforeMs = clock.wallMs() - days * DAY_MS;
    for (let after: string | undefined = ""; after !== undefined;) {
      if (isStopped) return;
      after = await store.dropIds(beforeMs, after, AT_ONCE);
    }
  };
  const run = () => {
    running = pass().catch((error: unknown) => {
      const name = error instanceof Error ? error.name : "unknown";
      log?.warn(
        { error: name },
        "Ids past their retention could not be dropped; tried again later",
      );
    });
  };
  return {
    start: () => {
      run();
      timer = setInterval(run, EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
    runOnce: pass,
  };
}
