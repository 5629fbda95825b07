import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { FIRST, keyShown, silent } from "../../../src/kiosk/scanner-lab/calibrating.ts";
import {
  openScannerLab,
  type ScannerLabDeps,
} from "../../../src/kiosk/scanner-lab/open-scanner-lab.ts";
import { readWays } from "../../../src/kiosk/wedge-ways.ts";
import { CALIBRATION_TEXT } from "../../../src/scanner/calibration.ts";
import type { KeyboardWedge } from "../../../src/scanner/keyboard-wedge.ts";
import type { ScannerEvent } from "../../../src/scanner/scanner.ts";
import type { WedgeKey } from "../../../src/scanner/wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS } from "../../../src/scanner/wedge-settings.ts";
import { fakeHid } from "../../support/fake-hid.ts";
import { fakeSerial } from "../../support/fake-serial.ts";
import { BROKEN_KEPT, memoryKept } from "../../support/kiosk-builders.ts";
import { aKey, CARD, ENTER, timed, usKeys } from "../../scanner/typing.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const calibrationKeys = [...usKeys(CALIBRATION_TEXT), ENTER];

describe("the scanner lab", () => {
  it("[SL1] shows gaps as keys come, and the reading once it is there", () => {
    const { lab, type, hear } = aLab();
    type(timed(usKeys("291"), 9));
    expect(lab.view.value.trace.atMs).toHaveLength(3);
    expect(lab.view.value.verdict).toEqual({ type: "waiting" });
    hear(scanned(CARD, "]E0"));
    expect(lab.view.value.reading).toMatchObject({ type: "read", said: { masked: "•••• 8906" } });
    // The next scan's first key: what was said is no longer of what is shown.
    type(timed(usKeys("2"), 9, 10_000));
    expect(lab.view.value.reading).toBeUndefined();
  });

  it("[SL4] learns in three scans, reads so from then on, and after the next start", async () => {
    const { lab, show, scanner, kept } = aLab();
    lab.calibrate();
    for (const scans of [1, 2]) {
      // Nobody else sees a key of it.
      expect(show(calibrationKeys, 130)).toBe(calibrationKeys.length);
      expect(lab.view.value.calibration).toEqual({ step: "showing", scans });
    }
    show(calibrationKeys, 130);
    expect(lab.view.value.calibration).toMatchObject({ step: "learnt" });
    expect(lab.view.value.learntGapMs).toBe(130);
    expect(scanner.settings().maxGapMs).toBe(520);
    await vi.advanceTimersByTimeAsync(0);
    expect(await readWays(kept)).toEqual({ settings: scanner.settings(), medianGapMs: 130 });

    lab.forget();
    expect(scanner.settings()).toBe(DEFAULT_WEDGE_SETTINGS);
    await vi.advanceTimersByTimeAsync(0);
    expect(await readWays(kept)).toBeUndefined();
    expect(lab.view.value).toMatchObject({ learntGapMs: undefined, isUnkept: false });
  });

  it("[SL4] says where what it learnt could not be kept, and uses it all the same", async () => {
    const { lab, show, scanner } = aLab({ kept: BROKEN_KEPT });
    lab.calibrate();
    for (let scan = 0; scan < 3; scan += 1) show(calibrationKeys, 90);
    await vi.advanceTimersByTimeAsync(0);
    expect(lab.view.value.isUnkept).toBe(true);
    expect(scanner.settings().maxGapMs).toBe(360);
  });

  it("[SL3] forgets at the next silence what is shown in place of the test code", () => {
    const { lab, show } = aLab();
    lab.calibrate();
    show(calibrationKeys, 8);
    show([...usKeys(CARD), ENTER], 8);
    expect(lab.view.value.calibration).toEqual({
      step: "showing",
      scans: 1,
      trouble: "other-text",
    });
    // What came before it still counts.
    for (let scan = 0; scan < 2; scan += 1) show(calibrationKeys, 8);
    expect(lab.view.value.calibration).toMatchObject({ step: "learnt" });

    const shown = timed([...usKeys(CARD), ENTER], 8).reduce(keyShown, FIRST);
    expect(shown.burst).toHaveLength(14);
    expect(silent(shown)).toEqual({ ...FIRST, trouble: "other-text" });
  });

  it("[SL3] bears a key that somebody leans on, and begins anew where scans are framed unlike", () => {
    const { lab, show } = aLab();
    lab.calibrate();
    show(usKeys("a".repeat(900)), 1);
    expect(lab.view.value.calibration).toMatchObject({ scans: 0, trouble: "other-text" });
    for (const keys of [calibrationKeys, usKeys(CALIBRATION_TEXT), calibrationKeys]) show(keys, 8);
    expect(lab.view.value.calibration).toEqual({ step: "showing", scans: 0, trouble: "unlike" });
  });

  it("[SL4] takes keys from nobody once it ends: by Escape, by itself after two minutes, or closed", () => {
    const { lab, type, press, scanner } = aLab();
    expect(type(timed(calibrationKeys, 8))).toBe(0);
    lab.calibrate();
    expect(press("Escape")).toBe(true);
    expect(lab.view.value.calibration).toEqual({ step: "off" });
    lab.calibrate();
    vi.advanceTimersByTime(120_000);
    expect(lab.view.value.calibration).toEqual({ step: "off" });
    lab.calibrate();
    lab.close();
    expect(scanner.isWatched()).toBe(false);
    expect(lab.view.value).toMatchObject({ calibration: { step: "off" }, reading: undefined });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[SL2] hears readers only while it is open, and keeps nothing of what they read", () => {
    const { lab, hear, listeners, kept } = aLab();
    hear(scanned(CARD));
    expect(Object.keys(kept.values)).toEqual([]);
    lab.close();
    expect(listeners.size).toBe(0);
    expect(JSON.stringify(lab.view.value)).not.toContain("8906");
  });

  it("[SL6] asks for those readers that the browser knows, and says what came of it", async () => {
    const hid = Object.assign(fakeHid(), { requestDevice: async () => [{}] });
    const { lab } = aLab({ navigator: { hid: hid as never, serial: fakeSerial() } });
    expect(lab.view.value.kinds).toEqual(["hid", "serial"]);
    lab.grant("serial");
    await vi.advanceTimersByTimeAsync(0);
    expect(lab.view.value.grant).toBe("none");
    lab.grant("hid");
    expect(lab.view.value.grant).toBeUndefined();
    await vi.advanceTimersByTimeAsync(0);
    expect(lab.view.value.grant).toBe("granted");
    expect(aLab().lab.view.value.kinds).toEqual([]);
  });
});

