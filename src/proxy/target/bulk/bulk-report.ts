import type { Batch, BatchEnd, Run } from "./bulk-journal.ts";
import type { LeftOut } from "./bulk-row.ts";

/** What came of a run. Rows are counted from 1 in the order the states came in; no id is in it. */
export interface BulkReport {
  /** States that were read. */
  readonly rows: number;
  /** Files they were first written to. */
  readonly files: number;
  /** Every submission that came to an end, those whose rows went on in others too. */
  readonly batches: readonly BatchReport[];
  /** Rows Target did not take even alone. */
  readonly failedRows: readonly FailedRow[];
  /** States without a row; the first thousand by number. */
  readonly notExpressible: {
    readonly count: number;
    readonly first: readonly ({ readonly row: number } & LeftOut)[];
  };
}

export interface BatchReport {
  /** Of its file; unlike any other in the run. */
  readonly name: string;
  readonly batchId?: string | undefined;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly rows: number;
  readonly end: BatchEnd;
  /** Its rows went on in two others of this list. */
  readonly isSplit: boolean;
  /**
   * Whether some of its rows may not have taken effect, though nobody told which: only a look at the
   * profiles of its rows tells. Adobe's counts are sums.
   */
  readonly needsReadBack: boolean;
}

export interface FailedRow {
  readonly row: number;
  readonly reason: string;
}

/** Where a run stands, told after every change and every so many rows. */
export interface BulkProgress {
  readonly phase: Run["phase"];
  /** States read so far. */
  readonly rows: number;
  readonly files: number;
  readonly waiting: number;
  /** Submitted, or being submitted, and not at an end. */
  readonly underWay: number;
  readonly ended: number;
}

export function bulkReport(run: Omit<Run, "key">): BulkReport {
  const batches = run.batches.map(batchReport).filter((batch) => batch !== undefined);
  return {
    rows: run.rows,
    files: run.files,
    batches,
    failedRows: batches.filter(isFailedRow).map(({ firstRow, end }) => ({
      row: firstRow,
      reason: end.type === "complete" ? "" : end.reason,
    })),
    notExpressible: { count: run.leftOut, first: run.firstLeftOut },
  };
}

export function bulkProgress({ phase, rows, files, batches }: Omit<Run, "key">): BulkProgress {
  const count = (...types: readonly Batch["step"]["type"][]) =>
    batches.filter(({ step }) => types.includes(step.type)).length;
  return {
    phase,
    rows,
    files,
    waiting: count("waiting"),
    underWay: count("submitting", "accepted"),
    ended: count("ended"),
  };
}

function batchReport({ name, step, rows, firstRow, lastRow }: Batch): BatchReport | undefined {
  if (step.type !== "ended") return undefined;
  const { batchId, end, isSplit } = step;
  return {
    name,
    ...(batchId === undefined ? {} : { batchId }),
    firstRow,
    lastRow,
    rows,
    end,
    isSplit,
    needsReadBack: needsReadBack(end, rows),
  };
}

function isFailedRow({ rows, end, isSplit }: BatchReport): boolean {
  return rows === 1 && !isSplit && (end.type === "refused" || end.type === "stuck");
}

function needsReadBack(end: BatchEnd, rows: number): boolean {
  if (end.type === "lost-track") return true;
  return end.type === "complete" && end.counts.successfulUpdates !== rows;
}
