/** As a quick handheld types. Source: NielsLeenheer/KeyboardBarcodeScanner measured 1 to 19 ms. */
const KEY_GAP_MS = 10;

/**
 * Types `text` and Enter as a scanner in keyboard mode does: real key events, one after the other, at
 * the page and at no control. Resolves when Enter is up.
 */
export async function typeCard(text: string, page: Document): Promise<void> {
  for (const character of text) {
    press(page, { key: character, code: `Digit${character}` });
    await new Promise((wake) => setTimeout(wake, KEY_GAP_MS));
  }
  press(page, { key: "Enter", code: "Enter" });
}

function press(page: Document, key: { readonly key: string; readonly code: string }): void {
  for (const type of ["keydown", "keyup"]) {
    page.body.dispatchEvent(
      new KeyboardEvent(type, { ...key, bubbles: true, cancelable: true, composed: true }),
    );
  }
}
