/**
 * Types `text` and Enter as a scanner in keyboard mode does: real key events at the page and at no
 * control. All at once, as the quickest scanners do; a timer between two keys would, on a busy
 * machine, make a person of it.
 */
export function typeCard(text: string, page: Document): void {
  for (const character of text) press(page, { key: character, code: `Digit${character}` });
  press(page, { key: "Enter", code: "Enter" });
}

function press(page: Document, key: { readonly key: string; readonly code: string }): void {
  for (const type of ["keydown", "keyup"]) {
    page.body.dispatchEvent(
      new KeyboardEvent(type, { ...key, bubbles: true, cancelable: true, composed: true }),
    );
  }
}
