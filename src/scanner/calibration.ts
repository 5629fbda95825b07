import { err, ok, type Result } from "../domain/result.ts";
import {
  beginBurst,
  completeAltCode,
  extendBurst,
  type Burst,
  type DataMeaning,
} from "./wedge-burst.ts";
import { keyMeaning, type WedgeKey } from "./wedge-key.ts";
import {
  calibratedWedgeSettings,
  DEFAULT_WEDGE_SETTINGS,
  type Suffix,
  type WedgeSettings,
} from "./wedge-settings.ts";

/**
 * The text of the code that a scanner is calibrated with. Its letters and signs lie elsewhere on French
 * and German keyboards, and it has capitals, so that CapsLock and a wrong layout show.
 */
export const CALIBRATION_TEXT = "TARJETA-QWAZY-0123456789";

/** How many scans of it are asked for. Ours: enough for a median that one hiccup does not move. */
export const CALIBRATION_SCANS = 3;

/** Ours: nobody shows a code again sooner, and the slowest scanner known leaves 130 ms between keys. */
export const BETWEEN_SCANS_MS = 600;

/** What a scanner does, learnt from how it typed the test code. */
export interface Calibration {
  /** To be used from now on. */
  readonly settings: WedgeSettings;
  readonly medianGapMs: number;
  /** The keys it ends a scan with. Empty: silence alone ends one, and answers come later. */
  readonly suffix: readonly Suffix[];
  /** AIM identifier it sends, if it does. */
  readonly aim: string | undefined;
  /** `other`: its keyboard is not the machine's. Cards are read all the same; staff may set it right. */
  readonly layout: "same" | "other";
}

export type CalibrationProblem =
  | { readonly type: "too-few-scans"; readonly scans: number }
  /** Something else was scanned, or it came in pieces. */
  | { readonly type: "other-text" }
  /** One scan was framed otherwise than another: prefix, suffix or AIM identifier differ. */
  | { readonly type: "unlike" };

/** One scan of the test code, taken apart. */
interface Recorded {
  readonly gapsMs: readonly number[];
  readonly suffix: readonly Suffix[];
  readonly prefix: string;
  readonly postfix: string;
  readonly aim: string | undefined;
  readonly layout: Calibration["layout"];
}

/**
 * Learns a scanner's ways from all keys that went down while the test code was scanned several times.
 * Nothing of it has to look like a scan to today's settings: that is what is being set right.
 */
export function calibrate(keys: readonly WedgeKey[]): Result<Calibration, CalibrationProblem> {
  const scans = apart(keys).map(recorded);
  if (scans.length < CALIBRATION_SCANS) {
    return err({ type: "too-few-scans", scans: scans.length });
  }
  const read = scans.filter((scan) => scan !== undefined);
  const [first] = read;
  if (first === undefined || read.length < scans.length) return err({ type: "other-text" });
  if (read.some((scan) => frameOf(scan) !== frameOf(first))) return err({ type: "unlike" });

  const medianGapMs = median(read.flatMap(({ gapsMs }) => gapsMs));
  const { suffix, prefix, postfix, aim, layout } = first;
  return ok({
    settings: {
      ...calibratedWedgeSettings(medianGapMs),
      // Without a suffix of its own, Enter and Tab go on ending what another scanner reads here.
      suffixes: suffix.length === 0 ? DEFAULT_WEDGE_SETTINGS.suffixes : [...new Set(suffix)],
      ...(prefix !== "" && { prefix }),
      ...(postfix !== "" && { postfix }),
    },
    medianGapMs,
    suffix,
    aim,
    layout,
  });
}

/** Whether all of these keys are one scan of the test code, however it is framed. */
export function isTestScan(keys: readonly WedgeKey[]): boolean {
  return apart(keys).length === 1 && recorded(keys) !== undefined;
}

function apart(keys: readonly WedgeKey[]): readonly (readonly WedgeKey[])[] {
  const scans: WedgeKey[][] = [];
  let lastAtMs = -Infinity;
  for (const key of keys) {
    if (key.timeStamp - lastAtMs > BETWEEN_SCANS_MS) scans.push([]);
    scans.at(-1)?.push(key);
    lastAtMs = key.timeStamp;
  }
  return scans;
}

function recorded(keys: readonly WedgeKey[]): Recorded | undefined {
  let burst: Burst | undefined;
  const suffix: Suffix[] = [];
  const atMs: number[] = [];
  for (const key of keys) {
    const meaning = keyMeaning(key);
    if (meaning.type === "terminator") {
      // Some begin with one; those inside belong to no test code.
      if (burst !== undefined) suffix.push(meaning.name);
    } else if (meaning.type === "alt" && burst !== undefined) {
      burst = completeAltCode(burst);
    } else if (meaning.type === "character" || meaning.type === "alt-digit") {
      if (suffix.length > 0) return undefined;
      burst = withKey(burst, key, meaning);
      atMs.push(key.timeStamp);
    }
  }
  if (burst === undefined) return undefined;
  const framed = frameIn(completeAltCode(burst));
  if (framed === undefined) return undefined;
  return { ...framed, suffix, gapsMs: atMs.slice(1).map((each, index) => each - atMs[index]!) };
}

const UNBOUNDED: WedgeSettings = { ...DEFAULT_WEDGE_SETTINGS, maxTotalMs: Infinity };

function withKey(burst: Burst | undefined, key: WedgeKey, meaning: DataMeaning): Burst {
  return burst === undefined
    ? beginBurst(key, meaning, false)
    : extendBurst(burst, key, meaning, UNBOUNDED);
}

function frameIn({ typed, meant }: Burst): Omit<Recorded, "gapsMs" | "suffix"> | undefined {
  const layout = typed.includes(CALIBRATION_TEXT) ? "same" : "other";
  // By the keys' places: that is what the scanner was set to.
  const text = meant.includes(CALIBRATION_TEXT) ? meant : typed;
  const at = text.indexOf(CALIBRATION_TEXT);
  if (at < 0) return undefined;
  const before = text.slice(0, at);
  const aim = /\][A-Za-z][0-9A-Za-z]$/.exec(before)?.[0];
  return {
    layout,
    aim,
    prefix: aim === undefined ? before : before.slice(0, -aim.length),
    postfix: text.slice(at + CALIBRATION_TEXT.length),
  };
}

function frameOf({ prefix, postfix, aim, suffix, layout }: Recorded): string {
  return JSON.stringify([prefix, postfix, aim ?? "", suffix, layout]);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
