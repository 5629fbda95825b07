import type { KeyTarget } from "./wedge-key.ts";

/** Marks a field, or a part of the page, whose keys belong to nobody but itself. */
export const SECRET_ATTRIBUTE = "data-scan-secret";

const SECRET = `input[type=password], [${SECRET_ATTRIBUTE}], [${SECRET_ATTRIBUTE}] *`;

/** Inputs that are pressed, not typed into. */
const PRESSED = ["button", "submit", "reset", "image", "checkbox", "radio", "file", "color"]
  .map((type) => `[type=${type}]`)
  .join(", ");

const TYPING = `input:not(${PRESSED}), textarea, select`;

/** What a key that goes to `element` would do there. */
export function keyTargetOf(element: Element | null): KeyTarget {
  if (element === null) return "page";
  if (element.matches(SECRET)) return "secret";
  if (element.matches(TYPING) || isEditable(element)) return "typing";
  return "page";
}

function isEditable(element: Element): boolean {
  return "isContentEditable" in element && element.isContentEditable === true;
}

const PRESSED_BY_BOTH =
  "button, summary, [role=button], input:is([type=button], [type=submit], [type=reset], [type=image])";

/** What Enter, and what Space, clicks when it has the focus. Source: HTML, activation behaviour. */
const PRESSED_BY = {
  Enter: `${PRESSED_BY_BOTH}, a[href], [role=link]`,
  " ": `${PRESSED_BY_BOTH}, input:is([type=checkbox], [type=radio])`,
} as const;

/** Clicks `element` as that key would have, or does nothing where the key does nothing. */
export function pressBy(key: "Enter" | " ", element: Element | null): void {
  if (element === null || !element.isConnected || !element.matches(PRESSED_BY[key])) return;
  if ("click" in element && typeof element.click === "function") element.click();
}
