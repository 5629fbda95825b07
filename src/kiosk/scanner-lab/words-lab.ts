import type { Language } from "../../contract/language.ts";
import type { CardRefusal, ScanSource } from "../../domain/card.ts";
import type { Grant } from "../../scanner/grant-reader.ts";
import type { RejectReason } from "../../scanner/scanner.ts";
import type { LabFactId } from "./lab-facts.ts";
import type { CalibrationView, GrantedKind } from "./open-scanner-lab.ts";
import type { Keyboard, Note, Verdict } from "./reading.ts";
import type { TestCode } from "./test-codes.ts";
import { LAB_ARABIC } from "./words-lab-arabic.ts";
import { LAB_FRENCH } from "./words-lab-french.ts";
import { LAB_GERMAN } from "./words-lab-german.ts";
import { LAB_SPANISH } from "./words-lab-spanish.ts";

/** What the scanner lab says. */
export interface LabWords {
  /** Of the panel's tab. */
  readonly tab: string;
  readonly verdicts: Readonly<Record<Verdict["type"], string>>;
  readonly waitingHint: string;
  readonly notes: Readonly<Record<Note, string>>;
  /** It reads, and no card comes of it: why, and what to do. */
  readonly refusals: Readonly<Record<CardRefusal["type"], string>>;
  readonly rejections: Readonly<Record<RejectReason | "apart", string>>;
  readonly gaps: string;
  readonly limit: (ms: string) => string;
  readonly facts: Readonly<Record<LabFactId, string>>;
  readonly sources: Readonly<Record<ScanSource | "camera", string>>;
  readonly kindNotTold: string;
  readonly testCode: string;
  readonly noRule: string;
  readonly badCheckDigit: (rule: string) => string;
  readonly pace: (keys: number, average: string, longest: string) => string;
  readonly took: (characters: number, ms: string) => string;
  readonly endless: string;
  readonly keyboards: Readonly<Record<Exclude<Keyboard, "none">, string>>;
  readonly notLearnt: string;
  readonly perKey: (ms: string) => string;
  readonly around: (texts: string) => string;
  readonly calibrate: string;
  readonly stop: string;
  readonly forget: string;
  readonly showCode: (times: number) => string;
  readonly showCodeHint: string;
  readonly calibrationTroubles: Readonly<
    Record<
      NonNullable<Extract<CalibrationView, { step: "showing" }>["trouble"]>,
      { readonly title: string; readonly text: string }
    >
  >;
  readonly learnt: string;
  readonly layouts: Readonly<Record<"same" | "other", string>>;
  readonly unkept: string;
  readonly codes: string;
  readonly codesHint: string;
  readonly codeFor: { readonly calibration: string; readonly check: string };
  readonly noCode: Readonly<Record<Extract<TestCode, { kind: "none" }>["why"], string>>;
  readonly print: string;
  readonly closeCodes: string;
  readonly otherReaders: string;
  readonly grantHint: string;
  readonly grant: Readonly<Record<GrantedKind, string>>;
  readonly grants: Readonly<Record<Grant, string>>;
}

