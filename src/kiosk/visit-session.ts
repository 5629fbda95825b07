import { batch, computed, signal, type ReadonlySignal } from "@preact/signals-core";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Device, Update } from "../contract/update.ts";
import {
  cardFromScan,
  maskedCard,
  type Card,
  type CardRefusal,
  type Scan,
} from "../domain/card.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { OutboxFullError } from "../outbox/outbox.ts";
import type { ScannerEvent } from "../scanner/scanner.ts";
import { answerUpdate, scanUpdate } from "./capture.ts";
import { createCardRate } from "./card-rate.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { keypadVerdict } from "./keypad-number.ts";
import type { Turn, VisitExtension } from "./visit-extension.ts";
import {
  nextDeadlineMs,
  NO_VISIT,
  stepVisit,
  type RefusalReason,
  type Screen,
  type StorageTrouble,
  type VisitEvent,
} from "./visit.ts";

export interface VisitSessionDeps {
  readonly clock: Clock;
  readonly readClock: () => ClockReading;
  /** Resolves once the update would survive a power cut. */
  readonly keep: (update: Update, taken: ClockReading) => Promise<unknown>;
  readonly fingerprint: Fingerprint;
  readonly newId: () => string;
  readonly device: Device;
  readonly config: KioskConfig;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
  /** An update was kept: somebody may want to send it. */
  readonly onKept: () => void;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** The visit in motion: its screen, and what may happen to it. */
export interface VisitSession {
  readonly screen: ReadonlySignal<Screen>;
  readonly config: ReadonlySignal<KioskConfig>;
  readonly scanned: (event: ScannerEvent) => void;
  /** Takes the number on the keypad as the card. */
  readonly submitKeypad: () => void;
  readonly answer: (code: string) => void;
  readonly send: (event: UserEvent) => void;
  readonly turn: (turn: Turn) => void;
  /** From now on it sees every card first. */
  readonly extend: (extension: VisitExtension) => void;
  /** The card of a visit on screen, or of one still being stored. */
  readonly cardOf: (visitId: string) => Card | undefined;
  readonly storageIs: (state: StorageTrouble | "working") => void;
  /** Takes effect between visits (rule CF2). */
  readonly offerConfig: (config: KioskConfig) => void;
  /** Scans that came to nothing since the page loaded, by reason. */
  readonly refusedScans: () => Readonly<Record<string, number>>;
  readonly close: () => void;
}

export type UserEvent = Extract<
  VisitEvent,
  {
    readonly type:
      | "skipped"
      | "finished"
      | "keypad-opened"
      | "digit-typed"
      | "digit-erased"
      | "digits-cleared";
  }
>;

/** The card of the visit on screen: all there is of it outside the outbox, gone when the visit is. */
interface Held {
  readonly visitId: string;
  readonly card: Card;
}

export function createVisitSession(deps: VisitSessionDeps): VisitSession {
  const { clock, readClock, keep, fingerprint, newId, device, onKept } = deps;
  const visit = signal(NO_VISIT);
  const config = signal(deps.config);
  const refusals = new Map<string, number>();
  const admits = createCardRate();
  let offered: KioskConfig | undefined;
  let held: readonly Held[] = [];
  let timer: number | undefined;
  let extension: VisitExtension | undefined;
  /** Scans are taken one after the other, in the order they came. */
  let lastScan: Promise<void> = Promise.resolve();

  function step(event: VisitEvent): void {
    batch(() => {
      visit.value = stepVisit(visit.peek(), event, clock.monoMs(), config.peek());
      applyOffered();
    });
    forgetCards();
    deps.clearTimeout(timer);
    const deadlineMs = nextDeadlineMs(visit.peek());
    if (deadlineMs === undefined) return;
    timer = deps.setTimeout(
      () => step({ type: "ticked" }),
      Math.max(0, deadlineMs - clock.monoMs()),
    );
  }

  function applyOffered(): void {
    const { screen, pending } = visit.peek();
    if (offered === undefined || screen.state !== "attract" || pending.length > 0) return;
    config.value = offered;
    offered = undefined;
  }

  function forgetCards(): void {
    const { screen, pending } = visit.peek();
    held = held.filter(
      ({ visitId }) =>
        (screen.state === "thanked" && screen.visitId === visitId) ||
        pending.some((each) => each.visitId === visitId),
    );
  }

  function refuse(reason: RefusalReason, why: string): void {
    refusals.set(why, (refusals.get(why) ?? 0) + 1);
    if (extension?.refuses(reason) !== true) step({ type: "refused", reason });
  }

  async function take(card: Card, source: Scan["source"], taken: ClockReading): Promise<void> {
    const visitId = newId();
    const print = await fingerprint(card.visitor);
    if (!admits(print, source, clock.monoMs(), config.peek().cardLimits)) {
      return refuse("too-many", "too-many");
    }
    if (extension?.takes({ visitId, card, fingerprint: print, taken }) === true) return;
    held = [...held, { visitId, card }];
    step({ type: "scanned", visitId, fingerprint: print, masked: maskedCard(card.visitor) });
    if (!visit.peek().pending.some((pending) => pending.visitId === visitId)) return;
    // Not awaited: the next scan need not wait for this one's disk.
    void keep(scanUpdate(card.visitor, device, config.peek()), taken).then(
      () => {
        onKept();
        step({ type: "stored", visitId, wallMs: taken.wallMs });
      },
      (error: unknown) => step({ type: "not-stored", visitId, reason: troubleOf(error) }),
    );
  }

  const cardOf = (visitId: string): Card | undefined =>
    held.find((each) => each.visitId === visitId)?.card;

  function takeInTurn(card: Card, source: Scan["source"]): void {
    const taken = readClock();
    // A scan that breaks must not take the next ones with it.
    lastScan = lastScan.then(() => take(card, source, taken)).catch(deps.onError);
  }

  return {
    screen: computed(() => visit.value.screen),
    config,

    scanned(event) {
      if (event.type === "rejected") {
        if (UNREADABLE.has(event.reason)) refuse("unreadable", event.reason);
        else refusals.set(event.reason, (refusals.get(event.reason) ?? 0) + 1);
        return;
      }
      const card = cardFromScan(event.scan, config.peek().cardRules);
      if (card.ok) takeInTurn(card.value, event.scan.source);
      else refuse(refusalReason(card.error), card.error.type);
    },

    submitKeypad() {
      const { screen } = visit.peek();
      if (screen.state !== "keypad") return;
      const verdict = keypadVerdict(screen.digits, config.peek());
      if (verdict.type === "ready") takeInTurn(verdict.card, "keypad");
    },

    answer(code) {
      const { screen } = visit.peek();
      if (screen.state !== "thanked" || screen.step !== "question" || screen.chosen !== undefined) {
        return;
      }
      const question = config.peek().questions[screen.index];
      const { visitId } = screen;
      const card = cardOf(visitId);
      if (question === undefined || card === undefined) return;
      const answer = { attribute: question.attribute, code };
      step({ type: "answered", code });
      keep(answerUpdate(card.visitor, device, config.peek(), answer), readClock()).then(
        () => {
          onKept();
          step({ type: "answer-stored", visitId, answer: { questionId: question.id, code } });
        },
        (error: unknown) => step({ type: "not-stored", visitId, reason: troubleOf(error) }),
      );
    },

    send: step,
    turn: (turn) => step({ type: "turned", turn }),
    extend: (given) => void (extension = given),
    cardOf,

    storageIs(state) {
      step(
        state === "working" ? { type: "storage-back" } : { type: "storage-lost", reason: state },
      );
    },

    offerConfig(newest) {
      offered = newest.version === config.peek().version ? undefined : newest;
      applyOffered();
    },

    refusedScans: () => Object.fromEntries(refusals),

    close: () => deps.clearTimeout(timer),
  };
}

/** Rejections that a shopper with a card in hand should hear of; the others are people typing. */
const UNREADABLE: ReadonlySet<string> = new Set(["too-short", "too-long"]);

function refusalReason(refusal: CardRefusal): RefusalReason {
  switch (refusal.type) {
    case "payment-card":
    case "not-ours":
    case "bad-check-digit":
      return refusal.type;
    case "bad-visitor-id":
      return "not-ours";
  }
}

function troubleOf(error: unknown): StorageTrouble {
  return error instanceof OutboxFullError ? "full" : "unavailable";
}
