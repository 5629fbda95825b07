import { describe, expect, it } from "vitest";
import { CHECK_CARD_TEXT } from "../../../src/contract/check-card.ts";
import { LANGUAGES } from "../../../src/contract/language.ts";
import { CHECKS, findingsOf, type CheckFacts } from "../../../src/kiosk/check-card/findings.ts";
import {
  lookAtProxy,
  lookAtScanner,
  lookAtStorage,
  lookAtWaiting,
  trySound,
} from "../../../src/kiosk/check-card/look.ts";
import { saysOf } from "../../../src/kiosk/check-card/says.ts";
import { CHECK_WORDS } from "../../../src/kiosk/check-card/words-check.ts";
import { BROKEN_KEPT, memoryKept } from "../../support/kiosk-builders.ts";

const HOUR = 3_600_000;

const WELL: CheckFacts = {
  scanner: {
    source: "wedge",
    symbology: "QR Code",
    gapMs: 8,
    limitMs: 45,
    otherKeyboard: false,
  },
  screen: { width: 1080, height: 1920, wakeLock: "held" },
  sound: "played",
  storage: { state: "working", persisted: true, freeBytes: 9e9 },
  waiting: { count: 0, oldestMs: undefined },
  proxy: { answer: "answers", heardMs: 20_000 },
};

function problemOf(check: string, facts: Partial<CheckFacts>) {
  return findingsOf({ ...WELL, ...facts }).find((each) => each.check === check)?.problem;
}

describe("what a check card finds", () => {
  it("[CC2] is six things, all of them well, or still being looked at", () => {
    expect(findingsOf(WELL)).toEqual(CHECKS.map((check) => ({ check, state: "good" })));
    const { scanner, screen } = WELL;
    expect(findingsOf({ scanner, screen }).map(({ state }) => state)).toEqual([
      "good",
      "good",
      "looking",
      "looking",
      "looking",
      "looking",
    ]);
  });

  it("[CC2] names what is to be done something about", () => {
    const scanner = (parts: object) =>
      problemOf("scanner", { scanner: { ...WELL.scanner, ...parts } });
    expect(scanner({ gapMs: 36 })).toBeUndefined();
    expect(scanner({ gapMs: 37 })).toBe("slow");
    expect(scanner({ gapMs: 130, limitMs: 208 })).toBeUndefined();
    expect(scanner({ otherKeyboard: true })).toBe("other-keyboard");
    expect(scanner({ source: "hid", gapMs: undefined })).toBeUndefined();

    const screen = (parts: object) => problemOf("screen", { screen: { ...WELL.screen, ...parts } });
    expect(screen({ width: 1280, height: 800 })).toBeUndefined();
    expect(screen({ width: 1280, height: 799 })).toBe("small");
    expect(screen({ wakeLock: "released" })).toBeUndefined();
    expect(screen({ wakeLock: "refused" })).toBe("may-sleep");

    expect(problemOf("sound", { sound: "silenced" })).toBeUndefined();
    expect(problemOf("sound", { sound: "blocked" })).toBe("blocked");

    const storage = (parts: object) =>
      problemOf("storage", { storage: { ...WELL.storage!, ...parts } });
    expect(storage({ state: "full" })).toBe("full");
    expect(storage({ state: "unavailable" })).toBe("unavailable");
    expect(storage({ freeBytes: 99_000_000 })).toBe("tight");
    expect(storage({ freeBytes: undefined })).toBeUndefined();
    expect(storage({ persisted: false })).toBe("may-be-cleared");

    expect(problemOf("waiting", { waiting: { count: 3, oldestMs: HOUR } })).toBeUndefined();
    expect(problemOf("waiting", { waiting: { count: 3, oldestMs: HOUR + 1 } })).toBe("old");
    expect(problemOf("waiting", { waiting: "unknown" })).toBe("unavailable");
    expect(problemOf("proxy", { proxy: { answer: "silent", heardMs: undefined } })).toBe("silent");
    expect(problemOf("proxy", { proxy: { answer: "refuses", heardMs: 0 } })).toBe("refuses");
  });

  it.each(LANGUAGES)("[CC2] is said in %s, figures in the digits of cards", (language) => {
    const words = CHECK_WORDS[language];
    for (const check of CHECKS) expect(saysOf(check, WELL, words, language)).toBeTruthy();
    const waits = { ...WELL, waiting: { count: 3, oldestMs: 5 * HOUR } };
    expect(saysOf("waiting", waits, words, language)).toMatch(/3.*5/);
    expect(saysOf("scanner", WELL, words, language)).toMatch(/QR Code.*8/);
    expect(saysOf("sound", { scanner: WELL.scanner, screen: WELL.screen }, words, language)).toBe(
      undefined,
    );
  });

  it("[CC2] says in English what a person of the store understands", () => {
    const says = CHECKS.map((check) => saysOf(check, WELL, CHECK_WORDS.en, "en"));
    expect(
      says.map((each) => each?.replaceAll(/[\u2068\u2069]/g, "").replaceAll("\u00a0", " ")),
    ).toEqual([
      "types as a keyboard · QR Code · 8 ms a key",
      "1080 × 1920 · stays awake · all bars above whole, to both edges?",
      "Played just now. Did you hear it?",
      "works · 9 GB free · kept for good",
      "None: all are sent",
      "answers now · last heard 20 seconds ago",
    ]);
  });
});

