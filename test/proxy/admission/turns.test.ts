import { describe, expect, it } from "vitest";
import { createTurns, type Waiting } from "../../../src/proxy/admission/turns.ts";

/** A proxy that works on two kiosks at a time, or on a hundred bytes. */
function aWorkplace() {
  const turns = createTurns({ bytes: 100, kiosks: 2, batches: 4 });
  const started: string[] = [];
  const batches = new Map<string, Waiting>();
  return {
    turns,
    started,
    /** `a2` is kiosk a's second batch. */
    join: (...names: readonly string[]) => {
      for (const name of names) {
        const batch: Waiting = {
          kiosk: name[0]!,
          bytes: 60,
          start: () => void started.push(name),
        };
        batches.set(name, batch);
        turns.join(batch);
      }
    },
    leave: (...names: readonly string[]) => {
      for (const name of names) turns.leave(batches.get(name)!);
    },
  };
}

describe("turns", () => {
  it("[AM2] are nobody's second before another's first", () => {
    const { started, join, leave } = aWorkplace();
    join("a1", "a2", "a3", "b1", "b2", "c1", "d1");
    expect(started).toEqual(["a1", "b1"]);
    leave("a1");
    leave("b1");
    expect(started).toEqual(["a1", "b1", "c1", "d1"]);
    leave("c1", "d1");
    expect(started.slice(4)).toEqual(["a2", "b2"]);
    leave("b2", "a2");
    expect(started.slice(6)).toEqual(["a3"]);
  });

  it("[AM2] are one batch of a kiosk at a time, whatever room there is", () => {
    const { turns, started, join, leave } = aWorkplace();
    join("a1", "a2");
    expect(started).toEqual(["a1"]);
    expect([turns.waiting(), turns.isFull()]).toEqual([1, false]);
    leave("a1");
    expect(started).toEqual(["a1", "a2"]);
  });

  it("[AM2] leave room for others where one is held up", () => {
    const { started, join, leave } = aWorkplace();
    join("a1", "b1", "c1", "d1");
    // a1 never ends.
    leave("b1");
    leave("c1");
    expect(started).toEqual(["a1", "b1", "c1", "d1"]);
  });

  it("[AM2] pass to the next when a waiting kiosk hangs up", () => {
    const { turns, started, join, leave } = aWorkplace();
    join("a1", "b1", "c1", "d1");
    expect(turns.isFull()).toBe(true);
    leave("c1", "c1");
    leave("a1");
    expect(started).toEqual(["a1", "b1", "d1"]);
    expect([turns.waiting(), turns.atWork()]).toEqual([0, 2]);
  });
});
