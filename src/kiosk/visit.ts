import type { KioskConfig } from "../contract/kiosk-config.ts";
import { keypadVerdict } from "./keypad-number.ts";
import { isCovered, type Agreed } from "./ground.ts";
import type { Hold } from "./holds.ts";
import { stepHolds } from "./step-holds.ts";
import { endVisit, refused, stepFirst, unawaited } from "./visit-first.ts";
import type { StaffScreen } from "./staff/staff-screen.ts";
import type { Turn } from "./visit-extension.ts";
import type { WithdrawalScreen } from "./withdrawal.ts";

/**
 * Where one shopper's visit stands. Pure: what it needs of the world arrives in events.
 *
 * Of a card it knows the masked text for the person in front of it, and, for the duplicate window, a
 * fingerprint (rules PV1, PV7). Only a number being typed is here in full, and goes with its screen.
 *
 * Longer than most modules, because one machine is easier read in one place than in three.
 */
export interface Visit {
  readonly screen: Screen;
  /** Scans whose updates are being stored. The screen waits for the last, if it is still awaited. */
  readonly pending: readonly Pending[];
  /** Cards stored lately, until the duplicate window closes. */
  readonly seen: readonly Seen[];
  /** Visits that may still be taken back (rule PV5). */
  readonly holds: readonly Hold[];
}

export type Screen =
  | { readonly state: "attract" }
  | (Waiting & { readonly state: "keypad"; readonly digits: string })
  | ConsentScreen
  | Thanked
  /** Nothing of this visit was kept, as its shopper wished. */
  | {
      readonly state: "declined";
      readonly reason: "undone" | "no-consent";
      readonly expiresAtMs: number;
    }
  | WithdrawalScreen
  | { readonly state: "refused"; readonly reason: RefusalReason; readonly expiresAtMs: number }
  | StaffScreen
  /**
   * Nothing can be stored, so nobody is thanked (rule OB3): ends when storing works again. Or staff took it
   * out of service, and put it back (rule SF5).
   */
  | { readonly state: "out-of-service"; readonly reason: StorageTrouble | "closed" };

/** A screen that waits for its shopper: before it ends it asks whether anybody is there. */
export interface Waiting {
  readonly expiresAtMs: number;
  /** It has asked, and ends at `expiresAtMs`. */
  readonly warned?: true;
}

/** Nothing is stored before the yes (rule PV4): one purpose after the other. */
export type ConsentScreen = Waiting & {
  readonly state: "consent";
  readonly visitId: string;
  readonly masked: string;
  readonly fingerprint: string;
  /** Of the purpose asked about. */
  readonly index: number;
  readonly agreed: readonly Agreed[];
  /** All is answered, and what was agreed to is being stored. */
  readonly storing?: true;
};

export type Thanked = Noted & {
  readonly state: "thanked";
  readonly expiresAtMs: number;
} & (
    | { readonly step: "thanks" }
    | {
        readonly step: "question";
        readonly warned?: true;
        readonly index: number;
        /** The choice tapped, while it is being stored. */
        readonly chosen?: string;
      }
    | { readonly step: "closing" }
    | {
        readonly step: "duplicate";
        /** The question the second scan of the same card interrupted. */
        readonly resume?: number;
      }
  );

/** What the screen may say about what was stored. */
export interface Noted {
  readonly visitId: string;
  readonly masked: string;
  readonly fingerprint: string;
  /** Kiosk wall time of the stored scan. */
  readonly notedAtMs: number;
  /** Answers stored in this visit, in order. */
  readonly answers: readonly Answer[];
  /** Questions that rest for this card. */
  readonly notAsked?: readonly string[] | undefined;
  /** What it was agreed to, where consent is its ground. */
  readonly agreed?: readonly Agreed[];
}

export interface Answer {
  readonly questionId: string;
  readonly code: string;
}

export interface Pending {
  readonly visitId: string;
  readonly masked: string;
  readonly fingerprint: string;
  /** No later scan has taken the screen from it. */
  readonly awaited: boolean;
  readonly agreed?: readonly Agreed[];
}

export interface Seen {
  readonly visitId: string;
  readonly fingerprint: string;
  readonly notedAtMs: number;
  readonly untilMs: number;
}

export type RefusalReason =
  | "payment-card"
  | "not-ours"
  | "bad-check-digit"
  | "swipe-again"
  | "unreadable"
  /** More distinct cards in a minute than people bring (rule CD1). */
  | "too-many";
export type StorageTrouble = "full" | "unavailable";

