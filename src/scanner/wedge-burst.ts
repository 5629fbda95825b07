import type { Scan } from "../domain/card.ts";
import { isFailedSwipe } from "../domain/magstripe.ts";
import { splitAim, type AimText } from "./aim.ts";
import type { RejectReason } from "./scanner.ts";
import type { KeyMeaning, WedgeKey } from "./wedge-key.ts";
import type { WedgeSettings } from "./wedge-settings.ts";

/** Keys that follow each other closely enough to be one scan. */
export interface Burst {
  readonly phase: "burst";
  /** What the keys type on this machine, and what they type on a US keyboard. */
  readonly typed: string;
  readonly meant: string;
  /** Digits of an Alt code that is not complete yet. */
  readonly altDigits: string;
  readonly keyCount: number;
  /** The keyboard repeated a key by itself at least once. */
  readonly repeated: boolean;
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  /** It began with a space that was kept from a button which may want it. */
  readonly spaceHeld: boolean;
}

export type DataMeaning = Extract<KeyMeaning, { type: "character" | "alt-digit" }>;

export function beginBurst(key: WedgeKey, meaning: DataMeaning, spaceHeld: boolean): Burst {
  const empty: Burst = {
    phase: "burst",
    typed: "",
    meant: "",
    altDigits: "",
    keyCount: 0,
    repeated: false,
    startedAtMs: key.timeStamp,
    lastAtMs: key.timeStamp,
    spaceHeld,
  };
  return withData(empty, key, meaning);
}

/** The burst with one more key. Past the longest scan keys are counted, and no longer kept. */
export function extendBurst(
  burst: Burst,
  key: WedgeKey,
  meaning: DataMeaning,
  settings: WedgeSettings,
): Burst {
  if (key.timeStamp - burst.startedAtMs <= settings.maxTotalMs)
    return withData(burst, key, meaning);
  return withKey(burst, key);
}

function withData(burst: Burst, key: WedgeKey, meaning: DataMeaning): Burst {
  if (meaning.type === "alt-digit") {
    return withKey({ ...burst, altDigits: burst.altDigits + meaning.digit }, key);
  }
  const whole = completeAltCode(burst);
  const { typed, meant } = meaning;
  return withKey({ ...whole, typed: whole.typed + typed, meant: whole.meant + meant }, key);
}

function withKey(burst: Burst, key: WedgeKey): Burst {
  return {
    ...burst,
    keyCount: burst.keyCount + 1,
    repeated: burst.repeated || key.repeat,
    lastAtMs: Math.max(burst.lastAtMs, key.timeStamp),
  };
}

/** Turns the digits typed so far with Alt into their character. */
export function completeAltCode(burst: Burst): Burst {
  if (burst.altDigits === "") return burst;
  const code = Number(burst.altDigits);
  const character = code >= 1 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  return {
    ...burst,
    altDigits: "",
    typed: burst.typed + character,
    meant: burst.meant + character,
  };
}

/**
 * Average silence between the keys, in milliseconds. A single key has none, unless the terminator
 * that followed it says one.
 */
export function averageGapMs(burst: Burst, terminatedAtMs?: number): number {
  if (burst.keyCount > 1) return (burst.lastAtMs - burst.startedAtMs) / (burst.keyCount - 1);
  return terminatedAtMs === undefined ? Infinity : terminatedAtMs - burst.lastAtMs;
}

export type BurstVerdict =
  | { readonly type: "scan"; readonly scan: Scan }
  | { readonly type: "rejected"; readonly reason: RejectReason; readonly length: number }
  /** A key or two, as people press them: nothing to speak of. */
  | { readonly type: "person" };

/** What a burst was, now that it is over. */
export function judgeBurst(
  unfinished: Burst,
  settings: WedgeSettings,
  terminatedAtMs?: number,
): BurstVerdict {
  const burst = completeAltCode(unfinished);
  const typed = bare(burst.typed, settings).text;
  const meant = bare(burst.meant, settings).text;
  const length = Math.max(typed.length, meant.length);
  const rejected = (reason: RejectReason): BurstVerdict => ({ type: "rejected", reason, length });

  if (burst.repeated) return burst.keyCount > 1 ? rejected("held-key") : { type: "person" };
  const slow = averageGapMs(burst, terminatedAtMs) > settings.maxAverageGapMs;
  // What a reader says of a stripe it could not read is shorter than any card.
  if (length < settings.minLength && !isFailedSwipe(typed) && !isFailedSwipe(meant)) {
    return slow ? { type: "person" } : rejected("too-short");
  }
  if (slow) return rejected("too-slow");
  if (burst.lastAtMs - burst.startedAtMs > settings.maxTotalMs) return rejected("too-long");
  if (new Set(burst.meant).size === 1) return rejected("one-key");
  return { type: "scan", scan: scanFrom(burst, settings) };
}

function scanFrom(burst: Burst, settings: WedgeSettings): Scan {
  const once = undoubled(burst);
  const typed = bare(once.typed, settings);
  const meant = bare(once.meant, settings);
  const aim = typed.aim ?? meant.aim;
  return {
    text: typed.text,
    source: "wedge",
    ...(aim !== undefined && { aim }),
    ...(meant.text !== typed.text && { repaired: meant.text }),
  };
}

/** Ours: two equal halves of at least this length are one card read twice. */
const MIN_DOUBLED_LENGTH = 8;

/** A scanner without suffix that reads a card twice in a row types the two as one. */
function undoubled({ typed, meant }: Burst): { readonly typed: string; readonly meant: string } {
  const half = meant.length / 2;
  const doubled = half >= MIN_DOUBLED_LENGTH && isTwice(meant) && isTwice(typed);
  return doubled
    ? { typed: typed.slice(0, typed.length / 2), meant: meant.slice(0, half) }
    : { typed, meant };
}

function isTwice(text: string): boolean {
  return text.length % 2 === 0 && text.startsWith(text.slice(text.length / 2));
}

/** The text without what this scanner adds to it. */
function bare(text: string, { prefix = "", postfix = "" }: WedgeSettings): AimText {
  const from = text.startsWith(prefix) ? prefix.length : 0;
  const to = text.endsWith(postfix) ? text.length - postfix.length : text.length;
  return splitAim(text.slice(from, Math.max(from, to)));
}
