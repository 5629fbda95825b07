import {
  calibrate,
  CALIBRATION_SCANS,
  isTestScan,
  type Calibration,
} from "../../scanner/calibration.ts";
import type { WedgeKey } from "../../scanner/wedge-key.ts";

/** Where learning a scanner's ways stands. */
export type Calibrating =
  | { readonly step: "off" }
  | Showing
  | { readonly step: "learnt"; readonly calibration: Calibration };

/** The test code is shown again and again. */
export interface Showing {
  readonly step: "showing";
  /** Keys of whole scans of the test code. */
  readonly keys: readonly WedgeKey[];
  readonly scans: number;
  /** Keys of what is being shown. Whatever it is, they are gone at the next silence (rule SL3). */
  readonly burst: readonly WedgeKey[];
  /** What was wrong with what was shown last. */
  readonly trouble?: "other-text" | "unlike";
}

export const OFF: Calibrating = { step: "off" };

export const FIRST: Showing = { step: "showing", keys: [], scans: 0, burst: [] };

/** Ours: many times the test code; somebody leans on a key. */
const MOST_KEYS = 400;

export function keyShown(showing: Showing, key: WedgeKey): Showing {
  const burst = [...showing.burst, key];
  return burst.length > MOST_KEYS
    ? { ...showing, burst: [], trouble: "other-text" }
    : { ...showing, burst };
}

/** After `BETWEEN_SCANS_MS` without a key: what was shown is over. */
export function silent(showing: Showing): Calibrating {
  const { keys, scans, burst } = showing;
  if (burst.length === 0) return showing;
  if (!isTestScan(burst)) return { ...showing, burst: [], trouble: "other-text" };
  const all = [...keys, ...burst];
  if (scans + 1 < CALIBRATION_SCANS) {
    return { step: "showing", keys: all, scans: scans + 1, burst: [] };
  }
  const learnt = calibrate(all);
  if (learnt.ok) return { step: "learnt", calibration: learnt.value };
  // Each was one of the test code: framed otherwise one time than another.
  return { ...FIRST, trouble: "unlike" };
}