function scanned(text: string, aim?: string): ScannerEvent {
  const scan = { text, source: "wedge", ...(aim !== undefined && { aim }) } as const;
  return { type: "scanned", scan, startedAtMs: 1_000, finishedAtMs: 1_096 };
}

/** A lab before a keyboard of the test's. */
function aLab(changes: Partial<ScannerLabDeps> = {}) {
  const listeners = new Set<(event: ScannerEvent) => void>();
  const kept = memoryKept();
  const scanner = aWedge();
  const lab = openScannerLab({
    config: signal(EXAMPLE_CONFIG),
    scanner,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    kept,
    navigator: {},
    setTimeout: (run, delayMs) => setTimeout(run, delayMs) as unknown as number,
    clearTimeout: (timer) => clearTimeout(timer),
    blur: () => undefined,
    stay: () => undefined,
    print: () => undefined,
    onError: () => undefined,
    ...changes,
  });
  let shownAtMs = 0;
  /** How many of the keys the lab kept from everybody else. */
  const type = (keys: readonly WedgeKey[]) => keys.filter(scanner.see).length;
  return {
    lab,
    kept,
    scanner,
    listeners,
    hear: (event: ScannerEvent) => listeners.forEach((listener) => listener(event)),
    type,
    /** Types them as one scan, with silence behind it. */
    show(keys: readonly Partial<WedgeKey>[], gapMs: number) {
      shownAtMs += 10_000;
      const taken = type(timed(keys, gapMs, shownAtMs));
      vi.advanceTimersByTime(600);
      return taken;
    },
    press: (key: string) => scanner.see(aKey({ key, code: key, timeStamp: 50_000 })),
  };
}

function aWedge(): KeyboardWedge & {
  readonly see: (key: WedgeKey) => boolean;
  readonly isWatched: () => boolean;
} {
  let settings = DEFAULT_WEDGE_SETTINGS;
  let watching: ((key: WedgeKey) => boolean) | undefined;
  return {
    start: () => () => undefined,
    settings: () => settings,
    learn: (learnt) => void (settings = learnt),
    watch: (see) => void (watching = see),
    see: (key) => watching?.(key) === true,
    isWatched: () => watching !== undefined,
  };
}
