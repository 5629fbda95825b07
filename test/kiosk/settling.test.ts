import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { createSettling, SETTLE_MS } from "../../src/kiosk/settling.ts";
import type { ConsentScreen, Screen, Thanked } from "../../src/kiosk/visit.ts";

const NOTED = { visitId: "one", masked: "•••• 8906", fingerprint: "print" };

const ASKED: ConsentScreen = { ...NOTED, state: "consent", index: 0, agreed: [], expiresAtMs: 1 };

const THANKS: Thanked = {
  ...NOTED,
  state: "thanked",
  step: "thanks",
  notedAtMs: 1,
  answers: [],
  expiresAtMs: 1,
};
const QUESTION: Thanked = { ...THANKS, step: "question", index: 0 };

/** A page that paints when it is told to, and whose finger taps whenever it likes. */
function aPage(first: Screen) {
  const screen = signal(first);
  const painting: (() => void)[] = [];
  const timers: { readonly work: () => void; readonly dueMs: number }[] = [];
  const taken: string[] = [];
  let nowMs = 1_000;
  let isMarked = false;
  const settled = createSettling({
    screen,
    clock: { monoMs: () => nowMs },
    afterPaint: (work) => void painting.push(work),
    setTimeout: (work, delayMs) => void timers.push({ work, dueMs: nowMs + delayMs }),
    page: { toggleAttribute: (_name, isOn = false) => (isMarked = isOn) },
  });
  return {
    screen,
    taken,
    answer: settled((code: string) => void taken.push(code)),
    isMarked: () => isMarked,
    paint: () => {
      for (const work of painting.splice(0)) work();
    },
    wait: (ms: number) => {
      nowMs += ms;
      for (const timer of timers.filter(({ dueMs }) => dueMs <= nowMs)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.work();
      }
    },
  };
}

describe("an answer", () => {
  it.each<[string, Screen, Screen]>([
    ["a purpose after a purpose", ASKED, { ...ASKED, index: 1 }],
    ["a question after a question", QUESTION, { ...QUESTION, index: 1 }],
    ["a question after thanks", THANKS, QUESTION],
    ["another shopper's purpose", ASKED, { ...ASKED, visitId: "two" }],
    ["a question after a purpose", ASKED, QUESTION],
    ["what lay under a sheet", { ...ASKED, warned: true }, ASKED],
  ])("[FE7] counts only when it has been there for 400 ms: %s", (_name, before, after) => {
    const { screen, paint, wait, answer, taken, isMarked } = aPage(before);
    paint();
    wait(SETTLE_MS);
    screen.value = after;
    answer("before it is painted");
    paint();
    wait(SETTLE_MS - 1);
    answer("too soon");
    expect(isMarked()).toBe(true);
    wait(1);
    answer("read");
    expect(taken).toEqual(["read"]);
    expect(isMarked()).toBe(false);
  });

  it("[FE7] counts from its paint on, however late a busy page paints", () => {
    const { screen, paint, wait, answer, taken } = aPage(THANKS);
    screen.value = QUESTION;
    wait(SETTLE_MS - 1);
    paint();
    wait(SETTLE_MS - 1);
    answer("too soon");
    wait(1);
    answer("read");
    expect(taken).toEqual(["read"]);
  });

  it("[FE7] waits no second time for what stays on screen", () => {
    const { screen, paint, wait, answer, taken } = aPage(QUESTION);
    paint();
    wait(SETTLE_MS);
    screen.value = { ...QUESTION, expiresAtMs: 2 };
    paint();
    answer("read");
    expect(taken).toEqual(["read"]);
  });

  it("[FE7] is not let through early by the wait of a screen before it", () => {
    const { screen, paint, wait, isMarked } = aPage(QUESTION);
    paint();
    wait(SETTLE_MS - 1);
    screen.value = THANKS;
    expect(isMarked()).toBe(false);
    screen.value = QUESTION;
    paint();
    wait(1);
    expect(isMarked()).toBe(true);
  });
});
