import { describe, expect, it } from "vitest";
import { CHECK_CARD_TEXT } from "../../../src/contract/check-card.ts";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import {
  barsOf,
  gapsOf,
  NO_KEYS,
  stepTrace,
  type KeyTrace,
} from "../../../src/kiosk/scanner-lab/key-trace.ts";
import { readingOf, verdictOf } from "../../../src/kiosk/scanner-lab/reading.ts";
import { CALIBRATION_TEXT } from "../../../src/scanner/calibration.ts";
import type { ScannerEvent } from "../../../src/scanner/scanner.ts";
import { symbologyOf } from "../../../src/scanner/symbology.ts";
import type { WedgeKey } from "../../../src/scanner/wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS } from "../../../src/scanner/wedge-settings.ts";
import { CARD, ENTER, gapsWith, TAB, timed, type, usKeys } from "../../scanner/typing.ts";

const PAYMENT = "4111111111111111";
const RULES = EXAMPLE_CONFIG.cardRules;

function traceOf(keys: readonly WedgeKey[]): KeyTrace {
  return keys.reduce(stepTrace, NO_KEYS);
}

/** What the lab makes of keys: the last thing that came of them, and how they were typed. */
function read(keys: readonly WedgeKey[]) {
  const event = type(keys).events.at(-1);
  const trace = traceOf(keys);
  const reading = event && readingOf(event, RULES);
  return { reading, trace, verdict: verdictOf(reading, trace, DEFAULT_WEDGE_SETTINGS, true) };
}

const scanned = (text: string, parts: object = {}): ScannerEvent => ({
  type: "scanned",
  scan: { text, source: "wedge", ...parts },
  startedAtMs: 1_000,
  finishedAtMs: 1_096,
});

describe("what the lab sees of keys", () => {
  it("[SL1] is when they came and what ended them, shifts left out", () => {
    const shift = { key: "Shift", code: "ShiftLeft" };
    const keys = timed([...usKeys("A1"), shift, ...usKeys("2"), ENTER, TAB], [0, 9, 3, 8, 11, 2]);
    const trace = traceOf(keys);
    expect(gapsOf(trace)).toEqual([9, 11, 11, 2]);
    expect(trace.ends).toEqual(["Enter", "Tab"]);
  });

  it("[SL1] begins anew after a silence, and behind an ended scan", () => {
    const first = timed([...usKeys("1234"), ENTER], 8);
    const soon = timed(usKeys("56"), 7, first.at(-1)!.timeStamp + 150);
    const late = timed(usKeys("789"), 6, soon.at(-1)!.timeStamp + 700);
    expect(gapsOf(traceOf([...first, ...soon]))).toEqual([7]);
    expect(gapsOf(traceOf([...first, ...soon, ...late]))).toEqual([6, 6]);
    // An Enter by itself is a person's.
    expect(traceOf(timed([ENTER], 0))).toEqual(NO_KEYS);
  });

  it("[SL3] holds nothing of what was typed", () => {
    const other = traceOf(timed([...usKeys("2000000000008"), ENTER], 8));
    expect(traceOf(timed([...usKeys(CARD), ENTER], 8))).toEqual(other);
  });

  it("[SL1] keeps the longest gaps where there are more than fit, and no more keys than a code has", () => {
    expect(barsOf([1, 9, 2, 8, 3], 3)).toEqual([9, 8, 3]);
    expect(barsOf([4, 5], 26)).toEqual([4, 5]);
    expect(barsOf([], 26)).toEqual([]);
    expect(traceOf(timed(usKeys("1".repeat(2_000)), 1)).atMs).toHaveLength(600);
  });
});

