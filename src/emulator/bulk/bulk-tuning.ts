import * as z from "zod";

/**
 * How long a batch is worked on, by its rows, on Target's clock.
 *
 * - `quick`: ours, what a demo can wait for: 5.5 s for 500,000 rows.
 * - `field`: Source: batches of 5,000 to 20,000 rows were seen complete within 5 minutes.
 * - `day`: Source: updates "might take as long as 24 hours"; this leaves an hour to propagate.
 */
export const PROCESSING = {
  quick: { baseMs: 500, perRowMs: 0.01 },
  field: { baseMs: 60_000, perRowMs: 12 },
  day: { baseMs: 23 * 3_600_000, perRowMs: 0 },
} as const satisfies Record<string, Processing>;

export interface Processing {
  readonly baseMs: number;
  readonly perRowMs: number;
}

/** What is documented of bulk, and yet can be changed while the emulator runs. */
export interface BulkTuning {
  processing: Processing;
  /** Share of batches that get stuck on the way. Source: the status exists; how often is not said. */
  stuckShare: number;
  /** Source: "50 calls per minute", then status 503. */
  callsPerMinute: number;
  /**
   * The host in the address of a batch's status. `edge` is the form Adobe shows, which nobody can
   * reach here; `own` is the host the request was sent to.
   */
  statusHost: "own" | "edge";
}

const PerMs = z.number().min(0).max(86_400_000);

/** Some of it, as `PUT /_emulator/tuning` takes it under `bulk`; `processing` also by its name. */
export const BulkTuningChanges = z.strictObject({
  processing: z
    .union([
      z.enum(["quick", "field", "day"]).transform((name): Processing => PROCESSING[name]),
      z.strictObject({ baseMs: PerMs, perRowMs: PerMs }),
    ])
    .optional(),
  stuckShare: z.number().min(0).max(1).optional(),
  callsPerMinute: z.int().min(0).optional(),
  statusHost: z.enum(["own", "edge"]).optional(),
});
export type BulkTuningChanges = z.input<typeof BulkTuningChanges>;

export function createBulkTuning(): BulkTuning {
  return {
    processing: PROCESSING.quick,
    stuckShare: 0,
    callsPerMinute: 50,
    statusHost: "own",
  };
}

/** Throws on a wrong name or value, and has then changed nothing. */
export function tuneBulk(tuning: BulkTuning, changes: BulkTuningChanges): void {
  for (const [name, value] of Object.entries(BulkTuningChanges.parse(changes))) {
    if (value !== undefined) Object.assign(tuning, { [name]: value });
  }
}
