import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { RefusalReason, Visit, VisitEvent } from "./visit.ts";
import type { Turn } from "./visit-extension.ts";

// As much of the visit as a page needs that has not loaded all of itself: a card is stored and thanked for,
// or refused. `visit.ts` has the rest, and all of the words.

export const NO_VISIT: Visit = { screen: { state: "attract" }, pending: [], seen: [], holds: [] };

/** Where it is remembered, for the next start too, that staff took this kiosk out of service, and when. */
export const CLOSED_KEY = "tarjeta-closed";

/** Out of service, because staff said so (rule SF5). */
export const closed: Turn = (visit) => ({
  ...visit,
  screen: { state: "out-of-service", reason: "closed" },
});

/** A step of the visit, on the page's monotonic clock. */
export type StepVisit = (
  visit: Visit,
  event: VisitEvent,
  nowMs: number,
  config: KioskConfig,
) => Visit;

/** The visit after `event`, as far as its first screens go; what leads further waits for the rest. */
export function stepFirst(
  visit: Visit,
  event: VisitEvent,
  nowMs: number,
  config: KioskConfig,
): Visit {
  const { screen } = visit;
  switch (event.type) {
    case "scanned":
      return awaiting(visit, event);
    case "refused":
      return refused(visit, event.reason, nowMs, config);
    case "stored":
      return stored(visit, event, nowMs, config);
    case "not-stored":
      return notStored(visit, event);
    case "storage-lost":
      return screen.state === "thanked"
        ? visit
        : { ...visit, screen: { state: "out-of-service", reason: event.reason } };
    case "storage-back":
      return screen.state === "out-of-service" && screen.reason !== "closed"
        ? { ...visit, screen: { state: "attract" } }
        : visit;
    case "turned":
      return event.turn(visit, nowMs, config);
    default:
      return visit;
  }
}

/** When `ticked` will next change something; nothing while nothing runs. */
export function nextDeadlineMs({ screen, seen, holds }: Visit): number | undefined {
  const open = holds.filter(({ undo }) => undo !== "asked");
  const deadlines = [...seen, ...open].map(({ untilMs }) => untilMs);
  if ("expiresAtMs" in screen) deadlines.push(screen.expiresAtMs);
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

function awaiting(
  visit: Visit,
  { visitId, masked, fingerprint }: Extract<VisitEvent, { type: "scanned" }>,
): Visit {
  // Read twice before the first was stored: the thanks for the first answers both.
  const pending = visit.pending.find((pending) => pending.fingerprint === fingerprint);
  const others = unawaited(visit).pending.filter((other) => other.visitId !== pending?.visitId);
  const awaited = pending ?? { visitId, masked, fingerprint };
  return { ...visit, pending: [...others, { ...awaited, awaited: true }] };
}

export function refused(
  visit: Visit,
  reason: RefusalReason,
  nowMs: number,
  config: KioskConfig,
): Visit {
  // Half a read of the card that was just thanked for is no reason to take the thanks away.
  const busy = visit.screen.state === "thanked" || visit.screen.state === "keypad";
  if (reason === "unreadable" && (busy || visit.pending.some(({ awaited }) => awaited))) {
    return visit;
  }
  const expiresAtMs = nowMs + config.timings.refusedSeconds * 1_000;
  return unawaited({ ...visit, screen: { state: "refused", reason, expiresAtMs } });
}

function stored(
  visit: Visit,
  { visitId, wallMs, heldUntilMs }: Extract<VisitEvent, { type: "stored" }>,
  nowMs: number,
  config: KioskConfig,
): Visit {
  const done = visit.pending.find((pending) => pending.visitId === visitId);
  if (done === undefined) return visit;
  const pending = visit.pending.filter((pending) => pending !== done);
  const { fingerprint, masked, agreed } = done;
  const untilMs = nowMs + config.timings.duplicateSeconds * 1_000;
  const seen =
    untilMs > nowMs
      ? [...visit.seen, { visitId, fingerprint, notedAtMs: wallMs, untilMs }]
      : visit.seen;
  const holds =
    heldUntilMs === undefined
      ? visit.holds
      : [...visit.holds, { visitId, longestMs: heldUntilMs, untilMs: heldUntilMs }];
  if (!done.awaited) return { ...visit, pending, seen, holds };
  return {
    pending,
    seen,
    holds,
    screen: {
      state: "thanked",
      step: "thanks",
      visitId,
      masked,
      fingerprint,
      notedAtMs: wallMs,
      answers: [],
      ...(agreed === undefined ? {} : { agreed }),
      expiresAtMs: nowMs + config.timings.thanksSeconds * 1_000,
    },
  };
}

function notStored(
  visit: Visit,
  { visitId, reason }: Extract<VisitEvent, { type: "not-stored" }>,
): Visit {
  const failed = visit.pending.find((pending) => pending.visitId === visitId);
  const pending = visit.pending.filter((pending) => pending.visitId !== visitId);
  const { screen } = visit;
  const concerns = failed?.awaited ?? (screen.state === "thanked" && screen.visitId === visitId);
  return concerns
    ? { ...visit, pending, screen: { state: "out-of-service", reason } }
    : { ...visit, pending };
}

/** Nobody waits any more for what is still being stored; it is stored all the same. */
export function unawaited(visit: Visit): Visit {
  return { ...visit, pending: visit.pending.map((each) => ({ ...each, awaited: false })) };
}

/** Back to attract. What waits for its storing keeps its thanks. */
export function endVisit(visit: Visit): Visit {
  return visit.screen.state === "attract" || visit.screen.state === "out-of-service"
    ? visit
    : { ...visit, screen: { state: "attract" } };
}
