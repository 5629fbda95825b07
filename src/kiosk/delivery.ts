import type { Device } from "../contract/update.ts";
import type { FlushReport, PageMessage } from "../contract/worker-message.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { Flush } from "../outbox/flush.ts";
import type { Outbox } from "../outbox/outbox.ts";

/** What the page knows of what it owes. */
export interface DeliveryState {
  /** Updates still owed, held ones included. */
  readonly depth: number;
  readonly link: "unknown" | "up" | "down";
  /** Why nothing is sent at the moment; nothing when nothing is in the way. */
  readonly reason: string | undefined;
}

/**
 * Drives the emptying of the outbox from the page (rule FL5): the worker does it where there is one,
 * the page where there is none or where it no longer answers. The browser's own sync only helps.
 */
export interface Delivery {
  /**
   * Counts what an earlier life left, or what is owed again, and asks for it to be sent; `force`
   * ignores a pause that was for another key than today's.
   */
  readonly start: (force?: boolean) => Promise<void>;
  /** One more is owed and durable. */
  readonly added: () => void;
  /** Something is owed no more that was not sent. */
  readonly recount: () => Promise<void>;
  /** A moment at which sending may work: the link came back, the page was shown, a button. */
  readonly request: (why: "online" | "resumed" | "asked") => void;
  /** A flush ended, here or elsewhere. */
  readonly reported: (report: FlushReport) => void;
  readonly state: () => DeliveryState;
  /** Calls back at every change, until the returned function is called. */
  readonly subscribe: (listener: (state: DeliveryState) => void) => () => void;
  readonly stop: () => void;
}

export interface DeliveryDeps {
  readonly outbox: Pick<Outbox, "depth">;
  readonly clock: Clock;
  readonly device: () => Device;
  readonly reading: () => ClockReading;
  /** The page's own flush. */
  readonly flush: Flush;
  /** Tells other tabs how the page's own flush ended. */
  readonly broadcast: (report: FlushReport) => void;
  /** Gives the message to the active worker; says whether there is one. */
  readonly post: (message: PageMessage) => boolean;
  /** Asks the browser to wake the worker when there is a network. May reject. */
  readonly registerSync: () => Promise<void>;
  /** Calls back once after `delayMs`; the returned function takes it back. */
  readonly timer: (work: () => void, delayMs: number) => () => void;
  /** Calls back when the page has nothing more urgent to do, and before long. */
  readonly soon: (work: () => void) => void;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** Ours: how often the page asks while entries wait and nothing else happens. */
export const ASK_EVERY_MS = 30_000;

/** Ours: how soon the page asks again when entries are left although nothing was in the way. */
export const ASK_SOON_MS = 5_000;

/** Ours: the least pause between two asks, whatever a report says. */
export const ASK_AT_MOST_EVERY_MS = 500;

/** Ours: entries owed and no attempt heard of for this long: the worker is dead or deaf. */
export const DEAD_AFTER_MS = 90_000;

/** Ours: longer than any flush may take (120 s), so whoever holds the lock no longer moves. */
export const STEAL_AFTER_MS = 300_000;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { outbox, clock, device, reading, flush, post } = deps;
  const listeners = new Set<(state: DeliveryState) => void>();
  let state: DeliveryState = { depth: 0, link: "unknown", reason: undefined };
  /** Since when somebody should have tried and nobody was heard of. */
  let silentSinceMs = clock.monoMs();
  let cancelTimer = (): void => undefined;
  let stopped = false;

  const change = (part: Partial<DeliveryState>): void => {
    const before = state;
    state = { ...state, ...part };
    const { depth, link, reason } = before;
    if (state.depth === depth && state.link === link && state.reason === reason) return;
    for (const listener of listeners) listener(state);
  };

  const arm = (delayMs: number): void => {
    cancelTimer();
    if (stopped || state.depth === 0) return;
    const patienceMs = Math.max(0, silentSinceMs + DEAD_AFTER_MS - clock.monoMs());
    const wishMs = Math.max(ASK_AT_MOST_EVERY_MS, delayMs);
    // Never sleep through the moment at which silence becomes suspicious.
    cancelTimer = deps.timer(
      () => ask(false),
      patienceMs > 0 ? Math.min(wishMs, patienceMs) : wishMs,
    );
  };

  const ask = (force: boolean): void => {
    if (stopped) return;
    // Not there, not allowed, or given up: the timer below asks anyway.
    deps.registerSync().catch(() => undefined);
    const silentMs = clock.monoMs() - silentSinceMs;
    const message = { type: "FLUSH", clock: reading(), force } as const;
    const posted = post(message);
    if (!posted || (state.depth > 0 && silentMs >= DEAD_AFTER_MS)) {
      flushHere(force, silentMs >= STEAL_AFTER_MS);
    }
    arm(ASK_EVERY_MS);
  };

  const flushHere = (force: boolean, steal: boolean): void => {
    flush({ device: device(), reading, force, steal }).then((report) => {
      deps.broadcast(report);
      reported(report);
    }, deps.onError);
  };

  const reported = (report: FlushReport): void => {
    // Somebody else being busy is no attempt: it may be somebody who no longer moves.
    if (report.type !== "busy") silentSinceMs = clock.monoMs();
    change(viewOf(report, state));
    outbox.depth().then((depth) => {
      change({ depth });
      if (depth === 0) silentSinceMs = clock.monoMs();
      if (report.type === "more") ask(false);
      else arm(report.type === "paused" ? report.retryInMs : ASK_SOON_MS);
    }, deps.onError);
  };

  return {
    async start(force = false) {
      const depth = await outbox.depth();
      silentSinceMs = clock.monoMs();
      change({ depth });
      ask(force);
    },
    added() {
      if (state.depth === 0) silentSinceMs = clock.monoMs();
      change({ depth: state.depth + 1 });
      // The thanks are painted first: nobody waits for the sending.
      deps.soon(() => ask(false));
    },
    async recount() {
      change({ depth: await outbox.depth() });
    },
    request: (why) => ask(why !== "resumed"),
    reported,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}

function viewOf(report: FlushReport, { link }: DeliveryState): Partial<DeliveryState> {
  switch (report.type) {
    case "drained":
      return report.sent > 0 ? { link: "up", reason: undefined } : { link, reason: undefined };
    case "more":
      return { link: "up", reason: undefined };
    case "busy":
      return {};
    case "paused":
      return report.reason === "entries-wait"
        ? { link: "up", reason: report.reason }
        : { link: "down", reason: report.reason };
  }
}
