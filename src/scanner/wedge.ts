import type { ScannerEvent } from "./scanner.ts";
import {
  averageGapMs,
  beginBurst,
  completeAltCode,
  extendBurst,
  judgeBurst,
  type Burst,
  type BurstVerdict,
  type DataMeaning,
} from "./wedge-burst.ts";
import { keyMeaning, type KeyMeaning, type WedgeKey } from "./wedge-key.ts";
import type { Suffix, WedgeSettings } from "./wedge-settings.ts";

/** Where the decoding of a scanner that types stands. */
export type WedgeState =
  /** Until `swallowUntilMs`, a terminator belongs to the scan before: CR comes with an LF. */
  | { readonly phase: "quiet"; readonly swallowUntilMs: number }
  /** An Enter alone was kept back, until it is known whether a scan follows. */
  | { readonly phase: "held"; readonly lastAtMs: number }
  | Burst;

export const QUIET: WedgeState = { phase: "quiet", swallowUntilMs: -Infinity };

export type WedgeEffect =
  | ScannerEvent
  /** Nobody else may see this key. */
  | { readonly type: "suppress" }
  /** The same; but it may have been a person's, for whom a `press` then makes up. */
  | { readonly type: "hold" }
  /** The key held last was a person's: press what had the focus then. */
  | { readonly type: "press"; readonly key: "Enter" | " " };

export interface WedgeStep {
  readonly state: WedgeState;
  /** In order. */
  readonly effects: readonly WedgeEffect[];
}

/**
 * The decoder after one more key.
 *
 * A key of a scan presses nothing. Outside text fields only the first character of a burst goes
 * through, and what could press a button (Enter, Space) is held until `idleFlushMs` shows that a
 * person meant it. In a text field nothing is taken from a person typing: characters are held back
 * once `minLength` of them came as fast as only a scanner types, the terminator when a scan is
 * complete. A secret field is left alone altogether.
 *
 * Once a burst is over its characters are in no state any more.
 */
export function stepWedge(state: WedgeState, key: WedgeKey, settings: WedgeSettings): WedgeStep {
  if (key.target === "secret") return { state: QUIET, effects: [] };
  if (key.isComposing) return { state, effects: [] };
  const late = state.phase !== "quiet" && key.timeStamp - state.lastAtMs > settings.maxGapMs;
  const before = late ? finish(state, settings) : { state, effects: [] };
  const after = stepKey(before.state, key, settings);
  return { state: after.state, effects: [...before.effects, ...after.effects] };
}

/** The decoder at a moment without keys: ends what has been silent for `idleFlushMs`. */
export function flushWedge(state: WedgeState, atMs: number, settings: WedgeSettings): WedgeStep {
  const idle = state.phase !== "quiet" && atMs - state.lastAtMs >= settings.idleFlushMs;
  return idle ? finish(state, settings) : { state, effects: [] };
}

function finish(state: WedgeState, settings: WedgeSettings): WedgeStep {
  switch (state.phase) {
    case "quiet":
      return { state, effects: [] };
    case "held":
      return { state: QUIET, effects: [{ type: "press", key: "Enter" }] };
    case "burst":
      return finishBurst(state, settings);
  }
}

function finishBurst(burst: Burst, settings: WedgeSettings): WedgeStep {
  if (burst.spaceHeld && burst.keyCount === 1) {
    return { state: QUIET, effects: [{ type: "press", key: " " }] };
  }
  const verdict = judgeBurst(burst, settings);
  return {
    // A busy page may hand over the suffix after the silence was believed.
    state:
      verdict.type === "person"
        ? QUIET
        : { phase: "quiet", swallowUntilMs: burst.lastAtMs + settings.maxGapMs },
    effects: told(verdict, burst, burst.lastAtMs),
  };
}

function stepKey(state: WedgeState, key: WedgeKey, settings: WedgeSettings): WedgeStep {
  const meaning = keyMeaning(key);
  switch (state.phase) {
    case "quiet":
      if (meaning.type === "terminator") return stepLoneTerminator(state, meaning.name, key);
      return isData(meaning) ? stepFirst(meaning, key) : { state, effects: [] };
    case "held":
      if (meaning.type === "terminator") {
        return { state: { ...state, lastAtMs: key.timeStamp }, effects: [{ type: "suppress" }] };
      }
      // Whatever follows an Enter this fast is a scanner's, so the Enter was: it presses nothing.
      return isData(meaning)
        ? { state: beginBurst(key, meaning, false), effects: [{ type: "suppress" }] }
        : { state, effects: [] };
    case "burst":
      return stepBurst(state, meaning, key, settings);
  }
}

