import { createBatches, type Batches, type BatchesDeps } from "./batches.ts";
import {
  createBulkTuning,
  tuneBulk,
  type BulkTuning,
  type BulkTuningChanges,
} from "./bulk-tuning.ts";
import { createMinuteMeter, type MinuteMeter } from "./minute-meter.ts";

/** Everything the routes of bulk share. */
export interface Bulk {
  readonly tuning: BulkTuning;
  readonly calls: MinuteMeter;
  readonly batches: Batches;
  /** Begins anew, as it was created. */
  readonly reset: () => void;
}

export interface BulkDeps extends Omit<BatchesDeps, "tuning"> {
  /** Where the tuning stands from the start; the rest at its defaults. */
  readonly tuning: BulkTuningChanges | undefined;
}

export function createBulk(deps: BulkDeps): Bulk {
  const tuning = createBulkTuning();
  tuneBulk(tuning, deps.tuning ?? {});
  const calls = createMinuteMeter();
  const batches = createBatches({ ...deps, tuning });
  return {
    tuning,
    calls,
    batches,
    reset: () => {
      calls.clear();
      batches.clear();
      tuneBulk(tuning, { ...createBulkTuning(), ...deps.tuning });
    },
  };
}
