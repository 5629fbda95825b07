import { describe, expect, it, vi } from "vitest";
import { createLive, nextLookMs } from "../../src/console/live.ts";

describe("how often is looked", () => {
  it("[CO3] is every few seconds, and every minute where nobody sees it", () => {
    expect(nextLookMs(5_000, 0, false, 0.5)).toBe(5_000);
    expect(nextLookMs(5_000, 0, true, 0.5)).toBe(60_000);
  });

  it("[CO3] is ever more seldom while there is no answer, up to a minute, spread by chance", () => {
    const pauses = [1, 2, 3, 4, 20].map((failures) => nextLookMs(5_000, failures, false, 0.999));
    expect(pauses.map(Math.round)).toEqual([9_995, 19_990, 39_980, 59_970, 59_970]);
    expect(nextLookMs(5_000, 1, false, 0)).toBe(5_000);
    expect(nextLookMs(60_000, 1, false, 0)).toBe(30_000);
  });
});

/** A clock that goes on only when it is told to. */
function aLive(answers: (boolean | Promise<boolean>)[], isHidden = false) {
  const planned: { run: () => void; delayMs: number; timer: number }[] = [];
  const look = vi.fn(async () => answers.shift() ?? true);
  const live = createLive({
    look,
    everyMs: 5_000,
    isHidden: () => isHidden,
    random: () => 0,
    setTimeout: (run, delayMs) => {
      planned.push({ run, delayMs, timer: planned.length });
      return planned.length - 1;
    },
    clearTimeout: (timer) => {
      const at = planned.findIndex((each) => each.timer === timer);
      if (at >= 0) planned.splice(at, 1);
    },
  });
  const delays = () => planned.map(({ delayMs }) => delayMs);
  const goOn = async () => {
    planned.shift()?.run();
    await vi.waitFor(() => expect(planned.length).toBe(1));
  };
  return { live, look, delays, goOn, planned };
}

describe("a live page", () => {
  it("[CO3] looks at once, then again and again, one look at a time", async () => {
    const { live, look, delays, goOn } = aLive([]);
    live.start();
    expect(delays()).toEqual([0]);
    await goOn();
    expect(delays()).toEqual([5_000]);
    await goOn();
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("[CO3] waits longer after each failure, and is quick again after an answer", async () => {
    const { live, delays, goOn } = aLive([false, false, true]);
    live.start();
    await goOn();
    expect(delays()).toEqual([5_000]);
    await goOn();
    expect(delays()).toEqual([10_000]);
    await goOn();
    expect(delays()).toEqual([5_000]);
  });

  it("looks once more right after a look that was under way when something was changed", async () => {
    const answer = Promise.withResolvers<boolean>();
    const { live, look, delays, planned } = aLive([answer.promise]);
    live.start();
    planned.shift()?.run();
    live.lookNow();
    live.lookNow();
    expect(look).toHaveBeenCalledTimes(1);
    answer.resolve(true);
    await vi.waitFor(() => expect(delays()).toEqual([0]));
  });

  it("looks no more once it was stopped, also when an answer comes after that", async () => {
    const answer = Promise.withResolvers<boolean>();
    const { live, delays, planned } = aLive([answer.promise]);
    live.start();
    planned.shift()?.run();
    live.stop();
    answer.resolve(true);
    await answer.promise;
    live.lookNow();
    expect(delays()).toEqual([]);
  });
});
