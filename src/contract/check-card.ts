import type { Scan } from "../domain/card.ts";

/**
 * What a check card says, as a QR code and as a Code 128. Looked for before any card rule is asked, so
 * that under no configuration it is somebody's card; no payment card has a letter in it.
 */
export const CHECK_CARD_TEXT = "TARJETA-CHECK";

/** Whether a check card was shown: by any reader, in any layout, with CapsLock on or off. */
export function isCheckCard({ text, repaired = "" }: Pick<Scan, "text" | "repaired">): boolean {
  return [text, repaired].some((each) => each.trim().toUpperCase() === CHECK_CARD_TEXT);
}
