import {
  flushWedge,
  QUIET,
  stepWedge,
  type WedgeEffect,
  type WedgeState,
} from "../../src/scanner/wedge.ts";
import type { WedgeKey } from "../../src/scanner/wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS, type WedgeSettings } from "../../src/scanner/wedge-settings.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";

export const CARD = "2912345678906";

export function aKey(key: Partial<WedgeKey> = {}): WedgeKey {
  return {
    key: "2",
    code: "Digit2",
    timeStamp: 1_000,
    repeat: false,
    ctrl: false,
    alt: false,
    shift: false,
    capsLock: false,
    isComposing: false,
    target: "page",
    ...key,
  };
}

/** Text as a scanner set to a US keyboard types it, into a machine with a US keyboard. */
export function usKeys(text: string): readonly Partial<WedgeKey>[] {
  return [...text].map((character) => {
    const digitOrLetter = /[0-9]/.test(character) ? "Digit" : "Key";
    const plain = PUNCTUATION[character];
    if (plain !== undefined) return { key: character, ...plain };
    return {
      key: character,
      code: `${digitOrLetter}${character.toUpperCase()}`,
      shift: /[A-Z]/.test(character),
    };
  });
}

export const ENTER: Partial<WedgeKey> = { key: "Enter", code: "Enter" };
export const TAB: Partial<WedgeKey> = { key: "Tab", code: "Tab" };

/** Keys one after the other; `gapsMs` is one number, or one per key (its own silence before it). */
export function timed(
  keys: readonly Partial<WedgeKey>[],
  gapsMs: number | readonly number[],
  startAtMs = 1_000,
): readonly WedgeKey[] {
  let timeStamp = startAtMs;
  return keys.map((key, index) => {
    const gapMs = typeof gapsMs === "number" ? gapsMs : (gapsMs[index] ?? 0);
    if (index > 0) timeStamp += gapMs;
    return aKey({ ...key, timeStamp });
  });
}

/** The same silence everywhere but before some keys. */
export function gapsWith(
  count: number,
  gapMs: number,
  others: Readonly<Record<number, number>>,
): readonly number[] {
  return Array.from({ length: count }, (_, index) => others[index] ?? gapMs);
}

export interface Typed {
  readonly events: readonly ScannerEvent[];
  readonly scans: readonly string[];
  readonly rejections: readonly string[];
  /** Keys that the page got to see. */
  readonly passed: readonly string[];
  readonly presses: readonly string[];
  /** Effects of the last key alone, before any silence. */
  readonly atLastKey: readonly WedgeEffect[];
  readonly state: WedgeState;
}

/** Types `keys`, with a timer that flushes on time between and after them. */
export function type(
  keys: readonly WedgeKey[],
  settings: WedgeSettings = DEFAULT_WEDGE_SETTINGS,
): Typed {
  const passed: string[] = [];
  const effects: WedgeEffect[] = [];
  let state: WedgeState = QUIET;
  let atLastKey: readonly WedgeEffect[] = [];
  for (const key of keys) {
    const idle = flushWedge(state, key.timeStamp, settings);
    const step = stepWedge(idle.state, key, settings);
    state = step.state;
    atLastKey = step.effects;
    effects.push(...idle.effects, ...step.effects);
    if (!step.effects.some(({ type }) => type === "suppress" || type === "hold")) {
      passed.push(key.key);
    }
  }
  const end = flushWedge(state, (keys.at(-1)?.timeStamp ?? 0) + settings.idleFlushMs, settings);
  effects.push(...end.effects);

  const events = effects.filter(
    (effect) => effect.type === "scanned" || effect.type === "rejected",
  );
  return {
    events,
    scans: events.flatMap((event) => (event.type === "scanned" ? [event.scan.text] : [])),
    rejections: events.flatMap((event) => (event.type === "rejected" ? [event.reason] : [])),
    passed,
    presses: effects.flatMap((effect) => (effect.type === "press" ? [effect.key] : [])),
    atLastKey,
    state: end.state,
  };
}

const PUNCTUATION: Readonly<Record<string, Partial<WedgeKey>>> = {
  " ": { code: "Space" },
  "]": { code: "BracketRight" },
  ";": { code: "Semicolon" },
  "=": { code: "Equal" },
  "/": { code: "Slash" },
  "?": { code: "Slash", shift: true },
  "%": { code: "Digit5", shift: true },
  "^": { code: "Digit6", shift: true },
  "*": { code: "Digit8", shift: true },
  "#": { code: "Digit3", shift: true },
  ":": { code: "Semicolon", shift: true },
  "-": { code: "Minus" },
  ".": { code: "Period" },
  _: { code: "Minus", shift: true },
};