describe("a look", () => {
  it("[CC2] at the reader tells pace, kind and keyboard by the card itself", () => {
    const read = (scan: object, tookMs = 104) =>
      lookAtScanner(
        {
          type: "scanned",
          scan: { text: CHECK_CARD_TEXT, source: "wedge", ...scan },
          startedAtMs: 1_000,
          finishedAtMs: 1_000 + tookMs,
        },
        45,
      );
    expect(read({})).toEqual({
      source: "wedge",
      symbology: undefined,
      gapMs: 8,
      limitMs: 45,
      otherKeyboard: false,
    });
    expect(read({ aim: "]Q1", source: "hid" })).toMatchObject({
      symbology: "QR Code",
      gapMs: undefined,
    });
    expect(read({ text: "tarjeta-check" }).otherKeyboard).toBe(false);
    expect(read({ text: "TARJETAßCHECK", repaired: CHECK_CARD_TEXT }).otherKeyboard).toBe(true);
  });

  it("[CC2] at sound plays one, and says whether it comes out; the sound card goes to sleep again", async () => {
    const waits: (() => void)[] = [];
    const sound = (state: string, volume = 50) => {
      const closed: string[] = [];
      const audio = Object.assign(new EventTarget(), {
        state,
        currentTime: 0,
        resume: () => new Promise(() => undefined),
        close: async () => void closed.push("closed"),
        createGain: () => {
          throw new Error("not looked at here");
        },
      });
      const trial = trySound({
        volume,
        openAudio: () => audio as unknown as AudioContext,
        setTimeout: (run) => void waits.push(run),
      });
      return { trial, closed };
    };
    const running = sound("running");
    expect(await running.trial).toBe("played");
    for (const run of waits.splice(0)) run();
    await Promise.resolve();
    expect(running.closed).toEqual(["closed"]);

    const waiting = sound("suspended");
    for (const run of waits.splice(0)) run();
    expect(await waiting.trial).toBe("blocked");
    expect(await sound("running", 0).trial).toBe("silenced");
    const none = trySound({
      volume: 50,
      openAudio: () => {
        throw new DOMException("no sound card", "NotSupportedError");
      },
      setTimeout: () => undefined,
    });
    expect(await none).toBe("blocked");
  });

  it("[CC2] at storage and what waits tells both as they are", async () => {
    const outbox = { depth: async () => 2, makeRoom: async () => false };
    const manager = {
      persisted: async () => true,
      estimate: async () => ({ quota: 1_000, usage: 400 }),
    };
    expect(await lookAtStorage(memoryKept(), outbox, manager)).toEqual({
      state: "working",
      persisted: true,
      freeBytes: 600,
    });
    const broken = await lookAtStorage(BROKEN_KEPT, outbox, manager);
    expect(broken.state).toBe("unavailable");
    expect(await lookAtWaiting(outbox, async () => 5)).toEqual({ count: 2, oldestMs: 5 });
  });

  it.each([
    ["answers", 200, "application/json; charset=utf-8"],
    ["refuses", 401, "application/problem+json"],
    ["refuses", 403, "application/problem+json"],
    ["silent", 503, "application/problem+json"],
    // A network that wants to be signed in to answers everything.
    ["silent", 200, "text/html"],
  ] as const)("[CC2] at the proxy: it %s with %i and %s", async (answer, status, type) => {
    const ask = async () => new Response("{}", { status, headers: { "content-type": type } });
    expect(await lookAtProxy(ask, 7)).toEqual({ answer, heardMs: 7 });
  });

  it("[CC2] at a proxy that does not answer is no trouble of its own", async () => {
    const ask = () => Promise.reject(new TypeError("Failed to fetch"));
    expect(await lookAtProxy(ask, undefined)).toEqual({ answer: "silent", heardMs: undefined });
  });
});
