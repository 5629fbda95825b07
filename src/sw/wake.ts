import { Device } from "../contract/update.ts";
import type { FlushReport, PageMessage } from "../contract/worker-message.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { Flush } from "../outbox/flush.ts";
import { DEVICE_KEY, type KeptStore } from "../outbox/kept-store.ts";
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
  readonly kept: KeptStore;
  readonly clock: Clock;
  /** The worker's own reading, for when no page has spoken in this life. */
  readonly ownReading: () => ClockReading;
  /** Tells every page how it ended. */
  readonly report: (report: FlushReport) => void;
  readonly registerSync: () => Promise<void>;
}

export function createWake(deps: WakeDeps): Wake {
  const { flush, kept, clock, report, registerSync } = deps;
  let reading = deps.ownReading;

  return {
    async byMessage({ device, clock: page, force }) {
      reading = continueReading(page, clock);
      report(await flush({ device, reading, force }));
    },

    async bySync(lastChance) {
      const device = Device.safeParse(await kept.get(DEVICE_KEY));
      const ended: FlushReport = device.success
        ? await flush({ device: device.data, reading, force: false })
        : { type: "paused", sent: 0, reason: "no-device-record", retryInMs: 0 };
      report(ended);
      if (ended.type !== "paused" && ended.type !== "more") return;
      // Without a page open the browser may refuse; then the next page start is the next try.
      if (lastChance) await registerSync().catch(() => undefined);
      throw new Error(`updates are left: ${ended.type === "more" ? "time is up" : ended.reason}`);
    },
  };
}
