import type { CDPSession, Page } from "playwright-core";
import { pause } from "../support/wait.ts";

/** Ours: a quick handheld in keyboard mode. */
const KEY_GAP_MS = 10;

/**
 * Types digits and Enter as a scanner does, each key at its own moment.
 *
 * Unlike the tests' wedge it lets the browser stamp the events as they arrive: the stamp of Enter is
 * where the clock of the capture bench starts.
 */
export async function typeCard(session: CDPSession, card: string): Promise<void> {
  const sent: Promise<unknown>[] = [];
  for (const key of [...[...card].map(digit), ENTER]) {
    sent.push(
      session.send("Input.dispatchKeyEvent", { type: "keyDown", ...key }),
      session.send("Input.dispatchKeyEvent", { type: "keyUp", ...key, text: "" }),
    );
    await pause(KEY_GAP_MS);
  }
  await Promise.all(sent);
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