export type VisitEvent =
  /** A card of ours. Its update is stored unless this makes it a duplicate. */
  | {
      readonly type: "scanned";
      readonly visitId: string;
      readonly masked: string;
      readonly fingerprint: string;
    }
  | { readonly type: "refused"; readonly reason: RefusalReason }
  /** `add` has resolved: the update would survive a power cut. */
  | {
      readonly type: "stored";
      readonly visitId: string;
      readonly wallMs: number;
      /** Until when it is held at the longest; nothing where it is not held. */
      readonly heldUntilMs?: number | undefined;
    }
  | { readonly type: "not-stored"; readonly visitId: string; readonly reason: StorageTrouble }
  | { readonly type: "answered"; readonly code: string }
  | { readonly type: "answer-stored"; readonly visitId: string; readonly answer: Answer }
  | { readonly type: "skipped" }
  | { readonly type: "finished" }
  | { readonly type: "keypad-opened" }
  | { readonly type: "digit-typed"; readonly digit: string }
  | { readonly type: "digit-erased" }
  | { readonly type: "digits-cleared" }
  | { readonly type: "storage-lost"; readonly reason: StorageTrouble }
  | { readonly type: "storage-back" }
  | { readonly type: "ticked" }
  /** Something of a part that is loaded later, which knows its own way. */
  | { readonly type: "turned"; readonly turn: Turn };

/** Ours: a double read is told for this long before the question it interrupted comes back. */
export const DUPLICATE_NOTICE_MS = 3_000;

/** Ours: how long a screen asks whether anybody is there before it ends: a bar a second. */
export const IDLE_WARNING_MS = 25_000;

/** The visit after `event`, on the page's monotonic clock; events that make no sense leave it be. */
export function stepVisit(
  visit: Visit,
  event: VisitEvent,
  nowMs: number,
  config: KioskConfig,
): Visit {
  return stepHolds(visit, stepScreen(visit, event, nowMs, config), nowMs, config);
}

function stepScreen(visit: Visit, event: VisitEvent, nowMs: number, config: KioskConfig): Visit {
  const { screen } = visit;
  const show = (screen: Screen): Visit => ({ ...visit, screen });
  switch (event.type) {
    case "scanned":
      return scanned(visit, event, nowMs, config);
    case "answered":
      if (screen.state !== "thanked" || screen.step !== "question") return visit;
      return screen.chosen === undefined ? show({ ...screen, chosen: event.code }) : visit;
    case "answer-stored":
      return answerStored(visit, event, nowMs, config);
    case "skipped":
      return screen.state === "thanked" && screen.step === "question"
        ? show(questionOrClosing(screen, screen.index + 1, nowMs, config))
        : visit;
    case "finished":
      return screen.state === "thanked" && (screen.step === "thanks" || screen.step === "question")
        ? show(closing(screen, nowMs, config))
        : endVisit(visit);
    case "keypad-opened":
      return screen.state === "attract" || screen.state === "refused"
        ? unawaited(show(keypad("", nowMs, config)))
        : visit;
    case "digit-typed":
      return typed(visit, event.digit, nowMs, config);
    case "digit-erased":
      return screen.state === "keypad"
        ? show(keypad(screen.digits.slice(0, -1), nowMs, config))
        : visit;
    case "digits-cleared":
      return screen.state === "keypad" ? show(keypad("", nowMs, config)) : visit;
    case "ticked":
      return ticked(visit, nowMs, config);
    case "refused":
    case "stored":
    case "not-stored":
    case "storage-lost":
    case "storage-back":
    case "turned":
      return stepFirst(visit, event, nowMs, config);
  }
}

function scanned(
  visit: Visit,
  event: Extract<VisitEvent, { type: "scanned" }>,
  nowMs: number,
  config: KioskConfig,
): Visit {
  const { fingerprint } = event;
  const seen = visit.seen.find((seen) => seen.fingerprint === fingerprint && seen.untilMs > nowMs);
  if (seen !== undefined) return duplicate(visit, event, seen, nowMs, config);
  if (config.consent !== undefined) return asking(visit, event, nowMs, config);
  return stepFirst(visit, event, nowMs, config);
}

/** Asks before anything is stored. The card that is asked about already is asked about once. */
function asking(
  visit: Visit,
  { visitId, masked, fingerprint }: Extract<VisitEvent, { type: "scanned" }>,
  nowMs: number,
  config: KioskConfig,
): Visit {
  const { screen, pending } = visit;
  const isAsked = screen.state === "consent" && screen.fingerprint === fingerprint;
  const isStoring = pending.some((each) => each.fingerprint === fingerprint && each.awaited);
  if (isAsked || isStoring) return visit;
  const expiresAtMs = nowMs + config.timings.questionSeconds * 1_000;
  return unawaited({
    ...visit,
    screen: {
      state: "consent",
      visitId,
      masked,
      fingerprint,
      index: 0,
      agreed: [],
      expiresAtMs,
    },
  });
}

