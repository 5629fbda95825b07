import { driveBatch, type BatchDeps, type EndedBatch } from "./bulk-batch.ts";
import { splitBulkFile } from "./bulk-file.ts";
import type { Batch, BatchEnd, BatchStep, Run } from "./bulk-journal.ts";

export type RunState = Omit<Run, "key">;

export interface SendDeps extends Omit<BatchDeps, "api"> {
  readonly run: RunState;
  readonly inFlight: number;
  readonly mostBadInARow: number;
  /** Resolves when it would survive a power cut. */
  readonly save: (run: RunState) => Promise<void>;
  /** Deletes a file whose rows are at their end, or in others. */
  readonly discard: (name: string) => Promise<void>;
  readonly nameOf: (file: number) => string;
  readonly signal: AbortSignal;
}

/**
 * Brings every batch of a run to its end, some at a time; what is refused or stuck goes on in halves,
 * down to single rows. Rejects when aborted, with all as it was last saved.
 */
export async function sendBatches(deps: SendDeps): Promise<RunState> {
  let { run } = deps;
  let saving: Promise<void> = Promise.resolve();
  const stop = new AbortController();
  const signal = AbortSignal.any([deps.signal, stop.signal]);

  /** One save after the other, each of the newest state: a later one is never overwritten. */
  const change = (changed: RunState): Promise<void> => {
    run = changed;
    saving = saving.then(() => deps.save(changed));
    return saving;
  };
  const record = (name: string, step: BatchStep) =>
    change({ ...run, batches: run.batches.map((b) => (b.name === name ? { ...b, step } : b)) });

  const finish = async (batch: Batch, ended: EndedBatch) => {
    const isBad = ended.end.type === "refused" || ended.end.type === "stuck";
    if (isBad && batch.rows > 1 && run.badInARow + 1 < deps.mostBadInARow) {
      await split(batch, ended);
    } else {
      const badInARow = badInARowAfter(ended.end);
      await change({ ...run, badInARow, batches: replaced(run.batches, batch, [endedAs(batch, ended, false)]) });
    }
    await deps.discard(batch.name);
  };
  return run;
}
