import { keyTargetOf, pressBy } from "./key-target.ts";
import type { Scanner, ScannerEvent } from "./scanner.ts";
import { flushWedge, QUIET, stepWedge, type WedgeEffect, type WedgeState } from "./wedge.ts";
import type { WedgeKey } from "./wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS, type WedgeSettings } from "./wedge-settings.ts";

export interface KeyboardWedgeDeps {
  /** The page to listen on; nothing global is touched. */
  readonly window: Window & typeof globalThis;
  readonly settings?: WedgeSettings;
}

/** A scanner whose ways can be learnt. */
export interface KeyboardWedge extends Scanner {
  readonly settings: () => WedgeSettings;
  /** How it is read from the next key on. */
  readonly learn: (settings: WedgeSettings) => void;
  /**
   * Shows `see` every key that goes down, but for those of a secret field, before it is decoded. What it
   * answers with true is read by nobody else. One at a time; nothing ends it.
   */
  readonly watch: (see: ((key: WedgeKey) => boolean) | undefined) => void;
}

/**
 * Ours: a timer this late means that the page was busy, and that keys may still be waiting behind it.
 * They then get as long again to be seen before silence counts as the end of a scan.
 */
const LATE_MS = 30;

/**
 * A scanner that types as a keyboard does, wherever the focus is.
 *
 * Answers within the keydown of the suffix; without one, after `idleFlushMs` of silence. Enter and
 * Space on a focused control act that much later, as a click, and no other listener sees them.
 */
export function createKeyboardWedge(deps: KeyboardWedgeDeps): KeyboardWedge {
  const { window: view } = deps;
  let { settings = DEFAULT_WEDGE_SETTINGS } = deps;
  let see: ((key: WedgeKey) => boolean) | undefined;

  return {
    settings: () => settings,
    learn: (learnt) => void (settings = learnt),
    watch: (seeing) => void (see = seeing),

    start(listener) {
      let state: WedgeState = QUIET;
      let timer: number | undefined;
      let heldBy: Element | null = null;
      /** Keys whose going down was suppressed: their coming up would click a focused button. */
      const silenced = new Set<string>();

      function apply(effects: readonly WedgeEffect[]): void {
        for (const effect of effects) {
          switch (effect.type) {
            case "scanned":
            case "rejected":
              listener(effect satisfies ScannerEvent);
              break;
            case "press":
              pressBy(effect.key, heldBy);
              heldBy = null;
              break;
            case "suppress":
            case "hold":
              // Done to the event itself, before anybody is told anything.
              break;
          }
        }
      }

      function keyDown(event: Event): void {
        // Autofill sends key events without a key.
        if (!(event instanceof view.KeyboardEvent)) return;
        const element = targetOf(event, view);
        const key = wedgeKeyOf(event, element);
        const isTaken = key.target !== "secret" && see?.(key) === true;
        const step = isTaken
          ? { state, effects: [{ type: "suppress" } as const] }
          : stepWedge(state, key, settings);
        state = step.state;
        silenced.delete(nameOf(event));
        if (step.effects.some(({ type }) => type === "suppress" || type === "hold")) {
          silence(event);
          silenced.add(nameOf(event));
        }
        awaitSilence();
        apply(step.effects);
        if (step.effects.some(({ type }) => type === "hold")) heldBy = element;
      }

      function keyUp(event: Event): void {
        if (event instanceof view.KeyboardEvent && silenced.delete(nameOf(event))) silence(event);
      }

      function awaitSilence(): void {
        view.clearTimeout(timer);
        if (state.phase === "quiet") return;
        const dueAtMs = view.performance.now() + settings.idleFlushMs;
        timer = view.setTimeout(() => {
          const late = view.performance.now() - dueAtMs > LATE_MS;
          if (late) timer = view.setTimeout(flush, LATE_MS);
          else flush();
        }, settings.idleFlushMs);
      }

      function flush(): void {
        const step = flushWedge(state, view.performance.now(), settings);
        state = step.state;
        awaitSilence();
        apply(step.effects);
      }

      view.addEventListener("keydown", keyDown, { capture: true });
      view.addEventListener("keyup", keyUp, { capture: true });
      return () => {
        view.removeEventListener("keydown", keyDown, { capture: true });
        view.removeEventListener("keyup", keyUp, { capture: true });
        view.clearTimeout(timer);
        state = QUIET;
        heldBy = null;
        silenced.clear();
      };
    },
  };
}

/** One name for a key's way down and up. Made-up events may have no `code`. */
function nameOf(event: KeyboardEvent): string {
  return event.code === "" ? event.key : event.code;
}

function silence(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** The element that has the focus, in an open shadow tree too. */
function targetOf(event: KeyboardEvent, view: Window & typeof globalThis): Element | null {
  const [innermost] = event.composedPath();
  return innermost instanceof view.Element ? innermost : null;
}

function wedgeKeyOf(event: KeyboardEvent, element: Element | null): WedgeKey {
  return {
    key: event.key,
    code: event.code,
    timeStamp: event.timeStamp,
    repeat: event.repeat,
    ctrl: event.ctrlKey,
    alt: event.altKey,
    altGraph: event.getModifierState("AltGraph"),
    shift: event.shiftKey,
    capsLock: event.getModifierState("CapsLock"),
    isComposing: event.isComposing,
    target: keyTargetOf(element),
  };
}
