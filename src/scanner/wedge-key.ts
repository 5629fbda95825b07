import { numpadDigit, usCharacter } from "./us-layout.ts";
import type { Suffix } from "./wedge-settings.ts";

/** A key going down, as the decoder needs it. Nothing of the DOM. */
export interface WedgeKey {
  /** `KeyboardEvent.key` and `.code`. */
  readonly key: string;
  readonly code: string;
  /** `Event.timeStamp`, in milliseconds: when it happened, not when a busy page got round to it. */
  readonly timeStamp: number;
  readonly repeat: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly altGraph?: boolean;
  readonly shift: boolean;
  readonly capsLock: boolean;
  readonly isComposing: boolean;
  readonly target: KeyTarget;
}

export type KeyTarget =
  /** Nothing that takes text: the page, a button. */
  | "page"
  /** A field that a person types into. */
  | "typing"
  /** A field that nobody else may read, such as a PIN. */
  | "secret";

/** What a key means to the decoder. */
export type KeyMeaning =
  | { readonly type: "terminator"; readonly name: Suffix }
  /** What it types here, and what it types on a US keyboard. Either may be nothing. */
  | { readonly type: "character"; readonly typed: string; readonly meant: string }
  /** A digit of a code point typed as Alt and the numpad. */
  | { readonly type: "alt-digit"; readonly digit: string }
  /** Begins (and so also ends) a character typed as Alt and the numpad. */
  | { readonly type: "alt" }
  | { readonly type: "modifier" }
  /** An arrow, a function key: no part of any scan. */
  | { readonly type: "other" };

export function keyMeaning(key: WedgeKey): KeyMeaning {
  if (key.key === "Alt") return { type: "alt" };
  if (MODIFIERS.has(key.key)) return { type: "modifier" };
  if (key.key === "Enter" || key.key === "Tab") return { type: "terminator", name: key.key };

  const digit = numpadDigit(key.code);
  if (digit !== undefined && key.alt) return { type: "alt-digit", digit };
  if (digit !== undefined) return { type: "character", typed: digit, meant: digit };

  if (key.ctrl && !key.alt && key.altGraph !== true) return controlMeaning(key);
  const meant = usCharacter(key.code, key.shift);
  if (key.key.length === 1) {
    const typed = withoutCapsLock(key);
    return { type: "character", typed, meant: meant ?? typed };
  }
  // An accent that waits for its letter, or an input method at work: only `code` tells the key.
  if (meant !== undefined && CHARACTERLESS.has(key.key)) {
    return { type: "character", typed: "", meant };
  }
  return { type: "other" };
}

const MODIFIERS: ReadonlySet<string> = new Set([
  "AltGraph",
  "CapsLock",
  "Control",
  "Fn",
  "FnLock",
  "Hyper",
  "Meta",
  "NumLock",
  "ScrollLock",
  "Shift",
  "Super",
  "Symbol",
  "SymbolLock",
]);

const CHARACTERLESS: ReadonlySet<string> = new Set(["Dead", "Process", "Unidentified"]);

/** With CapsLock on, a scanner's letters arrive the wrong way round; Shift says how they were meant. */
function withoutCapsLock({ key, capsLock, shift }: WedgeKey): string {
  if (!capsLock || !/^[A-Za-z]$/.test(key)) return key;
  return shift ? key.toUpperCase() : key.toLowerCase();
}

/** Scanners type control characters with Ctrl: the group separator of GS1 codes is Ctrl and `]`. */
function controlMeaning(key: WedgeKey): KeyMeaning {
  const typed = controlCharacter(key.key);
  const meant = controlCharacter(usCharacter(key.code, key.shift) ?? key.key) ?? typed;
  if (meant === undefined) return { type: "other" };
  if (meant === "\r" || meant === "\n") return { type: "terminator", name: "Enter" };
  if (meant === "\t") return { type: "terminator", name: "Tab" };
  return { type: "character", typed: typed ?? meant, meant };
}

/** Source: ASCII; Ctrl takes 64 off the letter or sign. `6` and `-` stand for `^` and `_` unshifted. */
function controlCharacter(character: string): string | undefined {
  const sign = { "6": "^", "-": "_" }[character] ?? character.toUpperCase();
  return /^[@-_]$/.test(sign) ? String.fromCharCode(sign.charCodeAt(0) - 0x40) : undefined;
}
