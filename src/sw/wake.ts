import type { FlushReport, PageMessage } from "../contract/worker-message.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { Flush } from "../outbox/flush.ts";
import type { Identity } from "../outbox/identity.ts";
import { continueReading } from "./page-clock.ts";

/** What wakes the worker to empty the outbox. */
export interface Wake {
  /** A page asked. */
  readonly byMessage: (message: Extract<PageMessage, { type: "FLUSH" }>) => Promise<void>;
  /**
   * The browser found a network. Rejects when entries are left, so that the browser comes back by
   * itself; on its last try a new one is asked for, because it would never come again (rule FL5).
   */
  readonly bySync: (lastChance: boolean) => Promise<void>;
}

export interface WakeDeps {
  readonly flush: Flush;
  /** Who this kiosk is; nothing before it was paired. */
  readonly identity: () => Promise<Pick<Identity, "device"> | undefined>;
  readonly clock: Clock;
  /** The worker's own reading, for when no page has spoken in this life. */
  readonly ownReading: () => ClockReading;
  /** Tells every page how it ended. */
  readonly report: (report: FlushReport) => void;
  readonly registerSync: () => Promise<void>;
}

export function createWake(deps: WakeDeps): Wake {
  const { flush, identity, clock, report, registerSync } = deps;
  let reading = deps.ownReading;

  const flushAs = async (force: boolean): Promise<FlushReport> => {
    const device = (await identity())?.device;
    return device === undefined
      ? { type: "paused", sent: 0, reason: "unpaired", retryInMs: ASK_AGAIN_MS }
      : flush({ device, reading, force });
  };

  return {
    async byMessage({ clock: page, force }) {
      reading = continueReading(page, clock);
      report(await flushAs(force));
    },

    async bySync(lastChance) {
      const ended = await flushAs(false);
      report(ended);
      if (ended.type !== "paused" && ended.type !== "more") return;
      // Without a page open the browser may refuse; then the next page start is the next try.
      if (lastChance) await registerSync().catch(() => undefined);
      throw new Error(`updates are left: ${ended.type === "more" ? "time is up" : ended.reason}`);
    },
  };
}

/** Ours: a kiosk without a key is somebody's to pair, not the worker's to hurry. */
const ASK_AGAIN_MS = 60_000;
