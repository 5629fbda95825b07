import type { Clock } from "../../domain/clock.ts";
import type { Store } from "../store/store.ts";

export interface RetentionOptions {
  readonly store: Pick<Store, "dropIds" | "expireDeadLetters" | "trimJournal" | "forgetHelp">;
  readonly clock: Pick<Clock, "wallMs">;
  /** Days without a scan after which a visitor's id is dropped. */
  readonly days: number;
  /** Days after which a dead letter is given up, and a row of the journal deleted. */
  readonly deadLetterDays: number;
  readonly journalDays: number;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

/**
 * Drops the ids of visitors who have not been scanned for long, gives up old dead letters, deletes the
 * old part of the journal and forgets yesterday's help calls, at start and every few hours: in small pages, so that nobody waits.
 */
export interface Retention {
  readonly start: () => void;
  /** Resolves when the pass under way has ended. */
  readonly stop: () => Promise<void>;
  /** One pass over all of it. */
  readonly runOnce: () => Promise<void>;
}

const DAY_MS = 86_400_000;

/** Ours: as long as the figures about help calls reach back. */
const HELP_KEPT_DAYS = 1;

/** Ours: retention is counted in days, so a few hours late is on time. */
const EVERY_MS = 6 * 3_600_000;

/** Ours: few enough that no batch waits for it. */
const AT_ONCE = 500;

export function createRetention(options: RetentionOptions): Retention {
  const { store, clock, days, deadLetterDays, journalDays, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;

  /** Goes through the pages of `step` from the first on. */
  const page = async (step: (after: string) => Promise<string | undefined>) => {
    for (let after: string | undefined = ""; after !== undefined;) {
      if (isStopped) return;
      after = await step(after);
    }
  };
  const pass = async () => {
    const pastMs = (kept: number) => clock.wallMs() - kept * DAY_MS;
    await page((after) => store.dropIds(pastMs(days), after, AT_ONCE));
    await page(async () => {
      const expired = await store.expireDeadLetters(pastMs(deadLetterDays), AT_ONCE);
      return expired === 0 ? undefined : "";
    });
    await page((after) => store.trimJournal(pastMs(journalDays), after, AT_ONCE));
    await page(async () => {
      const forgotten = await store.forgetHelp(clock.wallMs(), pastMs(HELP_KEPT_DAYS), AT_ONCE);
      return forgotten < AT_ONCE ? undefined : "";
    });
  };
  const run = () => {
    running = pass().catch((error: unknown) => {
      const name = error instanceof Error ? error.name : "unknown";
      log?.warn(
        { error: name },
        "What is past its retention could not be cleaned up; tried again later",
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