const ENGLISH: LabWords = {
  tab: "Scanner",
  verdicts: {
    waiting: "Show the scanner a code",
    well: "This scanner reads well",
    noted: "It reads, and could do better",
    "no-card": "It reads, but that is no card",
    "not-read": "That wasn’t read",
  },
  waitingHint: "A card or a test code. Nothing of it is recorded here.",
  notes: {
    slow: "It types almost too slowly: calibrate it.",
    "long-gap": "One gap was long, still safe.",
    "other-keyboard":
      "Its keyboard is another country’s than this machine’s. Cards are read all the same.",
    "no-suffix": "It ends with no Enter, so every answer waits for silence. Switch the suffix on.",
    "no-kind": "It doesn’t tell the kind of code. Switch its AIM identifiers on if you can.",
  },
  refusals: {
    "payment-card": "That is a payment card. Nothing of it is shown or kept.",
    "not-ours": "No card rule takes this code.",
    "swipe-again": "The stripe wasn’t read. Swipe once more.",
    "bad-check-digit": "A digit is wrong: a misread, or not our card.",
    "bad-visitor-id": "The number can’t be used as an id.",
  },
  rejections: {
    "held-key": "A key was held down. Is something lying on a keyboard?",
    "one-key": "The same character throughout: a stuck key.",
    "too-slow": "It types too slowly to be told from a person: calibrate it.",
    "too-short": "Only part of a code came. Hold it still; look at the cable.",
    "too-long": "It went on for too long: calibrate it.",
    damaged: "What the reader reported follows no rule. Look at its mode.",
    apart: "Its keys come too far apart to be one scan: calibrate it.",
  },
  gaps: "Milliseconds between keys",
  limit: (ms) => `Longest gap that is read: ${ms}`,
  facts: {
    reader: "Reader",
    kind: "Kind of code",
    rule: "Card rule",
    pace: "Pace",
    ends: "Ends with",
    keyboard: "Keyboard",
    learnt: "Calibrated",
  },
  sources: {
    wedge: "types as a keyboard",
    hid: "USB HID",
    serial: "serial",
    camera: "camera",
    keypad: "keypad",
  },
  kindNotTold: "not told",
  testCode: "a test code",
  noRule: "none",
  badCheckDigit: (rule) => `${rule}, wrong check digit`,
  pace: (keys, average, longest) => `${keys} keys, ${average} on average, ${longest} at most`,
  took: (characters, ms) => `${characters} characters in ${ms}`,
  endless: "nothing",
  keyboards: {
    same: "as this machine’s",
    "put-right": "another country’s, put right",
    other: "another country’s",
  },
  notLearnt: "no: read as scanners usually are",
  perKey: (ms) => `${ms} a key`,
  around: (texts) => `puts ${texts} around`,
  calibrate: "Calibrate",
  stop: "Stop calibrating",
  forget: "Forget calibration",
  showCode: (times) => (times === 1 ? "Once more" : `Show the code, ${times} times`),
  showCodeHint:
    "The calibration code of the test codes, a second apart. Keys do nothing else meanwhile.",
  calibrationTroubles: {
    "other-text": {
      title: "That wasn’t the calibration code",
      text: "Show the calibration code, and only that. What else was read is forgotten.",
    },
    unlike: {
      title: "It came differently each time",
      text: "Show the same one of the two codes three times, without changing the scanner in between.",
    },
  },
  learnt: "Calibrated",
  layouts: {
    same: "It is read like this from now on, after a restart too. Try a card.",
    other:
      "Read like this from now on. Its keyboard is another country’s: cards are read all the same, links may not be.",
  },
  unkept: "This couldn’t be stored: it holds until the next start.",
  codes: "Test codes",
  codesHint:
    "Print these, or photograph them. They are for this lab only: a shopper’s screen takes them for that card.",
  codeFor: { calibration: "Calibration", check: "Check card" },
  noCode: {
    stripe: "is a magnetic stripe: take a card.",
    typed: "is typed, never scanned.",
    kind: "is a kind of code that isn’t drawn here: take a card.",
  },
  print: "Print",
  closeCodes: "Back to the lab",
  otherReaders: "Readers that are no keyboard",
  grantHint: "The browser asks which one. A policy can do that for you.",
  grant: { hid: "Choose a USB HID reader", serial: "Choose a serial reader" },
  grants: {
    granted: "It is read from now on. Try a card.",
    none: "None was chosen.",
    forbidden: "The browser doesn’t ask here: its policy forbids it.",
  },
};

export const LAB_WORDS = {
  en: ENGLISH,
  es: LAB_SPANISH,
  de: LAB_GERMAN,
  fr: LAB_FRENCH,
  ar: LAB_ARABIC,
} as const satisfies Readonly<Record<Language, LabWords>>;
