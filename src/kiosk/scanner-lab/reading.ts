import { isCheckCard } from "../../contract/check-card.ts";
import {
  cardFromScan,
  maskedCard,
  type CardRefusal,
  type CardRule,
  type Scan,
  type ScanSource,
} from "../../domain/card.ts";
import { CALIBRATION_TEXT } from "../../scanner/calibration.ts";
import type { RejectReason, ScannerEvent } from "../../scanner/scanner.ts";
import { symbologyOf } from "../../scanner/symbology.ts";
import type { WedgeSettings } from "../../scanner/wedge-settings.ts";
import { gapsOf, type KeyTrace } from "./key-trace.ts";

/** What a reader did, as the lab may tell of it: of what was read, nothing but a card's masked number. */
export type Reading =
  | {
      readonly type: "read";
      readonly source: ScanSource;
      /** Nothing where the reader does not say, or says one that is not known here. */
      readonly symbology: string | undefined;
      readonly aim: string | undefined;
      readonly characters: number;
      readonly tookMs: number;
      readonly said: Said;
      readonly keyboard: Keyboard;
    }
  | {
      readonly type: "rejected";
      readonly reason: RejectReason;
      readonly characters: number;
    };

/** What the configuration makes of it. */
export type Said =
  | { readonly type: "card"; readonly rule: string; readonly masked: string }
  /** The calibration's code, or a check card. */
  | { readonly type: "test-code" }
  | {
      readonly type: "refused";
      readonly why: CardRefusal["type"];
      readonly rule: string | undefined;
    };

/** How the scanner's keyboard and the machine's agree, as far as this code can tell. */
export type Keyboard =
  /** No keys were typed. */
  | "none"
  | "same"
  /** They differ, and what was meant is known all the same. */
  | "put-right"
  /** They differ, and neither way of reading is a card. */
  | "other";

export function readingOf(event: ScannerEvent, rules: readonly CardRule[]): Reading {
  if (event.type === "rejected") {
    return { type: "rejected", reason: event.reason, characters: event.length };
  }
  const { scan, startedAtMs, finishedAtMs } = event;
  const { said, isPutRight } = saidOf(scan, rules);
  return {
    type: "read",
    source: scan.source,
    symbology: symbologyOf(scan.aim),
    aim: scan.aim,
    characters: scan.text.length,
    tookMs: Math.round(finishedAtMs - startedAtMs),
    said,
    keyboard: keyboardOf(scan, said, isPutRight),
  };
}

function saidOf(
  scan: Scan,
  rules: readonly CardRule[],
): { readonly said: Said; readonly isPutRight: boolean } {
  const { text, repaired } = scan;
  if (isCheckCard(scan)) {
    return { said: { type: "test-code" }, isPutRight: !isCheckCard({ text }) };
  }
  if (text === CALIBRATION_TEXT || repaired === CALIBRATION_TEXT) {
    return { said: { type: "test-code" }, isPutRight: text !== CALIBRATION_TEXT };
  }
  const card = cardFromScan(scan, rules);
  if (card.ok) {
    const { rule, visitor, layoutRepaired } = card.value;
    return {
      said: { type: "card", rule, masked: maskedCard(visitor) },
      isPutRight: layoutRepaired,
    };
  }
  const rule = card.error.type === "bad-check-digit" ? card.error.rule : undefined;
  return { said: { type: "refused", why: card.error.type, rule }, isPutRight: false };
}

function keyboardOf({ source, repaired }: Scan, said: Said, isPutRight: boolean): Keyboard {
  if (source !== "wedge") return "none";
  if (isPutRight) return "put-right";
  // What a card is by its keys' characters is one, wherever those keys lie on a US keyboard.
  return repaired === undefined || said.type !== "refused" ? "same" : "other";
}

/** The lab's opinion of a reader, by the last thing it did. */
export type Verdict =
  /** Nothing was shown yet. */
  | { readonly type: "waiting" }
  | { readonly type: "well" }
  /** It reads; these are worth knowing. */
  | { readonly type: "noted"; readonly notes: readonly Note[] }
  /** It reads, and no card comes of it. */
  | { readonly type: "no-card"; readonly why: CardRefusal["type"] }
  | { readonly type: "not-read"; readonly why: RejectReason | "apart" };

export type Note =
  /** Near the limit on average. */
  | "slow"
  /** One silence was long, and still within the limit. */
  | "long-gap"
  | "other-keyboard"
  /** Silence alone ends a scan: every answer comes so much later. */
  | "no-suffix"
  /** It does not say what kind of code it read. */
  | "no-kind";

/** Ours: shares of the limits from which on a reader fails when the page is busy. */
const SLOW = 0.8;
const LONG = 0.6;

/** Ours: fewer keys are a person's. */
const LEAST_KEYS = 4;

/**
 * @param isOver no key has come for so long that what there is of them is all
 */
export function verdictOf(
  reading: Reading | undefined,
  trace: KeyTrace,
  settings: WedgeSettings,
  isOver: boolean,
): Verdict {
  if (reading === undefined) {
    return isOver && trace.atMs.length >= LEAST_KEYS
      ? { type: "not-read", why: "apart" }
      : { type: "waiting" };
  }
  if (reading.type === "rejected") return { type: "not-read", why: reading.reason };
  const { said } = reading;
  if (said.type === "refused") return { type: "no-card", why: said.why };
  const notes = notesOn(reading, trace, settings);
  return notes.length === 0 ? { type: "well" } : { type: "noted", notes };
}

function notesOn(
  { source, aim, keyboard }: Extract<Reading, { type: "read" }>,
  trace: KeyTrace,
  settings: WedgeSettings,
): readonly Note[] {
  const gapsMs = gapsOf(trace);
  const isWedge = source === "wedge";
  const notes: Record<Note, boolean> = {
    slow: isWedge && averageOf(gapsMs) > settings.maxAverageGapMs * SLOW,
    "long-gap": isWedge && Math.max(0, ...gapsMs) > settings.maxGapMs * LONG,
    "other-keyboard": keyboard === "put-right",
    "no-suffix": isWedge && trace.ends.length === 0,
    "no-kind": aim === undefined,
  };
  return NOTES.filter((note) => notes[note]);
}

/** Those to do something about first. */
const NOTES: readonly Note[] = ["slow", "other-keyboard", "no-suffix", "long-gap", "no-kind"];

export function averageOf(gapsMs: readonly number[]): number {
  return gapsMs.length === 0 ? 0 : gapsMs.reduce((sum, each) => sum + each, 0) / gapsMs.length;
}
