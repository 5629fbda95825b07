import { effect } from "@preact/signals-core";
import type { Device } from "../contract/update.ts";
import type { Withdrawal } from "../contract/withdrawal.ts";
import { maskedCard, type Card } from "../domain/card.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { OutboxFullError } from "../outbox/outbox.ts";
import type { TakenCard, VisitExtension } from "./visit-extension.ts";
import type { VisitSession } from "./visit-session.ts";
import {
  askWhom,
  confirmed,
  isAsked,
  misread,
  stored,
  storing,
  typeNumber,
  withdrawalOf,
} from "./withdrawal.ts";

export interface WithdrawingDeps {
  readonly session: Pick<VisitSession, "screen" | "config" | "turn" | "cardOf" | "storageIs">;
  readonly clock: Pick<Clock, "monoMs">;
  readonly readClock: () => ClockReading;
  /** Resolves once the withdrawal would survive a power cut; it is never held. */
  readonly keep: (withdrawal: Withdrawal, taken: ClockReading) => Promise<unknown>;
  readonly device: Device;
  /** A withdrawal was kept: somebody may want to send it. */
  readonly onKept: () => void;
  /** The card was withdrawn. */
  readonly onWithdrawn?: (card: Card) => void;
}

/** A shopper ends the recording of their visits: offline, with one scan (rule PV6). */
export interface Withdrawing extends VisitExtension {
  /** Asks for the card, or about the one of the visit on screen. */
  readonly open: () => void;
  /** Opens the keypad: what is typed there, or read meanwhile, is the card. */
  readonly type: () => void;
  /** Yes, the card of the visit that was on screen. */
  readonly confirm: () => void;
}

/** A card lies under the reader a moment longer: read again, that is no visit. */
interface JustWithdrawn {
  readonly fingerprint: string;
  readonly masked: string;
  readonly untilMs: number;
}

/**
 * Of a card it holds the one of the visit it was opened from, until its screen is left, and the fingerprint
 * of the one just withdrawn, until the duplicate window closes. The kiosk keeps no list of who left: later
 * on the card is read as any other, and the proxy refuses what comes of it.
 */
export function createWithdrawing(deps: WithdrawingDeps): Withdrawing {
  const { session, clock, keep, device, onKept } = deps;
  let of: Omit<TakenCard, "taken"> | undefined;
  let last: JustWithdrawn | undefined;
  /** The keypad on screen was opened from here. */
  let isTyping = false;

  effect(() => {
    const { state } = session.screen.value;
    if (state !== "withdrawal") of = undefined;
    if (state !== "keypad") isTyping = false;
  });

  const withdraw = (
    { visitId, card, fingerprint }: Omit<TakenCard, "taken">,
    taken: ClockReading,
  ): void => {
    const masked = maskedCard(card.visitor);
    const config = session.config.peek();
    session.turn(storing(visitId, masked));
    last = { fingerprint, masked, untilMs: Infinity };
    keep(withdrawalOf(card.visitor, device, config), taken).then(
      () => {
        onKept();
        deps.onWithdrawn?.(card);
        const untilMs = clock.monoMs() + config.timings.duplicateSeconds * 1_000;
        last = { fingerprint, masked, untilMs };
        session.turn(stored(visitId));
      },
      (error: unknown) => {
        last = undefined;
        session.storageIs(error instanceof OutboxFullError ? "full" : "unavailable");
      },
    );
  };

  return {
    open() {
      const { screen } = session;
      const before = screen.peek();
      const card: Card | undefined =
        before.state === "thanked" ? session.cardOf(before.visitId) : undefined;
      session.turn(askWhom);
      if (before.state !== "thanked" || card === undefined || !isAsked(screen.peek())) return;
      of = { visitId: before.visitId, card, fingerprint: before.fingerprint };
    },

    type() {
      session.turn(typeNumber);
      isTyping = session.screen.peek().state === "keypad";
    },

    confirm() {
      if (of !== undefined && isAsked(session.screen.peek())) withdraw(of, deps.readClock());
    },

    takes(read) {
      const screen = session.screen.peek();
      if (isAsked(screen) || isTyping) {
        withdraw(read, read.taken);
        return true;
      }
      if (last?.fingerprint !== read.fingerprint || clock.monoMs() >= last.untilMs) return false;
      if (screen.state !== "withdrawal") session.turn(confirmed(last.masked));
      return true;
    },

    refuses(reason) {
      if (!isAsked(session.screen.peek())) return false;
      session.turn(misread(reason));
      return true;
    },
  };
}
