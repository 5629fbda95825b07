import { signal, type Signal } from "@preact/signals-core";
import type { JSX } from "preact";
import type { Language } from "../../contract/language.ts";
import type { ScannerEvent } from "../../scanner/scanner.ts";
import { isPin } from "./pin-hash.ts";
import { createPinPad } from "./pin-pad.ts";
import { PinScreen } from "./pin-screen.tsx";
import type { Tries } from "./pin-tries.ts";
import { PANELS } from "./panels.tsx";
import { PanelScreen } from "./panel-screen.tsx";
import type { OpenPanel, StaffDesk } from "./staff-desk.ts";
import type { StaffScreen } from "./staff-screen.ts";
import stylesheet from "./staff.css?url";
import { STAFF_WORDS } from "./staff-vocabulary.ts";

export interface StaffAreaDeps extends Omit<StaffDesk, "nowMs" | "listen" | "config"> {
  readonly session: { readonly config: StaffDesk["config"] };
  /** Wrong PINs, as this life of the page counts them. */
  readonly tries: Signal<Tries>;
  /** Goes on to another step, if the staff's side is still shown. */
  readonly show: (step: string) => void;
  readonly leave: () => void;
}

/** The staff's side of the screen, from the PIN on. All of it is loaded when somebody knocks, and not before. */
export interface StaffArea {
  readonly draw: (screen: StaffScreen, language: Language) => JSX.Element;
  /** What a reader did. */
  readonly hear: (event: ScannerEvent) => void;
  /** It is shown no more. */
  readonly close: () => void;
}

/** Ours: often enough that no second is seen to last two. */
const TICK_MS = 500;

/** Ours: a touch is noted once a second. */
const TOUCH_MS = 1_000;

export async function openStaffArea(deps: StaffAreaDeps): Promise<StaffArea> {
  const { clock, session, show, leave, log, onError } = deps;
  await loadStyles();
  const nowMs = signal(clock.monoMs());
  const stopTicking = deps.every(() => (nowMs.value = clock.monoMs()), TICK_MS);
  const listeners = new Set<(event: ScannerEvent) => void>();
  let panel: OpenPanel | undefined;
  let isIn = false;

  const desk: StaffDesk = {
    ...deps,
    config: session.config,
    nowMs,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function showPanel(id: string): void {
    panel?.close?.();
    panel = PANELS.find((each) => each.id === id)?.open(desk);
    show(id);
  }

  const pad = createPinPad({
    pinHash: session.config.peek().staff?.pinHash,
    isPin: (pin, pinHash) => isPin(pin, pinHash, crypto.subtle),
    kept: deps.backOffice.saving.kept,
    tries: deps.tries,
    clock,
    nowMs,
    onRight() {
      isIn = true;
      log.add({ type: "staff-came" });
      showPanel(PANELS[0]?.id ?? "");
    },
    onWrong: () => log.add({ type: "wrong-pin" }),
    onError,
  });
  const stopNoting = noteTouches(desk);

  return {
    draw({ step }, language) {
      const words = STAFF_WORDS[language];
      if (panel === undefined) {
        return (
          <PinScreen
            key="pin"
            pad={pad}
            view={pad.view.value}
            {...{ words, language }}
            onLeave={leave}
          />
        );
      }
      return (
        <PanelScreen
          key={step}
          panels={PANELS}
          shown={step}
          {...{ words, language }}
          onShow={showPanel}
          onLeave={leave}
        >
          {panel.view(language)}
        </PanelScreen>
      );
    },
    hear(event) {
      // Who is shown what a reader does waits for it.
      if (listeners.size > 0) desk.stay();
      for (const listener of listeners) listener(event);
    },
    close() {
      pad.close();
      stopTicking();
      stopNoting();
      panel?.close?.();
      panel = undefined;
      listeners.clear();
      if (isIn) log.add({ type: "staff-left" });
    },
  };
}

/**
 * Whoever touches anything is there. A character is no touch: it may be the first of a card that somebody left
 * under the reader.
 */
function noteTouches({ clock, stay }: StaffDesk): () => void {
  let lastMs = -Infinity;
  const touched = (event: Event): void => {
    if (event instanceof KeyboardEvent && event.key.length === 1) return;
    if (clock.monoMs() - lastMs < TOUCH_MS) return;
    lastMs = clock.monoMs();
    stay();
  };
  const kinds = ["pointerdown", "keydown", "click"] as const;
  for (const kind of kinds) document.addEventListener(kind, touched, { capture: true });
  return () => {
    for (const kind of kinds) document.removeEventListener(kind, touched, { capture: true });
  };
}

/** What it is dressed in; asked for with the first knock, and there before anything is drawn. */
async function loadStyles(): Promise<void> {
  if (document.head.querySelector(`link[href="${stylesheet}"]`) !== null) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = stylesheet;
  await new Promise((settled) => {
    // Undressed is better than shut out.
    for (const end of ["load", "error"]) link.addEventListener(end, settled, { once: true });
    document.head.append(link);
  });
}
