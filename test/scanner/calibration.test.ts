import { describe, expect, it } from "vitest";
import { CALIBRATION_SCANS, CALIBRATION_TEXT, calibrate } from "../../src/scanner/calibration.ts";
import type { WedgeKey } from "../../src/scanner/wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS } from "../../src/scanner/wedge-settings.ts";
import { CARD, ENTER, TAB, timed, type, usKeys } from "./typing.ts";

type Keys = readonly Partial<WedgeKey>[];

const text = usKeys(CALIBRATION_TEXT);

describe("calibration", () => {
  it.each([1, 19, 90, 130])(
    "[RD5] learns a scanner of %i ms a key, which is read from then on",
    (gapMs) => {
      const learnt = calibrate(thrice([...text, ENTER], gapMs));
      if (!learnt.ok) throw new Error(learnt.error.type);
      expect(learnt.value).toMatchObject({ medianGapMs: gapMs, suffix: ["Enter"], layout: "same" });
      const typed = type(timed([...usKeys(CARD), ENTER], gapMs), learnt.value.settings);
      expect(typed.scans).toEqual([CARD]);
    },
  );

  it("[RD5] learns what is put around a code, and takes it off", () => {
    const around = (inner: Keys) => [...usKeys("#*]C0"), ...inner, ...usKeys("=="), TAB, ENTER];
    const learnt = calibrate(thrice(around(text), 8));
    if (!learnt.ok) throw new Error(learnt.error.type);
    const { settings, aim, suffix } = learnt.value;
    expect([settings.prefix, aim, settings.postfix, suffix]).toEqual([
      "#*",
      "]C0",
      "==",
      ["Tab", "Enter"],
    ]);
    expect(type(timed(around(usKeys(CARD)), 8), settings).events).toMatchObject([
      { type: "scanned", scan: { text: CARD, aim: "]C0" } },
    ]);
  });

  it("[RD5] tells a scanner whose keyboard is another than the machine's", () => {
    const qwertz: Readonly<Record<string, string>> = { Z: "Y", Y: "Z", "-": "ß" };
    const german = text.map((key) => ({ ...key, key: qwertz[key.key!] ?? key.key! }));
    const learnt = calibrate(thrice([...german, ENTER], 8));
    expect(learnt).toMatchObject({ ok: true, value: { layout: "other", aim: undefined } });
    const capsLocked = text.map((key) => ({
      ...key,
      key: key.key!.toLowerCase(),
      capsLock: true,
    }));
    expect(calibrate(thrice([...capsLocked, ENTER], 8))).toMatchObject({
      value: { layout: "same" },
    });
  });

  it("[RD5] learns of no suffix that there is none, and keeps the usual ones", () => {
    expect(calibrate(thrice(text, 8))).toMatchObject({
      value: { suffix: [], settings: { suffixes: DEFAULT_WEDGE_SETTINGS.suffixes } },
    });
  });

  it("[RD5] is moved by no single hiccup", () => {
    const keys = thrice([...text, ENTER], 8).map((key, index) =>
      index < 5 ? key : { ...key, timeStamp: key.timeStamp + 90 },
    );
    expect(calibrate(keys)).toMatchObject({ value: { medianGapMs: 8 } });
  });

  it("[RD5] says what is wrong with what it was shown", () => {
    const scans = (count: number, keys: Keys) =>
      repeated(
        Array.from({ length: count }, () => keys),
        8,
      );
    expect(calibrate([])).toEqual({ ok: false, error: { type: "too-few-scans", scans: 0 } });
    expect(calibrate(scans(2, text))).toEqual({
      ok: false,
      error: { type: "too-few-scans", scans: 2 },
    });
    expect(calibrate(scans(3, usKeys(CARD)))).toEqual({ ok: false, error: { type: "other-text" } });
    expect(calibrate(repeated([text, [...text, ENTER], text], 8))).toEqual({
      ok: false,
      error: { type: "unlike" },
    });
  });
});

function thrice(keys: Keys, gapMs: number): readonly WedgeKey[] {
  return repeated(
    Array.from({ length: CALIBRATION_SCANS }, () => keys),
    gapMs,
  );
}

/** Scans of the test code, a second and a half apart. */
function repeated(scans: readonly Keys[], gapMs: number): readonly WedgeKey[] {
  let atMs = 1_000;
  return scans.flatMap((keys) => {
    const scan = timed(keys, gapMs, atMs);
    atMs = (scan.at(-1)?.timeStamp ?? atMs) + 1_500;
    return scan;
  });
}
