import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { AssistKeys } from "../contract/assist-keys.ts";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { ShopperChoices } from "./choices.ts";
import type { Screen } from "./visit.ts";

/** What a key may do; the browser's own Tab, Enter and Space do what they always do. */
type Action = keyof AssistKeys;

/** Keys that work where the configuration names none. */
const USUAL: Readonly<Record<Action, readonly string[]>> = {
  next: ["ArrowDown", "ArrowRight"],
  previous: ["ArrowUp", "ArrowLeft"],
  press: [],
  finish: ["Escape"],
  language: [],
  textSize: [],
  contrast: [],
  reach: [],
};

export interface KeyboardUseDeps {
  readonly document: Document;
  readonly screen: ReadonlySignal<Screen>;
  readonly config: ReadonlySignal<KioskConfig>;
  readonly shopper: ShopperChoices;
  readonly finish: () => void;
}

/**
 * The whole kiosk by keys alone, from the first key that is no scanner's until a touch or the end of
 * the visit: keys move among the controls, and a new screen takes the focus to where it begins.
 *
 * A screen that the status region speaks of is not spoken twice: there the first control takes the
 * focus, elsewhere the heading.
 */
export function openKeyboardUse(deps: KeyboardUseDeps): () => void {
  const { document, screen, config, shopper, finish } = deps;
  let isUsed = false;
  let shown: Element | null = null;
  /** What the status region said last. */
  let said = "";

  /** Lies over a screen, whose controls cannot be reached meanwhile. */
  const sheet = () => document.querySelector(".stage dialog[open]");

  const controls = (): readonly HTMLElement[] => {
    const within = sheet() ?? document.querySelector(".stage");
    return [...(within?.querySelectorAll("button") ?? [])];
  };

  function move(by: 1 | -1): void {
    const all = controls();
    const at = all.findIndex((each) => each === document.activeElement);
    const from = at === -1 && by === -1 ? all.length : at;
    all[(from + by + all.length) % all.length]?.focus();
  }

  /** Where a screen begins. */
  function enter(isSpoken: boolean): void {
    const heading = document.querySelector<HTMLElement>("main h1");
    const control = document.querySelector<HTMLElement>("main button");
    if (isSpoken) return control?.focus();
    heading?.setAttribute("tabindex", "-1");
    heading?.focus();
  }

  const acts: Readonly<Record<Action, () => void>> = {
    next: () => move(1),
    previous: () => move(-1),
    press: () => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.click();
    },
    finish: () => {
      const open = sheet();
      if (open === null) finish();
      else open.dispatchEvent(new Event("cancel", { cancelable: true }));
    },
    language: shopper.nextLanguage,
    textSize: shopper.enlargeText,
    contrast: shopper.toggleContrast,
    reach: shopper.toggleReach,
  };

  function keyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Tab" || event.key === "Enter" || event.key === " ") isUsed = true;
    const key = asRead(event.key, document.documentElement.dir);
    const action = actionOf(key, config.peek().assistKeys ?? {});
    if (action === undefined) return;
    event.preventDefault();
    isUsed = true;
    // A key that is held goes on along the controls, and does everything else once (rule FE7).
    if (event.repeat && action !== "next" && action !== "previous") return;
    acts[action]();
  }

  function touched(): void {
    isUsed = false;
  }

  const stop = effect(() => {
    const { state } = screen.value;
    // Words and controls are changed under the focus too.
    const { choosing } = shopper.chosen.value;
    queueMicrotask(() => {
      const main = document.querySelector("main");
      const isNew = main !== shown;
      shown = main;
      const says = document.querySelector(".stage > [role=status]")?.textContent ?? "";
      const isSpoken = says !== "" && says !== said;
      said = says;
      if (state === "attract" && isNew) isUsed = false;
      if (!isUsed) return;
      const isLost = document.activeElement === document.body || document.activeElement === null;
      if (choosing && isLost) document.querySelector<HTMLElement>(".language")?.focus();
      else if (state !== "attract" && (isNew || isLost)) enter(isSpoken);
    });
  });
  document.addEventListener("keydown", keyDown);
  document.addEventListener("pointerdown", touched);

  return () => {
    stop();
    document.removeEventListener("keydown", keyDown);
    document.removeEventListener("pointerdown", touched);
  };
}

export function actionOf(key: string, configured: AssistKeys): Action | undefined {
  const actions = Object.keys(USUAL).filter((name): name is Action => name in USUAL);
  return actions.find((action) => (configured[action] ?? USUAL[action]).includes(key));
}

/** Where words run from right to left, the next thing is on the left. */
function asRead(key: string, direction: string): string {
  if (direction !== "rtl") return key;
  if (key === "ArrowLeft") return "ArrowRight";
  return key === "ArrowRight" ? "ArrowLeft" : key;
}
