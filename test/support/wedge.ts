import type { CDPSession, Page } from "playwright-core";
import { pause } from "./wait.ts";

/** Ours: a quick handheld in keyboard mode. */
const KEY_GAP_MS = 10;

/**
 * Types `text` and Enter as a scanner in keyboard mode does: key events into whatever has focus, 10 ms
 * apart by their own time stamps.
 *
 * The stamps are given rather than left to the moment of delivery, so that a busy test machine does
 * not turn a scanner into a person.
 */
export async function scan(page: Page, text: string): Promise<void> {
  const session = await sessionOf(page);
  const keys = [...[...text].map(keyFor), ENTER];
  const startSeconds = Date.now() / 1_000;
  const sent = keys.flatMap((key, index) => {
    const atSeconds = startSeconds + (index * KEY_GAP_MS) / 1_000;
    const { text: typed, ...rest } = key;
    return [
      session.send("Input.dispatchKeyEvent", {
        type: "keyDown",
        timestamp: atSeconds,
        ...rest,
        text: typed,
        unmodifiedText: typed,
      }),
      session.send("Input.dispatchKeyEvent", {
        type: "keyUp",
        timestamp: atSeconds + 0.004,
        ...rest,
      }),
    ];
  });
  await Promise.all(sent);
  await pause(0);
}

interface Key {
  readonly key: string;
  readonly code: string;
  readonly windowsVirtualKeyCode: number;
  readonly text: string;
}

const ENTER: Key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };

/** Digits and capital-free letters of a US layout: all that the tests' cards hold. */
function keyFor(character: string): Key {
  const upper = character.toUpperCase();
  const code = /\d/.test(character) ? `Digit${character}` : `Key${upper}`;
  return { key: character, code, windowsVirtualKeyCode: upper.charCodeAt(0), text: character };
}

const sessions = new WeakMap<Page, Promise<CDPSession>>();

function sessionOf(page: Page): Promise<CDPSession> {
  const open = sessions.get(page) ?? page.context().newCDPSession(page);
  sessions.set(page, open);
  return open;
}
