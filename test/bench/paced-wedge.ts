import type { CDPSession, Page } from "playwright-core";

/** Ours: a quick handheld in keyboard mode. */
const KEY_GAP_MS = 10;

/**
 * Types digits and Enter as a scanner does.
 *
 * The digits carry the stamps of a scanner's even pace that ends now, so that a hiccup of this
 * process does not look like a person typing. Enter follows when they have been taken and is stamped
 * by the browser as it arrives: there the clock of the capture bench starts.
 */
export async function typeCard(session: CDPSession, card: string): Promise<void> {
  const press = (key: Key, stamp: { readonly timestamp?: number }): readonly Promise<unknown>[] => [
    session.send("Input.dispatchKeyEvent", { type: "keyDown", ...key, ...stamp }),
    session.send("Input.dispatchKeyEvent", { type: "keyUp", ...key, ...stamp, text: "" }),
  ];
  const startMs = Date.now() - card.length * KEY_GAP_MS;
  const digits = [...card].flatMap((character, index) =>
    press(digit(character), { timestamp: (startMs + index * KEY_GAP_MS) / 1_000 }),
  );
  await Promise.all(digits);
  await Promise.all(press(ENTER, {}));
}

export function wedgeSession(page: Page): Promise<CDPSession> {
  return page.context().newCDPSession(page);
}

interface Key {
  readonly key: string;
  readonly code: string;
  readonly windowsVirtualKeyCode: number;
  readonly text: string;
}

const ENTER: Key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };

function digit(character: string): Key {
  return {
    key: character,
    code: `Digit${character}`,
    windowsVirtualKeyCode: character.charCodeAt(0),
    text: character,
  };
}