function duplicate(
  visit: Visit,
  { masked, fingerprint }: Extract<VisitEvent, { type: "scanned" }>,
  { visitId, notedAtMs }: Seen,
  nowMs: number,
  config: KioskConfig,
): Visit {
  const { screen } = visit;
  const noted: Noted =
    screen.state === "thanked" && screen.fingerprint === fingerprint
      ? screen
      : { visitId, masked, fingerprint, notedAtMs, answers: [] };
  const resume = noted === screen ? interruptedQuestion(screen, config) : undefined;
  return unawaited({
    ...visit,
    screen: {
      ...notedOf(noted),
      state: "thanked",
      step: "duplicate",
      expiresAtMs:
        nowMs +
        (resume === undefined ? config.timings.closingSeconds * 1_000 : DUPLICATE_NOTICE_MS),
      ...(resume === undefined ? {} : { resume }),
    },
  });
}

function interruptedQuestion(screen: Screen, config: KioskConfig): number | undefined {
  if (screen.state !== "thanked") return undefined;
  if (screen.step === "thanks") return config.questions.length > 0 ? 0 : undefined;
  if (screen.step === "question") {
    return screen.chosen === undefined ? screen.index : undefined;
  }
  return screen.step === "duplicate" ? screen.resume : undefined;
}

function answerStored(
  visit: Visit,
  { visitId, answer }: Extract<VisitEvent, { type: "answer-stored" }>,
  nowMs: number,
  config: KioskConfig,
): Visit {
  const { screen } = visit;
  if (screen.state !== "thanked" || screen.visitId !== visitId) return visit;
  const noted = { ...screen, answers: [...screen.answers, answer] };
  return {
    ...visit,
    screen:
      noted.step === "question" ? questionOrClosing(noted, noted.index + 1, nowMs, config) : noted,
  };
}

function typed(visit: Visit, digit: string, nowMs: number, config: KioskConfig): Visit {
  const { screen } = visit;
  if (screen.state !== "keypad" || screen.digits.length >= config.keypad.length) return visit;
  const digits = screen.digits + digit;
  return keypadVerdict(digits, config).type === "payment-card"
    ? refused(visit, "payment-card", nowMs, config)
    : { ...visit, screen: keypad(digits, nowMs, config) };
}

function ticked(visit: Visit, nowMs: number, config: KioskConfig): Visit {
  const { screen } = visit;
  const seen = visit.seen.some(({ untilMs }) => untilMs <= nowMs)
    ? visit.seen.filter(({ untilMs }) => untilMs > nowMs)
    : visit.seen;
  const current = seen === visit.seen ? visit : { ...visit, seen };
  if (!("expiresAtMs" in screen) || nowMs < screen.expiresAtMs) return current;
  if (isWaiting(screen)) {
    return {
      ...current,
      screen: { ...screen, warned: true, expiresAtMs: nowMs + IDLE_WARNING_MS },
    };
  }
  if (screen.state !== "thanked") return endVisit(current);
  if (screen.step === "thanks") {
    return { ...current, screen: questionOrClosing(screen, 0, nowMs, config) };
  }
  if (screen.step === "duplicate" && screen.resume !== undefined) {
    return { ...current, screen: questionOrClosing(screen, screen.resume, nowMs, config) };
  }
  return endVisit(current);
}

type WaitingScreen =
  | Extract<Screen, { state: "keypad" }>
  | ConsentScreen
  | Extract<Thanked, { step: "question" }>;

/** Waits for its shopper, and has not asked yet whether anybody is there. */
function isWaiting(screen: Screen): screen is WaitingScreen {
  switch (screen.state) {
    case "keypad":
      return screen.warned === undefined;
    case "consent":
      return screen.warned === undefined && screen.storing === undefined;
    case "thanked":
      return screen.step === "question" && screen.warned === undefined;
    default:
      return false;
  }
}

function questionOrClosing(noted: Noted, from: number, nowMs: number, config: KioskConfig): Screen {
  const index = config.questions.findIndex(
    ({ id, attribute }, at) =>
      at >= from &&
      noted.notAsked?.includes(id) !== true &&
      // No question whose answer nobody may keep (rule PV4).
      [undefined, noted.agreed].some((ground) => isCovered(attribute, ground, config)),
  );
  if (index < 0) return closing(noted, nowMs, config);
  const expiresAtMs = nowMs + config.timings.questionSeconds * 1_000;
  return { ...notedOf(noted), state: "thanked", step: "question", index, expiresAtMs };
}

function closing(noted: Noted, nowMs: number, config: KioskConfig): Screen {
  const expiresAtMs = nowMs + config.timings.closingSeconds * 1_000;
  return { ...notedOf(noted), state: "thanked", step: "closing", expiresAtMs };
}

function notedOf({
  visitId,
  masked,
  fingerprint,
  notedAtMs,
  answers,
  agreed,
  notAsked,
}: Noted): Noted {
  const noted = { visitId, masked, fingerprint, notedAtMs, answers, notAsked };
  return agreed === undefined ? noted : { ...noted, agreed };
}

function keypad(digits: string, nowMs: number, config: KioskConfig): Screen {
  return { state: "keypad", digits, expiresAtMs: nowMs + config.timings.keypadSeconds * 1_000 };
}
