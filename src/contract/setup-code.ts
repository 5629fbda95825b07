/** How the text of a set-up code begins: capitals and digits, which QR codes hold at their densest. */
export const SETUP_PREFIX = "TARJETA:";

/** The code, and 160 bits by which the proxy knows that it made it; all of `CODE_ALPHABET`. */
const SIGNED_CODE = /^[2-9A-HJ-NP-Z]{40}$/;

/** Whether a code carries the proxy's own word for it. */
export function isSignedCode(code: string): boolean {
  return SIGNED_CODE.test(code);
}

/**
 * The signed code in what a reader read; nothing when it is another text. Scanners and CapsLock turn
 * capitals small.
 */
export function setupCodeFrom(text: string): string | undefined {
  const capitals = text.trim().toUpperCase();
  const code = capitals.slice(SETUP_PREFIX.length);
  return capitals.startsWith(SETUP_PREFIX) && isSignedCode(code) ? code : undefined;
}

/** What one looks like; it pairs nothing. */
export const SETUP_EXAMPLE = SETUP_PREFIX + "A".repeat(40);
