import { describe, expect, it } from "vitest";
import { noteBoot } from "../../../src/kiosk/by-itself/boots.ts";
import { createErrorWatch, isNoise } from "../../../src/kiosk/by-itself/error-watch.ts";
import { oldestOwedMs } from "../../../src/kiosk/by-itself/oldest-owed.ts";
import { createScanSilence } from "../../../src/kiosk/by-itself/scan-silence.ts";
import { updateWaitMs, type Waiting } from "../../../src/kiosk/by-itself/update-wait.ts";
import { createWakeKeeper } from "../../../src/kiosk/by-itself/wake-lock.ts";
import { memoryOutbox } from "../../support/memory-outbox.ts";
import { memoryStorage, TAKEN } from "../../support/kiosk-builders.ts";
import { aDraft } from "../../support/entries.ts";

const HOUR = 3_600_000;

describe("a new version of the app", () => {
  const POLICY = { idleMs: 60_000, deadlineMs: 24 * HOUR, notBeforeMs: 0 };
  const wait = (changes: Partial<Waiting>, policy = POLICY) =>
    updateWaitMs(
      { nowMs: 100_000, sinceMs: 0, idleSinceMs: 40_000, isFlushing: false, ...changes },
      policy,
    );

  it("[BI1] takes over once attract stood untouched for a minute and nothing is being sent", () => {
    expect(wait({})).toBe(0);
    expect(wait({ nowMs: 99_999 })).toBe(1);
    expect(wait({ idleSinceMs: undefined })).toBeUndefined();
    expect(wait({ isFlushing: true })).toBeGreaterThan(0);
    // A page nobody has used yet.
    expect(wait({ idleSinceMs: -Infinity })).toBe(0);
  });

  it("[BI1] takes the next attract after its deadline, however short and busy", () => {
    const late = { nowMs: 24 * HOUR, isFlushing: true };
    expect(wait({ ...late, idleSinceMs: 24 * HOUR })).toBe(0);
    expect(wait({ ...late, nowMs: 25 * HOUR, idleSinceMs: 25 * HOUR })).toBe(0);
    expect(wait({ ...late, idleSinceMs: undefined })).toBeUndefined();
    expect(wait({ nowMs: 24 * HOUR - 5, idleSinceMs: 24 * HOUR - 10 })).toBe(5);
  });

  it("[BI2] waits ten minutes in a page that began too often", () => {
    const looping = { ...POLICY, notBeforeMs: 600_000 };
    expect(wait({}, looping)).toBe(500_000);
    expect(wait({ nowMs: 600_000 }, looping)).toBe(0);
  });
});

describe("a page that begins again and again", () => {
  it("[BI2] knows it at the third start within two minutes, across lives", () => {
    const storage = memoryStorage();
    const boot = (atMs: number) => noteBoot(storage, atMs);
    expect(boot(1_000_000)).toMatchObject({ count: 1, isLoop: false });
    expect(boot(1_060_000)).toMatchObject({ count: 2, isLoop: false });
    expect(boot(1_119_999)).toMatchObject({ count: 3, isLoop: true });
    expect(boot(1_300_000)).toMatchObject({ count: 1, isLoop: false });
    // A clock set back: what is still to come did not happen.
    expect(boot(900_000)).toMatchObject({ count: 1, isLoop: false });
  });

  it("[BI2] starts also where nothing can be remembered, or what is remembered is damaged", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("full");
      },
    };
    expect(noteBoot(full, 1)).toMatchObject({ count: 1, isLoop: false });
    for (const text of ["", "{", "7", '{"a":1}', '["x"]']) {
      const storage = memoryStorage({ "tarjeta-boots": text });
      expect(noteBoot(storage, 1).count).toBe(1);
    }
  });
});

describe("what breaks in the page", () => {
  it("[BI3] begins the page again at the third within five minutes, once", () => {
    const watch = createErrorWatch();
    expect([0, 100_000, 299_999].map(watch.broke)).toEqual(["calm", "calm", "again"]);
    expect([300_000, 300_001].map(watch.broke)).toEqual(["calm", "calm"]);
    expect(watch.count()).toBe(5);
    const seldom = createErrorWatch();
    expect([0, 200_000, 400_000, 600_000].map(seldom.broke)).not.toContain("again");
  });

  it("[BI3] is not what Chromium says of a layout that took another frame", () => {
    expect(isNoise("ResizeObserver loop completed with undelivered notifications.")).toBe(true);
    expect(isNoise("Uncaught TypeError: x is undefined")).toBe(false);
  });
});

describe("a silent scanner", () => {
  it("[BI4] is one that read nothing for so long of the opening hours", () => {
    const silence = createScanSilence(0);
    let nowMs = 0;
    const pass = (minutes: number, isOpen: boolean, readMs?: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        nowMs += 60_000;
        silence.look(nowMs, isOpen, readMs);
      }
    };
    pass(30, true);
    pass(600, false);
    expect(silence.openMs()).toBe(30 * 60_000);
    pass(1, true, nowMs + 20_000);
    expect(silence.openMs()).toBe(40_000);
    // A page that slept for a day could not have read anything.
    nowMs += 24 * HOUR;
    silence.look(nowMs, true, undefined);
    expect(silence.openMs()).toBe(40_000 + 300_000);
  });
});

describe("the screen", () => {
  function locks(refuses = () => false) {
    const held: { released: boolean; release: () => Promise<void> }[] = [];
    const request = async () => {
      if (refuses()) throw new DOMException("no", "NotAllowedError");
      const sentinel = {
        released: false,
        release: async () => void (sentinel.released = true),
      };
      held.push(sentinel);
      return sentinel as unknown as WakeLockSentinel;
    };
    return { held, request };
  }

  it("[BI4] is kept awake while wanted, asked for again when it was taken away, and let go", async () => {
    const { held, request } = locks();
    const wake = createWakeKeeper({ request });
    await wake.want(true);
    await wake.want(true);
    expect(held).toHaveLength(1);
    expect(wake.state()).toBe("held");
    held[0]!.released = true;
    expect(wake.state()).toBe("released");
    await wake.want(true);
    expect(held).toHaveLength(2);
    await wake.want(false);
    expect(held[1]!.released).toBe(true);
    expect(wake.state()).toBe("released");
  });

  it("[BI4] says where the browser refuses or has no lock", async () => {
    let refuses = true;
    const wake = createWakeKeeper(locks(() => refuses));
    await wake.want(true);
    expect(wake.state()).toBe("refused");
    refuses = false;
    await wake.want(true);
    expect(wake.state()).toBe("held");
    const none = createWakeKeeper(undefined);
    await none.want(true);
    expect(none.state()).toBe("unsupported");
  });
});

describe("the age of what is owed", () => {
  it("[BI5] goes by the monotonic clock of the same page, else by the wall clock", async () => {
    const outbox = memoryOutbox();
    expect(await oldestOwedMs(outbox, TAKEN)).toBeUndefined();
    await outbox.add({ ...aDraft(), ...TAKEN });
    const later = { ...TAKEN, monoMs: TAKEN.monoMs + 5_000, wallMs: TAKEN.wallMs + 90_000 };
    expect(await oldestOwedMs(outbox, later)).toBe(5_000);
    const segment = "00000000-0000-4000-8000-00000000000a.0";
    expect(await oldestOwedMs(outbox, { ...later, segment })).toBe(90_000);
    expect(await oldestOwedMs(outbox, { ...TAKEN, segment, wallMs: 1 + TAKEN.wallMs })).toBe(1);
  });
});
