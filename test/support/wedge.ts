import type { CDPSession, Page } from "playwright-core";
import type { WedgeKey } from "../../src/scanner/wedge-key.ts";
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

/**
 * Types keys as they are, at the silences they have, and gives the moment of the last, in wall time. They
 * are handed over at once and stamped so that the last one happens now, or so that the first happens at
 * `startAtMs`: the decoder goes by the stamps.
 */
export async function typeKeys(
  page: Page,
  keys: readonly WedgeKey[],
  startAtMs?: number,
): Promise<number> {
  const session = await sessionOf(page);
  const [first, last] = [keys[0]?.timeStamp ?? 0, keys.at(-1)?.timeStamp ?? 0];
  const shiftMs = startAtMs === undefined ? Date.now() - last : startAtMs - first;
  const sent = keys.flatMap((key) => {
    const timestamp = (key.timeStamp + shiftMs) / 1_000;
    const event = {
      key: key.key,
      code: key.code,
      modifiers: (key.alt ? 1 : 0) + (key.ctrl ? 2 : 0) + (key.shift ? 8 : 0),
      isKeypad: key.code.startsWith("Numpad"),
      autoRepeat: key.repeat,
      windowsVirtualKeyCode: VIRTUAL_KEYS[key.key] ?? key.code.charCodeAt(key.code.length - 1),
    };
    const text = textOf(key);
    return [
      session.send("Input.dispatchKeyEvent", {
        ...event,
        type: "keyDown",
        timestamp,
        ...(text !== undefined && { text, unmodifiedText: text }),
      }),
      session.send("Input.dispatchKeyEvent", {
        ...event,
        type: "keyUp",
        timestamp: timestamp + 0.000_5,
      }),
    ];
  });
  await Promise.all(sent);
  return last + shiftMs;
}

const VIRTUAL_KEYS: Readonly<Record<string, number>> = { Enter: 13, Tab: 9, Alt: 18 };

/** What the key types; with Ctrl or Alt nothing. */
function textOf({ key, ctrl, alt }: WedgeKey): string | undefined {
  if (ctrl || alt) return undefined;
  if (key === "Enter") return "\r";
  return key.length === 1 ? key : undefined;
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
