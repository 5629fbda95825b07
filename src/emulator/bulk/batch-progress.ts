import type { VisitorId } from "../../domain/visitor-id.ts";
import { keyOf } from "../target-id.ts";
import type { Backlog, BacklogBatch } from "./backlog.ts";
import type { RowOutcome } from "./upload.ts";

/** Source: the names of the details of a batch's status. */
export interface BatchCounts {
  consumedCount: number;
  successfulUpdates: number;
  profilesNotFound: number;
  failedUpdates: number;
}

/** How far a batch has come, and what its rows came to. */
export interface BatchProgress {
  readonly counts: Readonly<BatchCounts>;
  /** Consumes rows until so many are; never goes back. */
  readonly advanceTo: (rows: number) => void;
}

export interface ProgressDeps {
  readonly batch: BacklogBatch;
  readonly backlog: Backlog;
  readonly isKnown: (visitor: VisitorId) => boolean;
}

/**
 * Source: a batch with nothing but empty values "is ignored entirely"; Adobe does not say what its
 * status shows. Nothing counted helps least.
 */
export function createProgress(deps: ProgressDeps, outcomes: readonly RowOutcome[]): BatchProgress {
  const counts: BatchCounts = {
    consumedCount: 0,
    successfulUpdates: 0,
    profilesNotFound: 0,
    failedUpdates: 0,
  };
  const isIgnored = outcomes.every((outcome) => outcome === "empty");
  let row = 0;
  return {
    counts,
    advanceTo: (rows) => {
      if (isIgnored) return;
      for (; row < rows; row += 1) {
        counts.consumedCount += 1;
        counts[countOf(deps, row, outcomes[row]!)] += 1;
      }
    },
  };
}

/** Looks a visitor up when the row is consumed, and lets the row go when there is nobody. */
function countOf(
  { batch, backlog, isKnown }: ProgressDeps,
  row: number,
  outcome: RowOutcome,
): keyof BatchCounts {
  if (outcome === "malformed") return "failedUpdates";
  if (outcome !== "update" || batch.doesCreate) return "successfulUpdates";
  const read = batch.read(row);
  if (read.type !== "update") throw new Error("A row of a batch changed after it was read.");
  const visitor: VisitorId = { kind: batch.kind, value: read.id };
  if (isKnown(visitor)) return "successfulUpdates";
  backlog.drop(batch, row, keyOf(visitor));
  return "profilesNotFound";
}
