import type { CallLog } from "./call-log.ts";
import type { Faults } from "./faults.ts";
import type { Meter } from "./meter.ts";
import type { Profiles, Propagation } from "./profiles.ts";

/**
 * What a call over the limit is answered with. Adobe does not say; `refused-body` (status 200 and
 * `<success>false</success>`) is the least helpful answer it leaves room for.
 */
export type OverLimit = "refused-body" | "status-429" | "status-503";

/** What can be changed while the emulator runs. */
export interface Tuning {
  /** Update calls in any rolling 24 hours. */
  limit: number;
  overLimit: OverLimit;
  propagation: Propagation;
}

/** Everything the routes share. */
export interface EmulatorState {
  readonly client: string;
  readonly token: string | undefined;
  readonly nowMs: () => number;
  readonly profiles: Profiles;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly meter: Meter;
  /** Profile fetches so far; they do not count against the limit. */
  fetches: number;
  readonly tuning: Tuning;
  readonly random: () => number;
  readonly sleep: (delayMs: number) => Promise<unknown>;
}

export interface MeterReading {
  readonly limit: number;
  /** Update calls that arrived in the last 24 hours of Target's clock. */
  readonly inWindow: number;
  /** The fullest 24 hours there ever were. */
  readonly maxInAnyWindow: number;
  readonly total: number;
  readonly fetches: number;
}
