import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { FlushReport } from "../../contract/worker-message.ts";
import type { BackOffice } from "./back-office.ts";

/** Why what is owed was not sent. */
export type SendTrouble =
  /** Nobody answers, or not in time. */
  | "unreachable"
  /** This kiosk is not let in: its key was revoked, or nobody knows it. */
  | "shut-out"
  /** Whoever answers is no proxy of ours, or one in trouble. */
  | "no-receipt"
  /** The proxy asked for patience. */
  | "later"
  /** The kiosk's own database does not open. */
  | "storage";

export type SendView =
  | { readonly type: "idle" }
  | { readonly type: "sending" }
  | { readonly type: "sent"; readonly count: number }
  /** What is owed may still be taken back by its shopper, and goes when that is over (rule PV5). */
  | { readonly type: "held" }
  | { readonly type: "trouble"; readonly trouble: SendTrouble; readonly count: number }
  /** Nobody said anything yet; it goes on by itself. */
  | { readonly type: "slow" };

export interface Sending {
  readonly view: ReadonlySignal<SendView>;
  /** Asks, and says how it ended; whatever ended before does not count. */
  readonly send: () => void;
  readonly close: () => void;
}

export interface SendingDeps {
  readonly backOffice: Pick<BackOffice, "report" | "sendNow">;
  /** Calls back every `everyMs` until the returned function is called. */
  readonly every: (work: () => void, everyMs: number) => () => void;
  readonly onSent: (count: number) => void;
}

/** Ours: who waits longer than this before a screen wants to hear something. */
const PATIENCE_MS = 20_000;

export function createSending({ backOffice, every, onSent }: SendingDeps): Sending {
  const { report, sendNow } = backOffice;
  const view = signal<SendView>({ type: "idle" });
  let stop = (): void => undefined;

  return {
    view,
    send() {
      if (view.peek().type === "sending") return;
      stop();
      view.value = { type: "sending" };
      const before = report.peek();
      let sent = 0;
      const end = (ended: SendView): void => {
        view.value = ended;
        if (sent > 0) onSent(sent);
      };
      const stopListening = effect(() => {
        const said = report.value;
        if (said === undefined || said === before || view.peek().type !== "sending") return;
        if ("sent" in said) sent += said.sent;
        const ended = endingOf(said, sent);
        if (ended !== undefined) end(ended);
      });
      const stopWaiting = every(() => {
        if (view.peek().type === "sending") end({ type: "slow" });
        stop();
      }, PATIENCE_MS);
      stop = () => {
        stopListening();
        stopWaiting();
      };
      sendNow();
    },
    close: () => stop(),
  };
}

/** What a report means for whoever pressed; nothing while more is to come. */
function endingOf(report: FlushReport, sent: number): SendView | undefined {
  switch (report.type) {
    case "busy":
    case "more":
      return undefined;
    case "drained":
      return sent > 0 ? { type: "sent", count: sent } : { type: "held" };
    case "paused":
      return { type: "trouble", trouble: troubleOf(report.reason), count: sent };
  }
}

/** Reasons as `outbox/ingest-client.ts` and `outbox/flush.ts` give them. */
function troubleOf(reason: string): SendTrouble {
  switch (reason) {
    case "network":
    case "timeout":
      return "unreachable";
    case "http-401":
    case "http-403":
      return "shut-out";
    case "entries-wait":
    case "http-429":
    case "http-503":
      return "later";
    case "outbox-unavailable":
      return "storage";
    default:
      return "no-receipt";
  }
}
