import { computed, effect, signal, type ReadonlySignal } from "@preact/signals-core";
import type { ComponentChild } from "preact";
import type { Link } from "../link.ts";
import type { Sounds } from "../sounds.ts";
import type { VisitSession } from "../visit-session.ts";
import type { Words } from "../words.ts";

/** The help call, as far as the rest of the kiosk has to do with it. */
export interface HelpPart {
  /** How it is drawn; nothing where the configuration offers none. */
  readonly view: ReadonlySignal<HelpView | undefined>;
}

export interface HelpView {
  /** Among the tools of the sill; says too that a call is open. */
  readonly tool: (words: Words) => ComponentChild;
  /** Where a card was refused. */
  readonly button: (words: Words) => ComponentChild;
  /** Over the screen, while whoever called looks at it. */
  readonly sheet: (words: Words) => ComponentChild;
}

export interface HelpPartDeps {
  readonly session: Pick<VisitSession, "screen" | "config" | "turn">;
  readonly line: Pick<Link, "signedFetch" | "checksShown">;
  readonly sounds: Sounds;
  readonly onError: (error: unknown) => void;
}

/** All else of it is loaded when the configuration offers help, so that a tap waits for nothing. */
export function createHelpPart(deps: HelpPartDeps): HelpPart {
  const view = signal<HelpView | undefined>(undefined);
  const isOffered = computed(() => deps.session.config.value.help !== undefined);
  effect(() => {
    if (!isOffered.value) return undefined;
    let isOver = false;
    let close = (): void => undefined;
    import("./open-help.tsx")
      .then(({ openHelp }) => {
        if (isOver) return;
        const opened = openHelp(deps);
        close = opened.close;
        view.value = opened.view;
      })
      .catch(deps.onError);
    return () => {
      isOver = true;
      close();
      view.value = undefined;
    };
  });
  return { view };
}
