import { effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { Device } from "../../contract/update.ts";
import type { Clock } from "../../domain/clock.ts";
import type { CountdownDeps } from "../countdown.ts";
import { actionOf } from "../keyboard-use.ts";
import type { Sounds } from "../sounds.ts";
import type { Turn, VisitExtension } from "../visit-extension.ts";
import { closed, endVisit } from "../visit-first.ts";
import type { VisitSession } from "../visit-session.ts";
import type { Screen, StorageTrouble } from "../visit.ts";
import type { BackOffice } from "./back-office.ts";
import { createClosing } from "./closing.ts";
import type { Tries } from "./pin-tries.ts";
import { recordHappenings } from "./record-happenings.ts";
import type { StaffArea } from "./staff-area.tsx";
import { createKnock, isInCorner } from "./staff-gesture.ts";
import { createStaffLog } from "./staff-log.ts";
import { onwards, PIN_STEP, staying, toStaff } from "./staff-screen.ts";

export interface StaffDoorDeps extends Pick<CountdownDeps, "every"> {
  readonly session: Pick<VisitSession, "screen" | "config" | "turn" | "storageIs">;
  readonly clock: Clock;
  readonly device: Device;
  readonly backOffice: BackOffice;
  readonly sounds: Sounds;
  readonly onError: (error: unknown) => void;
}

/** The way from the shoppers' side of the screen to the staff's. */
export interface StaffDoor extends Required<Pick<VisitExtension, "hears">> {
  /** What draws the staff's side; there while it is shown. */
  readonly area: ReadonlySignal<StaffArea | undefined>;
  /** The staff's side is shown: no card is anybody's. */
  readonly isOpen: () => boolean;
}

/**
 * Five taps in the upper right corner, on any screen, or the key that finishes, five times where there is
 * nothing to finish, each within three seconds: then all of the staff's side is loaded, and asks for the PIN.
 *
 * Keeps a kiosk out of service that staff took out of it, over restarts too (rule SF5).
 */
export function openStaffDoor(deps: StaffDoorDeps): StaffDoor {
  const { session, clock, onError } = deps;
  const area = signal<StaffArea | undefined>(undefined);
  const { isClosed, say } = createClosing({
    storage: localStorage,
    kept: deps.backOffice.saving.kept,
    wallMs: clock.wallMs,
  });
  const log = createStaffLog({ storage: localStorage, wallMs: clock.wallMs });
  recordHappenings({ log, session, backOffice: deps.backOffice });
  const tries = signal<Tries>({ wrong: 0, lastMs: 0 });
  /** What was wrong with the storage when staff came. */
  let trouble: StorageTrouble | undefined;

  const isOpen = (): boolean => session.screen.peek().state === "staff";

  async function open(): Promise<void> {
    const { openStaffArea } = await import("./staff-area.tsx");
    const opened = await openStaffArea({
      ...deps,
      log,
      tries,
      isClosed,
      setClosed,
      show: (step) => session.turn(onwards(step)),
      stay: (ms) => session.turn(staying(ms)),
      leave: () => session.turn(endVisit),
    });
    // Knocked at twice.
    if (isOpen()) return opened.close();
    trouble = troubleOn(session.screen.peek());
    area.value = opened;
    session.turn(toStaff(PIN_STEP));
  }

  /** False where the next start may not know of it. */
  function setClosed(closed: boolean): boolean {
    log.add({ type: closed ? "closed" : "opened" });
    return say(closed);
  }

  effect(() => {
    const { state } = session.screen.value;
    if (state === "staff") return;
    if (area.peek() !== undefined) {
      area.peek()?.close();
      area.value = undefined;
      if (trouble !== undefined && state === "attract") session.storageIs(trouble);
      trouble = undefined;
    }
    if (state === "attract" && isClosed.value) session.turn(closed);
    // What the start showed was not staff's last word.
    if (state === "out-of-service" && !isClosed.value) session.turn(opened);
  });

  watchForKnocks(deps, () => {
    if (!isOpen()) open().catch(onError);
  });

  return {
    area,
    isOpen,
    hears(event) {
      area.peek()?.hear(event);
      return isOpen() || isClosed.peek();
    },
  };
}

function watchForKnocks({ session, clock }: StaffDoorDeps, onKnock: () => void): void {
  const tapped = createKnock();
  const pressed = createKnock();

  document.addEventListener(
    "pointerdown",
    ({ isPrimary, clientX, clientY }) => {
      const stage = document.querySelector(".stage")?.getBoundingClientRect();
      if (stage === undefined || !isPrimary || !isInCorner(stage, clientX, clientY)) return;
      if (tapped(clock.monoMs())) onKnock();
    },
    { capture: true },
  );
  document.addEventListener(
    "keydown",
    ({ key, repeat }) => {
      const action = actionOf(key, session.config.peek().assistKeys ?? {});
      // Asked before anybody acts on the key: what ends a visit is no knock.
      if (action !== "finish" || repeat || !isAtRest(session.screen.peek())) return;
      if (pressed(clock.monoMs())) onKnock();
    },
    { capture: true },
  );
}

/** There is nothing to finish. */
function isAtRest({ state }: Screen): boolean {
  return state === "attract" || state === "out-of-service";
}

/** Staff's word no longer keeps it from taking cards. */
const opened: Turn = (visit) =>
  visit.screen.state === "out-of-service" && visit.screen.reason === "closed"
    ? { ...visit, screen: { state: "attract" } }
    : visit;

function troubleOn(screen: Screen): StorageTrouble | undefined {
  return screen.state === "out-of-service" && screen.reason !== "closed"
    ? screen.reason
    : undefined;
}