function stepLoneTerminator(
  state: Extract<WedgeState, { phase: "quiet" }>,
  name: Suffix,
  key: WedgeKey,
): WedgeStep {
  if (key.timeStamp <= state.swallowUntilMs) return { state, effects: [{ type: "suppress" }] };
  const pressing = name === "Enter" && key.target === "page" && !key.ctrl && !key.alt;
  if (!pressing) return { state: QUIET, effects: [] };
  return key.repeat
    ? { state: QUIET, effects: [{ type: "suppress" }] }
    : { state: { phase: "held", lastAtMs: key.timeStamp }, effects: [{ type: "hold" }] };
}

function stepFirst(meaning: DataMeaning, key: WedgeKey): WedgeStep {
  const pressing = key.key === " " && key.target === "page" && !key.alt;
  return {
    state: beginBurst(key, meaning, pressing && !key.repeat),
    effects: pressing ? [{ type: key.repeat ? "suppress" : "hold" }] : [],
  };
}

function stepBurst(
  burst: Burst,
  meaning: KeyMeaning,
  key: WedgeKey,
  settings: WedgeSettings,
): WedgeStep {
  switch (meaning.type) {
    case "modifier":
      return { state: burst, effects: [] };
    case "alt":
      return { state: completeAltCode(burst), effects: [] };
    case "other":
      return { state: burst, effects: suppressed(burst, key, settings) };
    case "terminator":
      if (settings.suffixes.includes(meaning.name)) {
        return stepSuffix(burst, meaning.name, key, settings);
      }
      return stepData(burst, asCharacter(meaning.name), key, settings);
    case "character":
    case "alt-digit":
      return stepData(burst, meaning, key, settings);
  }
}

function stepData(
  burst: Burst,
  meaning: DataMeaning,
  key: WedgeKey,
  settings: WedgeSettings,
): WedgeStep {
  const longer = extendBurst(burst, key, meaning, settings);
  return { state: longer, effects: suppressed(longer, key, settings) };
}

function stepSuffix(burst: Burst, name: Suffix, key: WedgeKey, settings: WedgeSettings): WedgeStep {
  const verdict = judgeBurst(burst, settings, key.timeStamp);
  const events = told(verdict, burst, key.timeStamp);
  if (isPersons(verdict, key)) {
    const alone = stepLoneTerminator({ phase: "quiet", swallowUntilMs: -Infinity }, name, key);
    return { state: alone.state, effects: [...events, ...alone.effects] };
  }
  return {
    state: { phase: "quiet", swallowUntilMs: key.timeStamp + settings.maxGapMs },
    effects: [{ type: "suppress" }, ...events],
  };
}

/** Whether the terminator after such a burst is a person's, to do what it always does. */
function isPersons(verdict: BurstVerdict, key: WedgeKey): boolean {
  switch (verdict.type) {
    case "scan":
      return false;
    case "person":
      return true;
    case "rejected":
      if (verdict.reason === "too-slow") return true;
      return (
        key.target === "typing" && (verdict.reason === "held-key" || verdict.reason === "too-short")
      );
  }
}

function suppressed(burst: Burst, key: WedgeKey, settings: WedgeSettings): readonly WedgeEffect[] {
  if (key.target === "page") return burst.keyCount > 1 ? [{ type: "suppress" }] : [];
  const scanning =
    !burst.repeated &&
    burst.keyCount >= settings.minLength &&
    averageGapMs(burst) <= settings.maxAverageGapMs;
  return scanning ? [{ type: "suppress" }] : [];
}

/** A terminator that this scanner does not end its scans with is part of what it read. */
function asCharacter(name: Suffix): DataMeaning {
  const character = name === "Enter" ? "\n" : "\t";
  return { type: "character", typed: character, meant: character };
}

function isData(meaning: KeyMeaning): meaning is DataMeaning {
  return meaning.type === "character" || meaning.type === "alt-digit";
}

function told(verdict: BurstVerdict, burst: Burst, finishedAtMs: number): readonly ScannerEvent[] {
  switch (verdict.type) {
    case "scan":
      return [
        { type: "scanned", scan: verdict.scan, startedAtMs: burst.startedAtMs, finishedAtMs },
      ];
    case "rejected":
      return [verdict];
    case "person":
      return [];
  }
}
