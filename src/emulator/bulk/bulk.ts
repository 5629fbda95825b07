import { createBatches, type Batches, type BatchesDeps } from "./batches.ts";
import { createBulkTuning, type BulkTuning } from "./bulk-tuning.ts";
import { createMinuteMeter, type MinuteMeter } from "./minute-meter.ts";

/** Everything the routes of bulk share. */
export interface Bulk {
  readonly tuning: BulkTuning;
  readonly calls: MinuteMeter;
  readonly batches: Batches;
}

export function createBulk(deps: Omit<BatchesDeps, "tuning">): Bulk {
  const tuning = createBulkTuning();
  return { tuning, calls: createMinuteMeter(), batches: createBatches({ ...deps, tuning }) };
}
