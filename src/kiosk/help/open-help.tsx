import { effect, signal } from "@preact/signals-core";
import { Button } from "../ui/button.tsx";
import type { Sound } from "../sounds.ts";
import { endVisit } from "../visit-first.ts";
import { createHelpLine, type HelpState } from "./help-line.ts";
import type { HelpPartDeps, HelpView } from "./help-part.ts";
import { HelpIcon, HelpSheet } from "./help-sheet.tsx";
import { endOn, goesOn, heldFor, helpWaitMs, reasonOn, visitOn } from "./help-turns.ts";

/** Ours: how long a last word stands, and who comes is waited for, when nobody touches the screen. */
const LAST_WORD_MS = 30_000;
const COMING_MS = 60_000;

/** Ours: beyond what is waited for, so that no screen ends beneath the sheet, which always ends by itself. */
const MARGIN_MS = COMING_MS + LAST_WORD_MS;

const SOUNDS: Partial<Readonly<Record<HelpState, Sound>>> = {
  told: "read",
  coming: "success",
  unreached: "problem",
  unanswered: "problem",
};

/** A shopper calls for staff, and sees what becomes of it; `close` ends all of it. */
export function openHelp(deps: HelpPartDeps): {
  readonly view: HelpView;
  readonly close: () => void;
} {
  const { session } = deps;
  const line = createHelpLine({
    fetch: deps.line.signedFetch,
    clock: { monoMs: () => performance.now() },
    newId: () => crypto.randomUUID(),
    random: () => Math.random(),
    timer(work, delayMs) {
      const id = window.setTimeout(work, delayMs);
      return () => window.clearTimeout(id);
    },
    storage: localStorage,
  });
  const isShown = signal(false);
  let last = session.screen.peek();
  let visitId: string | undefined;

  function show(): void {
    isShown.value = true;
  }

  function call(): void {
    if (line.state.peek() === "none") {
      visitId = visitOn(session.screen.peek());
      last = session.screen.peek();
      line.call(reasonOn(last), helpWaitMs(session.config.peek()));
    }
    show();
  }

  /** The screen beneath goes on, whatever becomes of the call. */
  function hide(): void {
    if (!isShown.peek()) return;
    isShown.value = false;
    session.turn(goesOn);
  }

  function end(): void {
    line.end("left");
    hide();
  }

  /** On attract nobody could be told that the call is still open once the sheet is gone. */
  const mayGoOn = (): boolean => session.screen.value.state !== "attract";

  /** Nothing of a shopper's stands on the staff's side, its door included. */
  const isStaffs = (): boolean => session.screen.value.state === "staff";

  const stops = [
    effect(() => {
      const now = session.screen.value;
      const over = line.state.peek() === "none" ? undefined : endOn(last, now, visitId);
      last = now;
      if (over === undefined) return;
      line.end(over);
      isShown.value = false;
    }),
    effect(() => {
      // Staff who hold a check card before it are here, whatever the screen shows.
      if (deps.line.checksShown.value === 0) return;
      line.end("here");
      isShown.value = false;
    }),
    effect(() => {
      const state = line.state.value;
      const sound = SOUNDS[state];
      if (sound !== undefined) deps.sounds.play(sound);
      document.documentElement.dataset["help"] = state;
    }),
    effect(() => {
      // Again with each screen that comes beneath it, such as another card that is refused.
      if (!isShown.value || isStaffs()) return;
      if (line.state.value === "none") return;
      session.turn(heldFor(helpWaitMs(session.config.peek()) + MARGIN_MS));
    }),
    effect(() => {
      const state = line.state.value;
      if (state !== "coming" && state !== "unreached" && state !== "unanswered") return undefined;
      const timer = window.setTimeout(
        () => {
          const wasShown = isShown.peek();
          line.end("left");
          isShown.value = false;
          // Nobody touched it: as with any screen that nobody touches, the visit is over.
          if (wasShown) session.turn(endVisit);
        },
        state === "coming" ? COMING_MS : LAST_WORD_MS,
      );
      return () => window.clearTimeout(timer);
    }),
  ];

  return {
    view: {
      tool: ({ help }) => {
        const state = line.state.value;
        const isOpen = state !== "none";
        if (isStaffs()) return null;
        return (
          <button
            type="button"
            class="tool"
            aria-pressed={isOpen}
            aria-label={isOpen ? `${help.tool}. ${help.states[state].title}` : help.tool}
            onClick={call}
          >
            <HelpIcon />
            <span class="tool-name">{help.tool}</span>
          </button>
        );
      },
      button: ({ help }) => (
        <Button onPress={call}>
          <HelpIcon />
          {help.get}
        </Button>
      ),
      sheet: ({ help }) => {
        const state = line.state.value;
        if (!isShown.value || state === "none" || isStaffs()) return null;
        return (
          <HelpSheet state={state} words={help} onGoOn={mayGoOn() ? hide : undefined} onEnd={end} />
        );
      },
    },
    close() {
      line.end("left");
      for (const stop of stops) stop();
      delete document.documentElement.dataset["help"];
    },
  };
}
