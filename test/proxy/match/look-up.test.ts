import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lookUp, type LookUpDeps } from "../../../src/proxy/match/look-up.ts";
import { createProgress } from "../../../src/proxy/match/progress.ts";
import type { ProfileLook } from "../../../src/proxy/target/profile-answer.ts";

const FOUND: ProfileLook = { type: "found", attributes: new Map() };
const UNKNOWN: ProfileLook = { type: "unknown" };
const DOWN: ProfileLook = { type: "unavailable", reason: "fetch: status 503" };

const TEXTS = Array.from({ length: 30 }, (_, index) => `t${index}`);

/** Time passes only by waiting; every look is on record with when it began. */
function aTarget(
  answer: (text: string, looks: number) => ProfileLook,
  given: Partial<LookUpDeps> = {},
) {
  let nowMs = 0;
  const looks: { readonly text: string; readonly atMs: number }[] = [];
  const progress: string[] = [];
  const deps: LookUpDeps = {
    look: async (text) => {
      looks.push({ text, atMs: nowMs });
      return answer(text, looks.length);
    },
    clock: { monoMs: () => nowMs },
    wait: async (delayMs) => void (nowMs += delayMs),
    interrupted: new Promise(() => {}),
    random: () => 0,
    perSecond: 5,
    nobody: "nobody",
    onProgress: (done, total) => void progress.push(`${done}/${total}`),
    ...given,
  };
  return { looks, progress, run: (texts = TEXTS) => lookUp(texts, deps) };
}

describe("looking members up", () => {
  it("[MT3] asks about nobody first, then about each once, and tells known from unknown", async () => {
    const target = aTarget((text) => (text.endsWith("1") ? FOUND : UNKNOWN));
    const { answers, end } = await target.run();
    expect(end).toEqual({ type: "finished" });
    expect(target.looks[0]?.text).toBe("nobody");
    expect(
      target.looks
        .slice(1)
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(TEXTS.toSorted());
    expect(
      [...answers]
        .filter(([, isKnown]) => isKnown)
        .map(([text]) => text)
        .toSorted(),
    ).toEqual(["t1", "t11", "t21"]);
    expect(answers.size).toBe(30);
    expect(target.progress.at(-1)).toBe("30/30");
  });

  it("[MT3] keeps the pace it was given, from the first look on", async () => {
    for (const perSecond of [1, 5, 100]) {
      const target = aTarget(() => UNKNOWN, { perSecond });
      await target.run();
      for (const [index, { atMs }] of target.looks.entries()) {
        expect(atMs).toBeCloseTo((index * 1_000) / perSecond, 6);
      }
    }
  });

  it("[MT3] does not make up for a slow answer by a burst", async () => {
    let nowMs = 0;
    const starts: number[] = [];
    const slow = aTarget(() => UNKNOWN, {
      clock: { monoMs: () => nowMs },
      wait: async (delayMs) => void (nowMs += delayMs),
      look: async () => {
        starts.push(nowMs);
        if (starts.length === 3) nowMs += 10_000;
        return UNKNOWN;
      },
    });
    await slow.run();
    const gaps = starts.slice(1).map((at, index) => at - starts[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200 - 1e-6);
  });

  it("[MT3] asks in chance order, the same texts whatever the chance", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (draws) => {
          const target = aTarget(() => UNKNOWN, { random: () => draws.next().value as number });
          await target.run();
          expect(
            target.looks
              .slice(1)
              .map(({ text }) => text)
              .toSorted(),
          ).toEqual(TEXTS.toSorted());
        },
      ),
      { numRuns: 20 },
    );
  });

  it("[MT3] believes nobody of whom an id that nobody has is known", async () => {
    const target = aTarget(() => FOUND);
    expect(await target.run()).toEqual({ answers: new Map(), end: { type: "knows-everybody" } });
    expect(target.looks).toHaveLength(1);
  });

  it("[MT3] stops after five in a row without an answer, pausing longer each time", async () => {
    const target = aTarget((text, looks) => (looks <= 11 ? UNKNOWN : DOWN));
    const { answers, end } = await target.run();
    expect(end).toEqual({ type: "unavailable", reason: "fetch: status 503" });
    expect(answers.size).toBe(10);
    expect([...answers.values()]).not.toContain(true);
    const [first, ...rest] = target.looks.slice(11).map(({ atMs }) => atMs);
    expect(rest.map((atMs) => atMs - first!)).toEqual([250, 750, 1_750, 3_750]);
  });

  it("[MT3] stops too when the first question is not answered, having asked no other", async () => {
    const target = aTarget(() => DOWN);
    expect(await target.run()).toMatchObject({ end: { type: "unavailable" } });
    expect(target.looks.map(({ text }) => text)).toEqual(Array.from({ length: 5 }, () => "nobody"));
  });

  it("[MT3] asks again at the end about what got no answer, and answers it then", async () => {
    const failed = new Set<string>();
    const target = aTarget((text) => {
      if (text === "nobody") return UNKNOWN;
      if (failed.has(text) || Number(text.slice(1)) % 3 !== 0) return FOUND;
      failed.add(text);
      return DOWN;
    });
    const { answers, end } = await target.run();
    expect(end).toEqual({ type: "finished" });
    expect(answers).toEqual(new Map(TEXTS.map((text) => [text, true])));
    const asked = target.looks.slice(1).map(({ text }) => text);
    expect(new Set(asked.slice(0, 30)).size).toBe(30);
    expect(asked.slice(30).toSorted()).toEqual([...failed].toSorted());
  });

  it("[MT3] leaves out whom Target never answers for, and never takes that for unknown", async () => {
    const target = aTarget((text) => (text === "t7" ? DOWN : UNKNOWN));
    const { answers, end } = await target.run();
    expect(end).toEqual({ type: "finished" });
    expect(answers.has("t7")).toBe(false);
    expect(answers.size).toBe(29);
    expect(target.looks.filter(({ text }) => text === "t7")).toHaveLength(3);
  });

  it("[MT5] ends at once when it is interrupted, also while an answer is awaited", async () => {
    let interrupt = () => {};
    const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
    let looks = 0;
    const target = aTarget(() => UNKNOWN, {
      interrupted,
      look: (text) => {
        looks += 1;
        if (looks < 8) return Promise.resolve(text === "nobody" ? UNKNOWN : FOUND);
        interrupt();
        return new Promise(() => {});
      },
    });
    const { answers, end } = await target.run();
    expect(end).toEqual({ type: "interrupted" });
    expect(answers.size).toBe(6);
  });
});

describe("the line that tells how far it is", () => {
  it("[MT5] is written over itself on a terminal, and nowhere else", () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    const progress = createProgress({ isTTY: true, write }, 5);
    progress.show(3, 20);
    progress.clear();
    expect(written).toEqual(["\r\u001B[K3 of 20 looks, about 4 s left", "\r\u001B[K"]);
    createProgress({ write }, 5).show(3, 20);
    expect(written).toHaveLength(2);
  });
});
