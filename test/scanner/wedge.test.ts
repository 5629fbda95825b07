import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cardFromScan } from "../../src/domain/card.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { flushWedge, QUIET, stepWedge } from "../../src/scanner/wedge.ts";
import {
  calibratedWedgeSettings,
  DEFAULT_WEDGE_SETTINGS,
} from "../../src/scanner/wedge-settings.ts";
import { aKey, CARD, ENTER, gapsWith, TAB, timed, type, usKeys } from "./typing.ts";

const cardKeys = usKeys(CARD);
const cardAndEnter = [...cardKeys, ENTER];

describe("a scanner", () => {
  it.each([1, 8, 19, 40])("is read at %i ms a key, at its suffix and no later", (gapMs) => {
    const typed = type(timed(cardAndEnter, gapMs, 5_000));
    expect(typed.events).toEqual([
      {
        type: "scanned",
        scan: { text: CARD, source: "wedge" },
        startedAtMs: 5_000,
        finishedAtMs: 5_000 + 13 * gapMs,
      },
    ]);
    expect(typed.atLastKey.map(({ type }) => type)).toEqual(["suppress", "scanned"]);
  });

  it.each([90, 130])("is read at %i ms a key once calibrated, and not before", (gapMs) => {
    const keys = timed(cardAndEnter, gapMs);
    expect(type(keys).scans).toEqual([]);
    expect(type(keys, calibratedWedgeSettings(gapMs)).scans).toEqual([CARD]);
  });

  it("is read by calibrated settings when it is fast, too", () => {
    expect(type(timed(cardAndEnter, 1), calibratedWedgeSettings(1)).scans).toEqual([CARD]);
    expect(calibratedWedgeSettings(1)).toEqual(DEFAULT_WEDGE_SETTINGS);
  });

  it("is read without suffix after the idle time, and not before", () => {
    const keys = timed(cardKeys, 8);
    const state = keys.reduce(
      (state, key) => stepWedge(state, key, DEFAULT_WEDGE_SETTINGS).state,
      QUIET,
    );
    const lastAtMs = keys.at(-1)!.timeStamp;
    const early = flushWedge(state, lastAtMs + 119, DEFAULT_WEDGE_SETTINGS);
    expect(early).toEqual({ state, effects: [] });
    const idle = flushWedge(state, lastAtMs + 120, DEFAULT_WEDGE_SETTINGS);
    expect(idle.effects).toMatchObject([
      { type: "scanned", scan: { text: CARD }, finishedAtMs: lastAtMs },
    ]);
    expect(flushWedge(idle.state, lastAtMs + 999, DEFAULT_WEDGE_SETTINGS).effects).toEqual([]);
  });

  it("may end its scans with Tab", () => {
    const typed = type(timed([...cardKeys, TAB], 8));
    expect(typed.scans).toEqual([CARD]);
    expect(typed.passed).toEqual(["2"]);
  });

  it.each([
    ["two Enters", [ENTER, ENTER]],
    ["Ctrl+M and Ctrl+J", [control("m", "KeyM"), control("j", "KeyJ")]],
    ["Enter and Ctrl+J", [ENTER, control("j", "KeyJ")]],
    ["Enter and Tab", [ENTER, TAB]],
  ])("may end its scans with %s, the second of which reaches nobody", (_, suffix) => {
    const typed = type(timed([...cardKeys, ...suffix], 8));
    expect(typed.scans).toEqual([CARD]);
    expect(typed.passed).toEqual(["2"]);
    expect(typed.presses).toEqual([]);
  });

  it("keeps a Tab inside a scan when only Enter is its suffix", () => {
    const settings = { ...DEFAULT_WEDGE_SETTINGS, suffixes: ["Enter"] as const };
    expect(
      type(timed([...usKeys("ab12"), TAB, ...usKeys("cd34"), ENTER], 8), settings).scans,
    ).toEqual(["ab12\tcd34"]);
  });

  it("may name the symbology first", () => {
    const typed = type(timed([...usKeys(`]E0${CARD}`), ENTER], 8));
    expect(typed.events).toMatchObject([{ scan: { text: CARD, aim: "]E0", source: "wedge" } }]);
  });

  it("may type on the numpad, with NumLock or without", () => {
    const named = ["Insert", "End", "ArrowDown", "PageDown", "ArrowLeft", "Clear", "ArrowRight"];
    const on = [...CARD].map((digit) => ({ key: digit, code: `Numpad${digit}` }));
    const off = on.map((key) => ({ ...key, key: named[Number(key.key)] ?? "Home" }));
    const numpadEnter = { key: "Enter", code: "NumpadEnter" };
    for (const digits of [on, off]) {
      expect(type(timed([...digits, numpadEnter], 8)).events).toMatchObject([
        { type: "scanned", scan: { text: CARD, source: "wedge" } },
      ]);
    }
  });

  it("may type characters as Alt and the numpad", () => {
    const keys = [..."A12b"].flatMap((character) => [
      { key: "Alt", code: "AltLeft", alt: true },
      ...[...String(character.charCodeAt(0)).padStart(4, "0")].map((digit) => ({
        key: digit,
        code: `Numpad${digit}`,
        alt: true,
      })),
    ]);
    expect(type(timed([...keys, ENTER], 5)).scans).toEqual(["A12b"]);
    expect(type(timed(keys, 5)).scans).toEqual(["A12b"]);
  });

  it("types capitals with a Shift that counts for nothing", () => {
    const keys = [..."Ab12Cd"].flatMap((character) => [
      ...(/[A-Z]/.test(character) ? [{ key: "Shift", code: "ShiftLeft", shift: true }] : []),
      ...usKeys(character),
    ]);
    expect(type(timed([...keys, ENTER], 8)).events).toMatchObject([
      { scan: { text: "Ab12Cd", source: "wedge" } },
    ]);
  });

  it("types a group separator as Ctrl and ]", () => {
    const keys = [...usKeys("8018123"), control("]", "BracketRight"), ...usKeys("8019"), ENTER];
    expect(type(timed(keys, 8)).scans).toEqual(["8018123\u001d8019"]);
  });

  it("is read right although CapsLock is on", () => {
    const keys = usKeys("mboxPC:13aB").map((key) => ({
      ...key,
      capsLock: true,
      key: swapCase(key.key ?? ""),
    }));
    expect(type(timed([...keys, ENTER], 8)).events).toMatchObject([
      { scan: { text: "mboxPC:13aB", source: "wedge" } },
    ]);
  });

  it("is read twice when two cards come 150 ms apart, with suffix or without", () => {
    const other = "2000000000008";
    for (const suffix of [[ENTER], []]) {
      const first = timed([...cardKeys, ...suffix], 8);
      const second = timed([...usKeys(other), ...suffix], 8, first.at(-1)!.timeStamp + 150);
      expect(type([...first, ...second]).scans).toEqual([CARD, other]);
    }
  });

  it("is read once when it reads a card twice without a suffix between", () => {
    expect(type(timed([...cardKeys, ...cardAndEnter], 8)).scans).toEqual([CARD]);
    expect(type(timed(usKeys(`]E0${CARD}]E0${CARD}`), 8)).events).toMatchObject([
      { scan: { text: CARD, aim: "]E0" } },
    ]);
  });

  it("is taken at its word when the equal halves are short", () => {
    expect(type(timed([...usKeys("12341234"), ENTER], 8)).scans).toEqual(["12341234"]);
    expect(type(timed([...usKeys("123456781234567"), ENTER], 8)).scans).toEqual([
      "123456781234567",
    ]);
  });

  it.each([{ 4: 65 }, { 4: 65, 9: 65 }, { 1: 65, 13: 65 }, { 5: 100 }])(
    "is one scan although a busy page stretches its gaps: %j",
    (jank) => {
      const typed = type(timed(cardAndEnter, gapsWith(14, 8, jank)));
      expect(typed.scans).toEqual([CARD]);
      expect(typed.passed).toEqual(["2"]);
    },
  );

  it("presses nothing when a busy page hands over its suffix after the silence", () => {
    const keys = timed(cardAndEnter, 8);
    const state = keys
      .slice(0, -1)
      .reduce((state, key) => stepWedge(state, key, DEFAULT_WEDGE_SETTINGS).state, QUIET);
    const flushed = flushWedge(state, 9_999, DEFAULT_WEDGE_SETTINGS);
    expect(flushed.effects).toHaveLength(1);
    const suffix = stepWedge(flushed.state, keys.at(-1)!, DEFAULT_WEDGE_SETTINGS);
    expect(suffix.effects).toEqual([{ type: "suppress" }]);
  });

  it("may send a code of 500 characters", () => {
    const text = Array.from({ length: 500 }, (_, index) => (index * 7) % 10).join("");
    const long = `https-${text.slice(6)}`;
    expect(type(timed([...usKeys(long), ENTER], 1)).scans).toEqual([long]);
    expect(type(timed([...usKeys(long), ENTER], 5)).scans).toEqual([long]);
  });

  it("is refused by name when it goes on for more than three seconds", () => {
    const typed = type(timed([...usKeys("1234567890".repeat(40)), ENTER], 8));
    expect(typed.events).toEqual([{ type: "rejected", reason: "too-long", length: 376 }]);
    expect(typed.passed).toEqual(["1"]);
  });

  it("is refused by name when too little of a card came", () => {
    const typed = type(timed([...usKeys("291"), ENTER], 8));
    expect(typed.events).toEqual([{ type: "rejected", reason: "too-short", length: 3 }]);
    expect(typed.passed).toEqual(["2"]);
    expect(type(timed([...usKeys("]E0291"), ENTER], 8)).rejections).toEqual(["too-short"]);
    expect(type(timed([...usKeys("2"), ENTER], 8)).rejections).toEqual(["too-short"]);
  });

  it("gives the same text for any digits at any silences from 1 to 40 ms", () => {
    const digits = fc
      .array(fc.nat(9), { minLength: 4, maxLength: 24 })
      .map((each) => each.join(""))
      .filter((text) => new Set(text).size > 1 && !isTwiceEight(text));
    const suffix = fc.constantFrom([ENTER], [TAB], [ENTER, ENTER], []);
    const target = fc.constantFrom("page" as const, "typing" as const);
    fc.assert(
      fc.property(
        digits,
        suffix,
        target,
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (text, suffix, target, gaps) => {
          const keys = [...usKeys(text), ...suffix].map((key) => ({ ...key, target }));
          const typed = type(timed(keys, [...gaps.take(keys.length)]));
          expect(typed.events).toMatchObject([
            { type: "scanned", scan: { text, source: "wedge" } },
          ]);
          expect(typed.presses).toEqual([]);
          expect(typed.passed).toHaveLength(target === "page" ? 1 : 3);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a scanner with another keyboard than the machine's", () => {
  /** What the digit row types on a French keyboard without Shift. */
  const AZERTY = "à&é\"'(-è_ç";
  const frenchKeys = [...CARD].map((digit) => ({
    key: AZERTY[Number(digit)]!,
    code: `Digit${digit}`,
  }));

  it("gives what was typed and what was meant", () => {
    const [event] = type(timed([...frenchKeys, ENTER], 8)).events;
    expect(event).toMatchObject({
      scan: { text: "éç&é\"'(-è_çà-", source: "wedge", repaired: CARD },
    });
  });

  it("is believed by the card rules when the check digit agrees, symbology or not", () => {
    const aim = [
      { key: "$", code: "BracketRight" },
      { key: "E", code: "KeyE", shift: true },
      { key: "à", code: "Digit0" },
    ];
    for (const prefix of [[], aim]) {
      const [event] = type(timed([...prefix, ...frenchKeys, ENTER], 8)).events;
      if (event?.type !== "scanned") throw new Error("not scanned");
      expect(event.scan.repaired).toBe(CARD);
      expect(event.scan.aim).toBe(prefix.length === 0 ? undefined : "]E0");
      expect(cardFromScan(event.scan, EXAMPLE_CONFIG.cardRules)).toEqual({
        ok: true,
        value: {
          visitor: { kind: "member", value: CARD },
          rule: "member card",
          layoutRepaired: true,
        },
      });
    }
  });

  it("is read by the key's place where the machine's keyboard waits for a letter to accent", () => {
    const keys = usKeys("ab]12").map((key) => (key.key === "]" ? { ...key, key: "Dead" } : key));
    expect(type(timed([...keys, ENTER], 8)).events).toMatchObject([
      { scan: { text: "ab12", repaired: "ab]12" } },
    ]);
  });

  it("says nothing of a repair where both agree, or where keys have no place", () => {
    for (const keys of [cardKeys, cardKeys.map((key) => ({ ...key, code: "" }))]) {
      const [event] = type(timed([...keys, ENTER], 8)).events;
      expect(event).toEqual(expect.objectContaining({ scan: { text: CARD, source: "wedge" } }));
    }
  });
});

describe("a person", () => {
  it.each([150, 250])("typing at %i ms a key is no scan, and nothing is told of it", (gapMs) => {
    const typed = type(timed([...cardKeys, { ...ENTER }], gapMs));
    expect(typed.events).toEqual([]);
    expect(typed.passed).toEqual([...CARD]);
    expect(typed.presses).toEqual(["Enter"]);
  });

  it("typing fast, at 70 ms a key, is no scan", () => {
    const typed = type(timed(cardAndEnter, 70));
    expect(typed.events).toEqual([{ type: "rejected", reason: "too-slow", length: 13 }]);
    expect(typed.presses).toEqual(["Enter"]);
  });

  it.each([70, 150])("typing into a field at %i ms a key loses no key", (gapMs) => {
    const typed = type(
      timed(
        cardAndEnter.map((key) => ({ ...key, target: "typing" })),
        gapMs,
      ),
    );
    expect(typed.passed).toEqual([...CARD, "Enter"]);
    expect(typed.scans).toEqual([]);
  });

  it("rolling three keys in a field loses none, nor the Enter after", () => {
    const keys = [...usKeys("the"), ENTER].map((key) => ({ ...key, target: "typing" as const }));
    expect(type(timed(keys, [0, 20, 25, 40])).passed).toEqual(["t", "h", "e", "Enter"]);
  });

  it("holding a key is refused by name, however long", () => {
    const keys = [
      aKey({ key: "a", code: "KeyA", timeStamp: 0 }),
      ...timed(
        Array.from({ length: 50 }, () => ({ key: "a", code: "KeyA", repeat: true })),
        30,
        500,
      ),
    ];
    expect(type(keys).events).toEqual([{ type: "rejected", reason: "held-key", length: 50 }]);
    const field = keys.map((key) => ({ ...key, target: "typing" as const }));
    expect(type(field).passed).toHaveLength(51);
  });

  it("holding one key spoils the burst it is in", () => {
    const keys = cardAndEnter.map((key, index) => ({ ...key, repeat: index === 5 }));
    expect(type(timed(keys, 8)).rejections).toEqual(["held-key"]);
  });

  it("drumming on one key is refused by name", () => {
    const typed = type(timed([...usKeys("1111111"), ENTER], 30));
    expect(typed.events).toEqual([{ type: "rejected", reason: "one-key", length: 7 }]);
  });

  it("pressing Enter or Space alone presses what has the focus, once", () => {
    expect(type(timed([ENTER], 0))).toMatchObject({ presses: ["Enter"], events: [], passed: [] });
    const space = { key: " ", code: "Space" };
    expect(type(timed([space], 0))).toMatchObject({ presses: [" "], events: [], passed: [] });
    const held = [
      aKey(ENTER),
      ...timed(
        [1, 2, 3].map(() => ({ ...ENTER, repeat: true })),
        30,
        1_500,
      ),
    ];
    expect(type(held).presses).toEqual(["Enter"]);
    const heldSpace = [
      aKey(space),
      ...timed(
        [1, 2].map(() => ({ ...space, repeat: true })),
        30,
        1_500,
      ),
    ];
    expect(type(heldSpace)).toMatchObject({ presses: [" "], passed: [] });
  });

  it("walking through the page by keyboard is not hindered", () => {
    const keys = [TAB, TAB, { key: "ArrowDown", code: "ArrowDown" }, TAB];
    const typed = type(timed(keys, 60));
    expect(typed.passed).toEqual(["Tab", "Tab", "ArrowDown", "Tab"]);
    expect(typed.events).toEqual([]);
  });

  it("typing a PIN is left alone, however fast", () => {
    const keys = cardAndEnter.map((key) => ({ ...key, target: "secret" as const }));
    const typed = type(timed(keys, 8));
    expect(typed.events).toEqual([]);
    expect(typed.passed).toEqual([...CARD, "Enter"]);
    expect(typed.state).toBe(QUIET);
  });

  it("composing a character is left alone", () => {
    const keys = cardAndEnter.map((key) => ({ ...key, isComposing: true }));
    const typed = type(timed(keys, 8));
    expect(typed.events).toEqual([]);
    expect(typed.passed).toHaveLength(14);
  });
});

describe("a focused button", () => {
  it.each(["a 12 b 3", " a12b3", "  12345"])("is not pressed by the spaces of %j", (text) => {
    const typed = type(timed([...usKeys(text), ENTER], 8));
    expect(typed.scans).toEqual([text]);
    expect(typed.presses).toEqual([]);
    expect(typed.passed.join("")).toBe(text.startsWith(" ") ? "" : "a");
  });

  it("is not pressed by a scanner that begins with Enter", () => {
    const typed = type(timed([ENTER, ...cardAndEnter], 8));
    expect(typed.scans).toEqual([CARD]);
    expect(typed.presses).toEqual([]);
    expect(typed.passed).toEqual([]);
  });

  it("is not pressed by any text at a scanner's pace, and only first characters get through", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 2, maxLength: 40, unit: fc.constantFrom(..." 0129ab]") }),
        fc.integer({ min: 1, max: 40 }),
        (text, gapMs) => {
          const typed = type(timed([...usKeys(text), ENTER], gapMs));
          expect(typed.presses).toEqual([]);
          expect(typed.passed.filter((key) => key === " " || key === "Enter")).toEqual([]);
          expect(typed.passed.length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe("what the decoder remembers", () => {
  it("holds no character of a burst that is over", () => {
    for (const suffix of [[ENTER], []]) {
      const scan = type(timed([...cardKeys, ...suffix], 8));
      expect(scan.state.phase).toBe("quiet");
      expect(JSON.stringify(scan.state)).not.toMatch(/2912/);
    }
  });

  it("tells of what it refused no more than a reason and a length", () => {
    const events = [
      ...type(timed([...usKeys("411"), ENTER], 8)).events,
      ...type(timed([...usKeys("4111111111111111"), ENTER], 70)).events,
    ];
    expect(events.map((event) => Object.keys(event).toSorted())).toEqual([
      ["length", "reason", "type"],
      ["length", "reason", "type"],
    ]);
  });
});

function control(key: string, code: string) {
  return { key, code, ctrl: true };
}

function swapCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

function isTwiceEight(text: string): boolean {
  const half = text.length / 2;
  return half >= 8 && text.slice(0, half) === text.slice(half);
}
