import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKeyboardWedge } from "../../src/scanner/keyboard-wedge.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import { calibratedWedgeSettings } from "../../src/scanner/wedge-settings.ts";
import { CARD } from "./typing.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("keyboard wedge", () => {
  it("answers within the keydown of the suffix", () => {
    const page = aPage();
    page.type(CARD);
    expect(page.events).toEqual([]);
    page.down("Enter");
    expect(page.events).toMatchObject([{ type: "scanned", scan: { text: CARD } }]);
  });

  it("keeps a scan from every other listener, keys coming up included", () => {
    const page = aPage();
    const others = page.listenLate();
    page.type(CARD);
    page.down("Enter");
    page.up("Enter");
    expect(others).toEqual(["keydown 2", "keyup 2"]);
    expect(page.prevented).toBe(26);
  });

  it("lets a key through again once it is a person's", () => {
    const page = aPage();
    page.type(CARD);
    vi.advanceTimersByTime(500);
    const others = page.listenLate();
    page.down("9");
    page.up("9");
    expect(others).toEqual(["keydown 9", "keyup 9"]);
  });

  it("answers after the idle time where there is no suffix", () => {
    const page = aPage();
    page.type(CARD);
    vi.advanceTimersByTime(119);
    expect(page.events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(page.events).toMatchObject([{ type: "scanned", scan: { text: CARD } }]);
    vi.advanceTimersByTime(10_000);
    expect(page.events).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for keys that a busy page has not handed over yet", () => {
    const page = aPage();
    page.type(CARD.slice(0, 6));
    const nextAtMs = performance.now() + 8;
    // Busy for 300 ms: the timer comes late, and before the keys that happened meanwhile.
    page.busy(300);
    vi.advanceTimersByTime(120);
    expect(page.events).toEqual([]);
    page.type(CARD.slice(6), nextAtMs);
    page.down("Enter", nextAtMs + 8 * 7);
    expect(page.events).toMatchObject([{ type: "scanned", scan: { text: CARD } }]);
  });

  it("takes no notice of key events without a key", () => {
    const page = aPage();
    page.window.dispatchEvent(new Event("keydown"));
    page.type(CARD);
    page.window.dispatchEvent(new Event("keyup"));
    page.down("Enter");
    expect(page.events).toHaveLength(1);
  });

  it("[SL4] reads as it learns to, from the next key on", () => {
    const page = aPage();
    page.type(CARD, performance.now(), 130);
    page.down("Enter", performance.now() + 13 * 130);
    expect(page.events).toEqual([]);
    page.wedge.learn(calibratedWedgeSettings(130));
    const startMs = performance.now() + 5_000;
    page.type(CARD, startMs, 130);
    page.down("Enter", startMs + 13 * 130);
    expect(page.events).toMatchObject([{ type: "scanned", scan: { text: CARD } }]);
  });

  it("[SL1] shows its keys to who watches, who may take them from everybody else", () => {
    const page = aPage();
    const others = page.listenLate();
    const seen: string[] = [];
    page.wedge.watch(({ key }) => seen.push(key) > 2);
    page.type("1234");
    expect(seen).toEqual(["1", "2", "3", "4"]);
    // The first is anybody's; the second is a scanner's; the others are taken, and no scan.
    expect(others.filter((each) => each.startsWith("keydown"))).toEqual(["keydown 1"]);
    page.wedge.watch(undefined);
    vi.advanceTimersByTime(1_000);
    page.type(CARD);
    page.down("Enter");
    expect(seen).toHaveLength(4);
    expect(page.events.filter(({ type }) => type === "scanned")).toHaveLength(1);
  });

  it("[SL3] shows nobody a key of a secret field", () => {
    const page = aPage();
    const seen: string[] = [];
    page.wedge.watch(({ key }) => seen.push(key) > 0);
    const event = new FakeKeyboardEvent("keydown", "4", performance.now());
    event.composedPath = () => [new FakeSecret()];
    page.window.dispatchEvent(event);
    expect(seen).toEqual([]);
    expect(event.defaultPrevented).toBe(false);
  });

  it("leaves no listener and no timer behind when stopped", () => {
    const page = aPage();
    page.type(CARD);
    page.stop();
    expect(vi.getTimerCount()).toBe(0);
    const others = page.listenLate();
    page.type("1234");
    page.down("Enter");
    page.up("Enter");
    vi.advanceTimersByTime(1_000);
    expect(page.events).toEqual([]);
    expect(others).toHaveLength(10);
  });
});

/** A key event outside a browser. */
class FakeKeyboardEvent extends Event {
  readonly key: string;
  readonly code: string;
  readonly repeat = false;
  readonly ctrlKey = false;
  readonly altKey = false;
  readonly shiftKey = false;
  readonly isComposing = false;
  override readonly timeStamp: number;

  constructor(type: string, key: string, timeStamp: number) {
    super(type, { cancelable: true });
    this.key = key;
    this.code = /\d/.test(key) ? `Digit${key}` : key;
    this.timeStamp = timeStamp;
  }

  getModifierState(): boolean {
    return false;
  }
}

class FakeElement extends EventTarget {}

class FakeSecret extends FakeElement {
  matches(): boolean {
    return true;
  }
}

/** A window as far as the wedge goes, listening, with a keyboard. */
function aPage() {
  const target = new EventTarget();
  let behindMs = 0;
  const window = Object.assign(target, {
    KeyboardEvent: FakeKeyboardEvent,
    Element: FakeElement,
    performance: { now: () => performance.now() + behindMs },
    setTimeout: (...args: Parameters<typeof setTimeout>) => setTimeout(...args),
    clearTimeout: (timer?: number) => clearTimeout(timer),
  }) as unknown as Window & typeof globalThis;
  const events: ScannerEvent[] = [];
  const wedge = createKeyboardWedge({ window });
  const stop = wedge.start((event) => events.push(event));
  let prevented = 0;

  function send(type: string, key: string, timeStamp: number): void {
    const event = new FakeKeyboardEvent(type, key, timeStamp);
    target.dispatchEvent(event);
    if (event.defaultPrevented) prevented += 1;
  }

  return {
    window,
    wedge,
    events,
    stop,
    get prevented() {
      return prevented;
    },
    /** From here on the page's clock is this much ahead of its timers. */
    busy(ms: number) {
      behindMs += ms;
    },
    down: (key: string, atMs = performance.now()) => send("keydown", key, atMs),
    up: (key: string, atMs = performance.now()) => send("keyup", key, atMs),
    /** At 8 ms a key; from `startAtMs` on without any time going by, and then at `gapMs`. */
    type(text: string, startAtMs?: number, gapMs = 8) {
      [...text].forEach((key, index) => {
        if (startAtMs === undefined) vi.advanceTimersByTime(8);
        const atMs = startAtMs === undefined ? performance.now() : startAtMs + index * gapMs;
        send("keydown", key, atMs);
        send("keyup", key, atMs + 2);
      });
    },
    /** What a listener sees that came later than the wedge. */
    listenLate() {
      const seen: string[] = [];
      for (const type of ["keydown", "keyup"]) {
        target.addEventListener(type, (event) => {
          if (event instanceof FakeKeyboardEvent) seen.push(`${type} ${event.key}`);
        });
      }
      return seen;
    },
  };
}
