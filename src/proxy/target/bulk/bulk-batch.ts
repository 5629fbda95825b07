import { backoffDelayMs } from "../../../domain/backoff.ts";
import { uploadOf, type Admit, type BulkFolder } from "./bulk-file.ts";
import type { Batch, BatchEnd, BatchStep } from "./bulk-journal.ts";
import { followBatch, type FollowDeps } from "./bulk-status.ts";
import { submitBulkFile, type BulkApi, type SubmitOutcome } from "./bulk-submit.ts";

export interface BatchDeps extends FollowDeps {
  readonly api: BulkApi;
  readonly folder: BulkFolder;
  /** Asked anew before each submission; all rows may leave unless given. */
  readonly admit?: Admit | undefined;
}

export interface EndedBatch {
  readonly end: BatchEnd;
  readonly batchId?: string | undefined;
}

/**
 * Brings one file from wherever it stands to a known end: submitted, accepted, followed. Each step is
 * recorded before what it announces is done.
 *
 * A crash between submission and its record leaves `submitting`, which may or may not have been taken.
 * It is submitted again. v2 lets consecutive batches override each other; both hold the same full
 * states, so that whichever Target applies last, the profile is the same.
 *
 * @param record resolves when the step would survive a power cut
 */
export async function driveBatch(
  deps: BatchDeps,
  batch: Batch,
  record: (step: BatchStep) => Promise<void>,
  signal: AbortSignal,
): Promise<EndedBatch> {
  if (batch.step.type === "accepted") return follow(deps, batch.step, signal);
  await record({ type: "submitting" });
  const outcome = await submitUntilAnswered(deps, batch, signal);
  if (outcome.type === "refused") return { end: outcome };
  if (outcome.type === "withheld") return { end: { type: "given-up", reason: NONE_MAY_LEAVE } };
  const { track, atMs } = outcome;
  if (track.type === "none") return { end: { type: "lost-track", reason: track.reason } };
  const { batchId, statusUrl } = track;
  const accepted = { type: "accepted", atMs, batchId, statusUrl } as const;
  await record(accepted);
  return follow(deps, accepted, signal);
}

const NONE_MAY_LEAVE = "no row of it may leave any more";

async function follow(
  deps: BatchDeps,
  accepted: { readonly atMs: number; readonly batchId: string; readonly statusUrl: string },
  signal: AbortSignal,
): Promise<EndedBatch> {
  return { end: await followBatch(deps, accepted, signal), batchId: accepted.batchId };
}

/**
 * Again and again while Target is not there: nothing is lost by waiting but time. A large file that
 * breaks off every time counts as refused: somebody on the way may not let so much through, and halves
 * of it stand a better chance in any case.
 */
async function submitUntilAnswered(
  { connection, api, folder, admit, nowMs, pace, sleep, random, onTrouble }: BatchDeps,
  batch: Batch,
  signal: AbortSignal,
): Promise<
  Exclude<SubmitOutcome, { readonly type: "unavailable" }> | { readonly type: "withheld" }
> {
  let brokenOff = 0;
  for (let attempt = 1; ; attempt += 1) {
    await pace.turn(signal);
    const upload = await uploadOf(folder, batch, admit);
    if (upload.rows === 0) return { type: "withheld" };
    const outcome = await submitBulkFile(connection, api, folder, upload, nowMs, signal);
    if (outcome.type !== "unavailable") return outcome;
    onTrouble(outcome.reason);
    brokenOff = outcome.wasBrokenOff === true ? brokenOff + 1 : 0;
    if (brokenOff >= MOST_BROKEN_OFF && batch.rows > 1 && batch.bytes > ALWAYS_LET_THROUGH_BYTES) {
      return { type: "refused", reason: `broken off ${brokenOff} times` };
    }
    if (outcome.retryAfterMs !== undefined) pace.holdBack(outcome.retryAfterMs);
    else await sleep(backoffDelayMs(attempt, random()), signal);
  }
}

/** Ours. */
const MOST_BROKEN_OFF = 5;
const ALWAYS_LET_THROUGH_BYTES = 1_000_000;
