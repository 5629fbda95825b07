import {
  MAX_REDRIVE,
  type DeadLetterClass,
  type RedriveProgress,
} from "../contract/dead-letters.ts";
import type { Clock } from "../domain/clock.ts";
import type { DeadLetterCursor } from "./store/dead-letter-store.ts";
import type { Store } from "./store/store.ts";

export interface RedriveOptions {
  readonly store: Pick<Store, "redrive" | "deadLettersByClass">;
  readonly clock: Pick<Clock, "wallMs">;
  /** Told after every page: something is owed. */
  readonly onOwed: () => void;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

/** Which dead letters. */
export interface RedriveWish {
  readonly class?: DeadLetterClass | undefined;
  /** The oldest so many. */
  readonly limit?: number | undefined;
}

/**
 * Puts dead letters back as owed, page after page, so that a million of them hold up nobody. What was
 * put back before the process died stays so; the rest are dead letters still.
 */
export interface Redrive {
  /**
   * Begins, and resolves after the first page: few are done by then. Nothing, and no effect, when one
   * is under way here.
   */
  readonly begin: (wish: RedriveWish) => Promise<RedriveProgress | undefined>;
  /** One, by the name that the list gives it. False when there is none. */
  readonly one: (id: string) => Promise<boolean>;
  readonly progress: () => RedriveProgress;
  /** Resolves when the page under way has ended. */
  readonly stop: () => Promise<void>;
}

/** Ours: few enough that no batch waits for it. */
const AT_ONCE = 200;

/** Ours: only their names are looked at. */
const LOOKED_AT_ONCE = 2_000;

export function createRedrive({ store, clock, onOwed, log }: RedriveOptions): Redrive {
  let progress: RedriveProgress = { state: "none", redriven: 0, of: 0 };
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;

  const end = (state: "done" | "stopped") => {
    progress = { ...progress, state, endedMs: clock.wallMs() };
  };

  /** One page; where to go on. */
  const step = async (wish: RedriveWish, after?: DeadLetterCursor) => {
    const most = (wish.limit ?? MAX_REDRIVE) - progress.redriven;
    const page = await store.redrive({
      class: wish.class,
      deadByMs: progress.beganMs ?? 0,
      nowMs: clock.wallMs(),
      after,
      limit: AT_ONCE,
      most,
    });
    progress = { ...progress, redriven: progress.redriven + page.redriven };
    if (page.redriven > 0) onOwed();
    return page.next;
  };

  const goOn = async (wish: RedriveWish, from: DeadLetterCursor) => {
    for (let after: DeadLetterCursor | undefined = from; after !== undefined;) {
      if (isStopped) return end("stopped");
      after = await step(wish, after);
    }
    end("done");
  };

  return {
    begin: async (wish) => {
      if (progress.state === "running" || isStopped) return undefined;
      progress = { state: "running", redriven: 0, of: 0, beganMs: clock.wallMs() };
      if (wish.class !== undefined) progress = { ...progress, class: wish.class };
      try {
        const counts = await store.deadLettersByClass();
        const all = Object.values(counts).reduce((sum, letters) => sum + letters, 0);
        const there = wish.class === undefined ? all : (counts[wish.class] ?? 0);
        progress = { ...progress, of: Math.min(there, wish.limit ?? MAX_REDRIVE) };
        const next = await step(wish);
        if (next === undefined) end("done");
        else running = goOn(wish, next).catch(stopFor);
      } catch (error) {
        end("stopped");
        throw error;
      }
      return progress;
    },
    one: async (id) => {
      const nowMs = clock.wallMs();
      const order = {
        id,
        deadByMs: Number.MAX_SAFE_INTEGER,
        nowMs,
        limit: LOOKED_AT_ONCE,
        most: 1,
      };
      for (let after: DeadLetterCursor | undefined; ;) {
        const page = await store.redrive({ ...order, after });
        if (page.redriven > 0) onOwed();
        if (page.redriven > 0 || page.next === undefined) return page.redriven > 0;
        after = page.next;
      }
    },
    progress: () => progress,
    stop: async () => {
      isStopped = true;
      await running;
    },
  };

  function stopFor(error: unknown): void {
    end("stopped");
    const name = error instanceof Error ? error.name : "unknown";
    log?.warn({ error: name }, "A redrive of dead letters ended early; ask for it again");
  }
}
