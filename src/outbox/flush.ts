import type { Device } from "../contract/update.ts";
import type { FlushReport } from "../contract/worker-message.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { createEntryWaits } from "./entry-waits.ts";
import { flushOutbox, type Pass } from "./flush-outbox.ts";
import type { IngestClient } from "./ingest-client.ts";
import type { LockPort } from "./lock.ts";
import type { Owed } from "./idb-owed.ts";
import { OutboxUnavailableError } from "./outbox.ts";
import type { Pause, Rest } from "./pause.ts";

export interface FlushDeps {
  readonly outbox: Owed;
  readonly client: IngestClient;
  readonly lock: LockPort;
  readonly pause: Pause;
  readonly clock: Clock;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
}

export interface FlushAsk {
  readonly device: Device;
  /** The sender's clocks at this moment (rule CL1). */
  readonly reading: () => ClockReading;
  /** Do not wait out a pause of our own making; one the proxy asked for is kept (rule FL3). */
  readonly force: boolean;
  /** Take the lock from a holder that no longer moves. */
  readonly steal?: boolean;
}

/** Resolves with how it ended. Asked while it runs, it goes through the outbox once more. */
export type Flush = (ask: FlushAsk) => Promise<FlushReport>;

/**
 * Ours: Chromium kills a sync handler after about 188 s (measured on 156); what is left is sent by
 * the next flush (rule FL4).
 */
export const TIME_BOX_MS = 120_000;

/** Sends what is owed, one flush at a time, with the pauses that the link needs. */
export function createFlush(deps: FlushDeps): Flush {
  const { lock, pause, clock, random } = deps;
  const waits = createEntryWaits(random);
  let running: Promise<FlushReport> | undefined;
  let next: FlushAsk | undefined;

  const once = async (ask: FlushAsk, deadlineMs: number): Promise<FlushReport> => {
    const rest = await pause.current();
    if (rest !== undefined && (rest.asked || !ask.force)) return pausedReport(0, rest);
    const attempt = await lock.hold(
      () => flushOutbox({ ...deps, waits }, { ...ask, deadlineMs }),
      ask.steal ?? false,
    );
    return attempt.held ? reportOf(attempt.value) : { type: "busy" };
  };

  const reportOf = async ({ sent, linked, end }: Pass): Promise<FlushReport> => {
    if (linked) await pause.end();
    switch (end.type) {
      case "out-of-time":
        return { type: "more", sent };
      case "trouble": {
        const shutOut = end.trouble.type === "shut-out";
        return pausedReport(sent, await pause.begin({ ...end.trouble, shutOut }));
      }
      case "passed": {
        const retryInMs = waits.nextMs(clock.monoMs());
        if (retryInMs === undefined) return { type: "drained", sent };
        return { type: "paused", sent, reason: "entries-wait", retryInMs };
      }
    }
  };

  const untilNobodyAsks = async (first: FlushAsk): Promise<FlushReport> => {
    const deadlineMs = clock.monoMs() + TIME_BOX_MS;
    let sent = 0;
    for (let ask = first; ;) {
      next = undefined;
      const report = await once(ask, deadlineMs).catch(async (error: unknown) => {
        if (!(error instanceof OutboxUnavailableError)) throw error;
        const reason = "outbox-unavailable";
        return pausedReport(0, await pause.begin({ reason, shutOut: false }));
      });
      if ("sent" in report) sent += report.sent;
      if (next === undefined || report.type === "more") {
        return "sent" in report ? { ...report, sent } : report;
      }
      ask = next;
    }
  };

  return (ask) => {
    if (running !== undefined) {
      next = ask;
      return running;
    }
    running = untilNobodyAsks(ask).finally(() => (running = undefined));
    return running;
  };
}

function pausedReport(sent: number, { reason, leftMs }: Rest): FlushReport {
  return { type: "paused", sent, reason, retryInMs: leftMs };
}
