import { driveBatch, type BatchDeps, type EndedBatch } from "./bulk-batch.ts";
import { splitBulkFile } from "./bulk-file.ts";
import type { Batch, BatchEnd, BatchStep, Run } from "./bulk-journal.ts";

/** A run as it is known here; the journal keeps the key beside it. */
export type RunState = Omit<Run, "key">;

export interface SendDeps extends BatchDeps {
  readonly run: RunState;
  /** Batches under way at once. */
  readonly inFlight: number;
  /** Bad ends without a complete one between, at which the rest is given up. */
  readonly mostBadInARow: number;
  readonly nameOf: (file: number) => string;
  /** Resolves when it would survive a power cut. */
  readonly save: (run: RunState) => Promise<void>;
  /** Deletes a file whose rows are at their end, or in others. */
  readonly discard: (name: string) => Promise<void>;
}

/**
 * Brings every batch of a run to its end, several at a time. What is refused or stuck goes on in two
 * halves, down to single rows; halves come before other files, so that few are half done.
 *
 * Rejects when `signal` is aborted or anything throws, with the run as it was last saved.
 */
export async function sendBatches(deps: SendDeps, signal: AbortSignal): Promise<RunState> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const book = createBook(deps);
  const underWay = new Map<string, Promise<void>>();

  const bringToEnd = async (batch: Batch) => {
    const record = (step: BatchStep) => book.record(batch.name, step);
    await settle(deps, book, batch, await driveBatch(deps, batch, record, either));
    underWay.delete(batch.name);
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      for (const batch of nextOf(book.run().batches, underWay).slice(
        0,
        deps.inFlight - underWay.size,
      )) {
        underWay.set(batch.name, bringToEnd(batch));
      }
      if (underWay.size === 0) break;
      await Promise.race(underWay.values());
    }
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(underWay.values());
    signal.throwIfAborted();
    throw error;
  }
  await book.change((run) => ({ ...run, phase: "done" }));
  return book.run();
}

/** Those to be taken up next: first what Target has already, then in their order. */
function nextOf(
  batches: readonly Batch[],
  underWay: ReadonlyMap<string, unknown>,
): readonly Batch[] {
  const open = batches.filter(({ name, step }) => step.type !== "ended" && !underWay.has(name));
  const isAccepted = ({ step }: Batch) => step.type === "accepted";
  return [...open.filter(isAccepted), ...open.filter((batch) => !isAccepted(batch))];
}

interface Book {
  readonly run: () => RunState;
  /** One after the other, each on top of the one before; resolves when saved. */
  readonly change: (changed: (run: RunState) => RunState) => Promise<void>;
  readonly record: (name: string, step: BatchStep) => Promise<void>;
  /** Names no file had before. */
  readonly twoNames: () => readonly [string, string];
}

function createBook({ run: begun, save, nameOf }: SendDeps): Book {
  let run = begun;
  let saving: Promise<void> = Promise.resolve();
  const change: Book["change"] = (changed) => {
    run = changed(run);
    const now = run;
    saving = saving.then(() => save(now));
    return saving;
  };
  return {
    run: () => run,
    change,
    record: (name, step) => change((run) => withBatch(run, name, (batch) => [{ ...batch, step }])),
    twoNames: () => {
      const { nextFile } = run;
      run = { ...run, nextFile: nextFile + 2 };
      return [nameOf(nextFile), nameOf(nextFile + 1)];
    },
  };
}

async function settle(
  { folder, discard, mostBadInARow }: SendDeps,
  book: Book,
  batch: Batch,
  ended: EndedBatch,
): Promise<void> {
  const badInARow = badInARowAfter(book.run().badInARow, ended.end);
  const isSplit = isBad(ended.end) && batch.rows > 1 && badInARow < mostBadInARow;
  const halves = isSplit ? await splitBulkFile(folder, batch, book.twoNames()) : [];
  await book.change((run) => {
    const counted = { ...run, badInARow: badInARowAfter(run.badInARow, ended.end) };
    const settled = withBatch(counted, batch.name, (batch) => [
      { ...batch, step: { type: "ended", ...ended, isSplit } },
      ...halves.map((half): Batch => ({ ...half, step: { type: "waiting" } })),
    ]);
    return settled.badInARow < mostBadInARow ? settled : givenUp(settled, ended.end);
  });
  await discard(batch.name);
}

function isBad(end: BatchEnd): end is Extract<BatchEnd, { readonly type: "refused" | "stuck" }> {
  return end.type === "refused" || end.type === "stuck";
}

/** A batch of which nothing more can be learned says nothing either way. */
function badInARowAfter(before: number, end: BatchEnd): number {
  if (end.type === "complete") return 0;
  return isBad(end) ? before + 1 : before;
}

/** What was not sent yet is not sent any more; what is under way goes on to its end. */
function givenUp(run: RunState, last: BatchEnd): RunState {
  const why = isBad(last) ? last.reason : "unknown";
  const end: BatchEnd = { type: "given-up", reason: `too many bad ends before it, last: ${why}` };
  const batches = run.batches.map((batch): Batch =>
    batch.step.type === "waiting"
      ? { ...batch, step: { type: "ended", end, isSplit: false } }
      : batch,
  );
  return { ...run, batches };
}

function withBatch(
  run: RunState,
  name: string,
  changed: (batch: Batch) => readonly Batch[],
): RunState {
  const batches = run.batches.flatMap((batch) => (batch.name === name ? changed(batch) : [batch]));
  return { ...run, batches };
}
