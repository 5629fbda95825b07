import type { Bulk } from "./bulk/bulk.ts";
import { tuneBulk, type BulkTuningChanges } from "./bulk/bulk-tuning.ts";
import type { CallLog } from "./call-log.ts";
import type { Faults } from "./faults.ts";
import type { Meter } from "./meter.ts";
import type { Profiles, Propagation } from "./profiles.ts";
import { setSwitches, type Switches } from "./switches.ts";

/** What a call over the limit is answered with. */
export type OverLimit = Switches["overLimit"];

/** What is documented, and yet can be changed while the emulator runs. */
export interface Tuning {
  /** Update calls in any rolling 24 hours. */
  limit: number;
  propagation: Propagation;
}

/** `overLimit` is a switch of that name, kept here for those who tune it with the limit. */
export interface TuningChanges {
  readonly limit?: number | undefined;
  readonly propagation?: Propagation | undefined;
  readonly overLimit?: OverLimit | undefined;
  readonly bulk?: BulkTuningChanges | undefined;
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
  readonly bulk: Bulk;
  /** Profile fetches so far; they do not count against the limit. */
  fetches: number;
  readonly tuning: Tuning;
  /** Where every undocumented behaviour stands; see `switches.ts`. */
  readonly switches: Switches;
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
  /** Calls of bulk, which count apart: all of them, and those of the last minute. */
  readonly bulkCalls: number;
  readonly bulkInMinute: number;
}

/** Changes what is tuned, and gives back where everything tunable stands. */
export function tune(state: EmulatorState, changes: TuningChanges): TuningChanges {
  const { limit, propagation, overLimit, bulk } = changes;
  if (bulk !== undefined) tuneBulk(state.bulk.tuning, bulk);
  if (limit !== undefined) state.tuning.limit = limit;
  if (propagation !== undefined) state.tuning.propagation = propagation;
  if (overLimit !== undefined) setSwitches(state.switches, { overLimit });
  return { ...state.tuning, overLimit: state.switches.overLimit, bulk: state.bulk.tuning };
}
