import { createKeyboardWedge } from "../../../src/scanner/keyboard-wedge.ts";
import type { ScannerEvent } from "../../../src/scanner/scanner.ts";
import type { WedgeSettings } from "../../../src/scanner/wedge-settings.ts";

/** A page with a wedge and what may have the focus while one types. */
export interface WedgePage {
  /** Listens anew, by these settings; forgets what was heard, typed and pressed before. */
  readonly begin: (
    settings: WedgeSettings,
    focus: "nothing" | "button" | "field" | "pin",
    jammedAt: number | undefined,
  ) => void;
  /** Takes the focus away. */
  readonly letGo: () => void;
  readonly events: ScannerEvent[];
  readonly presses: () => number;
  readonly typed: () => string;
}

declare global {
  var wedge: WedgePage;
}

const events: ScannerEvent[] = [];
const button = document.createElement("button");
const field = document.createElement("input");
const pin = document.createElement("input");
pin.type = "password";
document.body.append(button, field, pin);

let presses = 0;
let keysDown = 0;
let jammedAt: number | undefined;
let stop = (): void => undefined;

button.addEventListener("click", () => {
  presses += 1;
});
// Before the wedge: it is handed this key late, and those behind it later.
window.addEventListener(
  "keydown",
  () => {
    keysDown += 1;
    if (keysDown - 1 !== jammedAt) return;
    const until = performance.now() + 200;
    while (performance.now() < until);
  },
  { capture: true },
);

function letGo(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

globalThis.wedge = {
  begin(settings, focus, jammed) {
    stop();
    events.length = 0;
    presses = 0;
    keysDown = 0;
    jammedAt = jammed;
    field.value = "";
    pin.value = "";
    letGo();
    ({ nothing: undefined, button, field, pin })[focus]?.focus();
    stop = createKeyboardWedge({ window, settings }).start((event) => events.push(event));
  },
  letGo,
  events,
  presses: () => presses,
  typed: () => field.value + pin.value,
};
