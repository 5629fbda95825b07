import type { VisitorId } from "../domain/visitor-id.ts";
import type { Authentication } from "./authentication.ts";
import type { Bulk } from "./bulk/bulk.ts";
import { tuneBulk, type BulkTuningChanges } from "./bulk/bulk-tuning.ts";
import type { CallLog } from "./call-log.ts";
import type { Faults } from "./faults.ts";
import type { Meter } from "./meter.ts";
import type { Profiles } from "./profiles.ts";
import { propagationFrom, type Propagation, type PropagationPreset } from "./propagation.ts";
import type { Seconds } from "./seconds.ts";
import { setSwitches, type Switches } from "./switches.ts";

/** What a call over the limit is answered with. */
export type OverLimit = Switches["overLimit"];

/** What is documented, and yet can be changed while the emulator runs. */
export interface Tuning {
  /** Update calls in any rolling 24 hours. */
  limit: number;
  /** Fetches in any rolling 24 hours, where the switch `fetchLimit` has them limited. */
  fetchesPerDay: number;
  propagation: Propagation;
}

/** `overLimit` is a switch of that name, kept here for those who tune it with the limit. */
export interface TuningChanges {
  readonly limit?: number | undefined;
  readonly fetchesPerDay?: number | undefined;
  readonly propagation?: Propagation | PropagationPreset | undefined;
  readonly overLimit?: OverLimit | undefined;
  readonly bulk?: BulkTuningChanges | undefined;
}

/** Everything the routes share. */
export interface EmulatorState {
  readonly client: string;
  readonly nowMs: () => number;
  readonly profiles: Profiles;
  readonly calls: CallLog;
  readonly seconds: Seconds;
  readonly faults: Faults;
  /** Update calls. */
  readonly meter: Meter;
  /** Profile fetches; they do not count against the limit of updates. */
  readonly fetchMeter: Meter;
  readonly bulk: Bulk;
  readonly tuning: Tuning;
  /** Where every undocumented behaviour stands; see `switches.ts`. */
  readonly switches: Switches;
  readonly authentication: Authentication;
  readonly random: () => number;
  readonly sleep: (delayMs: number) => Promise<unknown>;
  /** Begins anew, as it was started: the clock, the switches, everything. */
  readonly reset: () => void;
  /** What else a reset has to do. */
  readonly onReset: (() => void)[];
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

export function readMeter(state: EmulatorState): MeterReading {
  return {
    limit: state.tuning.limit,
    inWindow: state.meter.inWindow(state.nowMs()),
    maxInAnyWindow: state.meter.maxInAnyWindow(),
    total: state.meter.total(),
    fetches: state.fetchMeter.total(),
    bulkCalls: state.bulk.calls.total(),
    bulkInMinute: state.bulk.calls.inMinute(state.nowMs()),
  };
}

/** Changes what is tuned, and gives back where everything tunable stands. */
export function tune(state: EmulatorState, changes: TuningChanges): TuningChanges {
  const { limit, fetchesPerDay, propagation, overLimit, bulk } = changes;
  if (bulk !== undefined) tuneBulk(state.bulk.tuning, bulk);
  if (limit !== undefined) state.tuning.limit = limit;
  if (fetchesPerDay !== undefined) state.tuning.fetchesPerDay = fetchesPerDay;
  if (propagation !== undefined) state.tuning.propagation = propagationFrom(propagation);
  if (overLimit !== undefined) setSwitches(state.switches, { overLimit });
  return { ...state.tuning, overLimit: state.switches.overLimit, bulk: state.bulk.tuning };
}

/** A visitor to be made known, with what the profile says from the start. */
export interface Seed {
  readonly visitor: VisitorId;
  readonly attributes: Readonly<Record<string, string>>;
  readonly modifiedAtMs: number;
  readonly ecid?: string | undefined;
}

export function seed(state: EmulatorState, seeds: readonly Seed[]): void {
  for (const { visitor, attributes, modifiedAtMs, ecid } of seeds) {
    state.profiles.write(visitor, attributes, modifiedAtMs);
    if (ecid !== undefined) state.profiles.giveEcid(visitor, ecid);
  }
}
