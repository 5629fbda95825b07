import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import { createShopperChoices, type Choices, type ShopperChoices } from "./choices.ts";
import { fitScreens } from "./fit.ts";
import { rotateHands } from "./hands.ts";
import { openKeyboardUse } from "./keyboard-use.ts";
import { createSounds, USUAL_VOLUME, type Sounds } from "./sounds.ts";
import { directionOf } from "./vocabulary.ts";
import type { VisitSession } from "./visit-session.ts";

export interface ForEveryoneDeps {
  readonly screen: VisitSession["screen"];
  readonly config: ReadonlySignal<KioskConfig>;
  readonly send: VisitSession["send"];
  /** The root element, which says how everything on it is drawn. */
  readonly page: HTMLElement;
  readonly onError: (error: unknown) => void;
}

/** Languages, modes and keys, for as long as the page lives. */
export function openForEveryone(deps: ForEveryoneDeps): ShopperChoices {
  const { screen, config, send, page, onError } = deps;
  const shopper = createShopperChoices({ screen, config, onError });
  effect(() => show(shopper.chosen.value, page));
  rotateHands(screen, page);
  fitScreens({ document: page.ownerDocument, screen, chosen: shopper.chosen });
  openKeyboardUse({
    document: page.ownerDocument,
    screen,
    config,
    shopper,
    finish: () => send({ type: "finished" }),
  });
  return shopper;
}

/** As loud as the configuration has it at the moment of a sound. */
export function openSounds(config: ReadonlySignal<KioskConfig>): Sounds {
  return createSounds({
    openAudio: () => new AudioContext(),
    volume: () => config.peek().sounds?.volume ?? USUAL_VOLUME,
  });
}

function show({ language, highContrast, textSize, reach }: Choices, page: HTMLElement): void {
  page.lang = language;
  page.dir = directionOf(language);
  page.toggleAttribute("data-high-contrast", highContrast);
  page.toggleAttribute("data-reach", reach);
  page.dataset["textSize"] = String(textSize);
}
