/** How a wedge scanner types. Learned per device when the defaults do not fit it. */
export interface WedgeSettings {
  /** Longest silence between two keys of one scan. */
  readonly maxGapMs: number;
  /** Longest average silence between the keys of one scan. */
  readonly maxAverageGapMs: number;
  /** Shortest scan, in characters, without AIM identifier and suffix. */
  readonly minLength: number;
  /** Longest scan, from its first key to its last. */
  readonly maxTotalMs: number;
  /** Keys that end a scan. */
  readonly suffixes: readonly Suffix[];
  /** Characters that this scanner puts before and behind what it read, its AIM identifier included. */
  readonly prefix?: string;
  readonly postfix?: string;
  /** A scan without suffix is over after this much silence. Longer than `maxGapMs`. */
  readonly idleFlushMs: number;
}

export type Suffix = "Enter" | "Tab";

/**
 * Loose per gap, tight on average.
 *
 * Measured in Chromium: while the page is busy, the time stamps of keys 8 ms apart stretch to 65 ms,
 * so 60 would split real scans; scanners measured elsewhere leave 1 to 40 ms, fast typists about 70.
 * Source: NielsLeenheer/KeyboardBarcodeScanner (1 to 19 ms); Odoo and WooCommerce, 100 ms per gap.
 */
export const DEFAULT_WEDGE_SETTINGS: WedgeSettings = {
  maxGapMs: 100,
  maxAverageGapMs: 45,
  minLength: 4,
  maxTotalMs: 3_000,
  suffixes: ["Enter", "Tab"],
  idleFlushMs: 120,
};

/** Ours: as many keys as a slow scanner may send in one scan; a long QR code is for a fast one. */
const CALIBRATED_KEYS = 64;

/**
 * Settings for a scanner whose keys are `medianGapMs` apart. Never stricter than the defaults.
 *
 * A scanner as slow as a person (130 ms a key exist, on Bluetooth) can then no longer be told from
 * one: such a device needs a suffix and card rules with a check digit.
 */
export function calibratedWedgeSettings(medianGapMs: number): WedgeSettings {
  const base = DEFAULT_WEDGE_SETTINGS;
  const maxGapMs = Math.max(base.maxGapMs, 4 * medianGapMs);
  return {
    ...base,
    maxGapMs,
    maxAverageGapMs: Math.max(base.maxAverageGapMs, 1.6 * medianGapMs),
    maxTotalMs: Math.max(base.maxTotalMs, CALIBRATED_KEYS * medianGapMs),
    idleFlushMs: maxGapMs + (base.idleFlushMs - base.maxGapMs),
  };
}
