import { computed, effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { Language } from "../contract/language.ts";
import type { ThanksRule } from "../contract/thanks-rules.ts";
import { openSounds } from "./for-everyone.ts";
import { createCameraPart, type CameraPart } from "./camera/camera-part.ts";
import { createAskAgain, type AskAgainDeps } from "./ask-again.ts";
import { forgetAllCards, openCardMemory } from "./card-memory.ts";
import { createConsenting, type Consenting, type ConsentingDeps } from "./consenting.ts";
import { createCountdown, type CountdownDeps } from "./countdown.ts";
import { createHelpPart, type HelpPart } from "./help/help-part.ts";
import { idleEndMs, reading, stillHere } from "./idle.ts";
import type { Link } from "./link.ts";
import type { Recorded } from "./recorded.ts";
import { createSettling } from "./settling.ts";
import { openStaffDoor, type StaffDoor } from "./staff/open-door.ts";
import { thanksContent, type ThanksContent } from "./thanks-content.ts";
import { createUndoing, type Undoing, type UndoingDeps } from "./undoing.ts";
import type { VisitExtension } from "./visit-extension.ts";
import { createVisitActions, type VisitActions } from "./visit-actions.ts";
import type { VisitSession } from "./visit-session.ts";
import { openVisitSounds } from "./visit-sounds.ts";
import type { Noted } from "./visit.ts";
import { createWithdrawing, type WithdrawingDeps } from "./withdrawing.ts";

export interface ExtrasDeps
  extends
    Omit<WithdrawingDeps, "session" | "clock" | "onWithdrawn">,
    Omit<UndoingDeps, "session">,
    Omit<ConsentingDeps, "session">,
    Omit<CountdownDeps, "clock">,
    Pick<AskAgainDeps, "clock" | "onError"> {
  readonly session: VisitSession;
  readonly line: Pick<Link, "backOffice" | "signedFetch" | "checksShown">;
}

/** What a visit gains once the page has loaded all of itself. */
export interface Extras {
  readonly withdrawing: ReturnType<typeof createWithdrawing>;
  /** What the closing thanks say in place of the shipped words, if any rule is true of the visit. */
  readonly thanks: (noted: Noted, language: Language) => ThanksContent | undefined;
  readonly actions: VisitActions;
  /** Leaves the question on screen unanswered. */
  readonly skip: () => void;
  readonly undoing: Undoing;
  readonly consenting: Consenting;
  readonly camera: CameraPart;
  readonly help: HelpPart;
  /** Until the visit on screen can no longer be taken back. */
  readonly undoSeconds: ReadonlySignal<number | undefined>;
  /** Until the screen ends that asks whether anybody is there. */
  readonly idleSeconds: ReadonlySignal<number | undefined>;
  /** Somebody is. */
  readonly stay: () => void;
  /** What was kept of the visit on screen, while its shopper looks at it. */
  readonly recorded: ReadonlySignal<readonly Recorded[] | undefined>;
  readonly showRecorded: (isShown: boolean) => void;
  readonly staff: StaffDoor;
}

const afterPaint = (work: () => void): void => void requestAnimationFrame(() => setTimeout(work));

export function openExtras(deps: ExtrasDeps): Extras {
  const { session, device } = deps;
  const sounds = openSounds(session.config);
  const staff = openStaffDoor({ ...deps, backOffice: deps.line.backOffice, sounds });
  const withdrawing = openWithdrawing(deps, staff);
  const undoing = createUndoing(deps);
  const idleEnd = computed(() => idleEndMs(session.screen.value));
  const idleSeconds = createCountdown(idleEnd, deps);
  openVisitSounds({ screen: session.screen, idleSeconds, sounds, afterPaint });
  const settled = createSettling({
    screen: session.screen,
    clock: deps.clock,
    afterPaint,
    setTimeout: (work, delayMs) => void setTimeout(work, delayMs),
    page: document.documentElement,
  });
  const actions = createVisitActions(deps);
  const consenting = createConsenting(deps);
  return {
    withdrawing,
    thanks(noted, language) {
      const rules: readonly ThanksRule[] = session.config.peek().thanks ?? [];
      return thanksContent(rules, { ...device, ...noted }, language);
    },
    actions: { ...actions, answer: settled(actions.answer) },
    skip: settled(() => session.send({ type: "skipped" })),
    undoing,
    consenting: { answer: settled(consenting.answer) },
    camera: createCameraPart(deps),
    help: createHelpPart({ ...deps, sounds }),
    undoSeconds: createCountdown(
      computed(() => undoing.offer.value?.untilMs),
      deps,
    ),
    idleSeconds,
    stay: () => session.turn(stillHere),
    staff,
    ...createLooking(session),
  };
}

/**
 * Sees every card first; those it leaves to a visit are looked up in the kiosk's memory. Before it comes the
 * staff's side, where no card is anybody's, not even one that was on its way when it opened.
 */
function openWithdrawing(deps: ExtrasDeps, staff: StaffDoor): Extras["withdrawing"] {
  const askAgain = createAskAgain({
    ...deps,
    openMemory: () => openCardMemory(crypto.subtle),
    forgetAll: () => forgetAllCards(indexedDB),
  });
  const withdrawing = createWithdrawing({ ...deps, onWithdrawn: askAgain.forgetCard });
  const extension: VisitExtension = {
    hears: staff.hears,
    takes(taken) {
      if (staff.isOpen() || withdrawing.takes(taken)) return true;
      askAgain.read(taken);
      return false;
    },
    refuses: (reason) => staff.isOpen() || withdrawing.refuses(reason),
  };
  deps.session.extend(extension);
  return withdrawing;
}

/** "What is recorded?" is open for as long as its visit stays on the same step. */
function createLooking(session: VisitSession): Pick<Extras, "recorded" | "showRecorded"> {
  const looked = signal<string | undefined>(undefined);
  const stepOf = (): string | undefined => {
    const screen = session.screen.value;
    return screen.state === "thanked" ? `${screen.visitId} ${screen.step}` : undefined;
  };
  effect(() => {
    if (stepOf() !== looked.peek()) looked.value = undefined;
  });
  return {
    recorded: computed(() => {
      const screen = session.screen.value;
      return looked.value !== undefined && screen.state === "thanked"
        ? session.recordedOf(screen.visitId)
        : undefined;
    }),
    showRecorded(isShown) {
      looked.value = isShown ? stepOf() : undefined;
      if (isShown) session.turn(reading);
    },
  };
}