describe("what the lab says of a reading", () => {
  it("[SL1] is who reads, what kind of code, which rule takes it, and the masked number", () => {
    const event = scanned(CARD, { aim: "]E0", source: "hid" });
    expect(readingOf(event, RULES)).toEqual({
      type: "read",
      source: "hid",
      symbology: "EAN-13 / UPC",
      aim: "]E0",
      characters: 13,
      tookMs: 96,
      said: { type: "card", rule: "member card", masked: "•••• 8906" },
      keyboard: "none",
    });
  });

  it("[SL3] holds no number, of a payment card least of all", () => {
    for (const text of [
      CARD,
      PAYMENT,
      "4006381333931",
      "2912345678907",
      `%B${PAYMENT}^A/B^2912?`,
    ]) {
      const reading = JSON.stringify(readingOf(scanned(text, { repaired: text }), RULES));
      expect(reading.replaceAll("8906", "")).not.toMatch(/\d{4}/);
    }
    expect(readingOf(scanned(PAYMENT), RULES)).toMatchObject({
      said: { type: "refused", why: "payment-card" },
    });
  });

  it("[SL1] names the test codes, and why there is no rule", () => {
    const said = (text: string) => {
      const reading = readingOf(scanned(text), RULES);
      return reading.type === "read" ? reading.said : undefined;
    };
    expect(said(CALIBRATION_TEXT)).toEqual({ type: "test-code" });
    expect(said(CHECK_CARD_TEXT.toLowerCase())).toEqual({ type: "test-code" });
    expect(said("2912345678907")).toEqual({
      type: "refused",
      why: "bad-check-digit",
      rule: "member card",
    });
    expect(said("%E?")).toMatchObject({ type: "refused", why: "swipe-again" });
  });

  it("[SL1] tells whether the keyboards agree", () => {
    const keyboard = (text: string, repaired?: string) => {
      const reading = readingOf(scanned(text, repaired === undefined ? {} : { repaired }), RULES);
      return reading.type === "read" ? reading.keyboard : undefined;
    };
    expect(keyboard(CARD)).toBe("same");
    // French digits, whose keys mean a card.
    expect(keyboard("éç&é\"'(-è_çà-", CARD)).toBe("put-right");
    expect(keyboard("TARJETAßCHECK", CHECK_CARD_TEXT)).toBe("put-right");
    expect(keyboard("zzß", "yy-")).toBe("other");
    // A person's German machine, a scanner set to German: its characters are the card's.
    expect(keyboard(CARD, "2912345678-06")).toBe("same");
  });

  it.each([
    ["]C1", "GS1-128"],
    ["]C0", "Code 128"],
    ["]Q1", "QR Code"],
    ["]Q3", "GS1 QR Code"],
    ["]A2", "Code 39"],
    ["]z0", "Aztec"],
    ["]?0", undefined],
    [undefined, undefined],
  ])("[SL1] calls %s %s", (aim, name) => expect(symbologyOf(aim)).toBe(name));
});

describe("the lab's verdict", () => {
  it("[SL1] waits, and finds a scanner that says all of itself to read well", () => {
    expect(verdictOf(undefined, NO_KEYS, DEFAULT_WEDGE_SETTINGS, true)).toEqual({
      type: "waiting",
    });
    expect(read(timed([...usKeys(`]E0${CARD}`), ENTER], 8)).verdict).toEqual({ type: "well" });
  });

  it.each([
    ["slow", [...usKeys(`]E0${CARD}`), ENTER], 40],
    ["no-suffix", usKeys(`]E0${CARD}`), 8],
    ["no-kind", [...usKeys(CARD), ENTER], 8],
    ["long-gap", [...usKeys(`]E0${CARD}`), ENTER], gapsWith(17, 8, { 5: 70 })],
  ] as const)("[SL1] notes %s of one that reads", (note, keys, gapsMs) => {
    expect(read(timed(keys, gapsMs)).verdict).toEqual({ type: "noted", notes: [note] });
  });

  it("[SL1] says why nothing was read", () => {
    expect(read(timed([...usKeys(CARD), ENTER], 60)).verdict).toEqual({
      type: "not-read",
      why: "too-slow",
    });
    expect(read(timed(usKeys(CARD), 130)).verdict).toEqual({ type: "not-read", why: "apart" });
    expect(read(timed(usKeys("12"), 300)).verdict).toEqual({ type: "waiting" });
    const held = timed(usKeys("aaaaaa"), 30).map((key, index) => ({ ...key, repeat: index > 0 }));
    expect(read(held).verdict).toEqual({ type: "not-read", why: "held-key" });
    expect(read(timed([...usKeys("4006381333931"), ENTER], 8)).verdict).toEqual({
      type: "no-card",
      why: "not-ours",
    });
  });
});
