import { backoffDelayMs } from "../../../domain/backoff.ts";
import { addressAtTarget } from "../edge-host.ts";
import type { TargetAnswer, TargetConnection } from "../target-connection.ts";
import { failureFrom } from "../target-outcome.ts";
import { unlessAborted } from "./abortable.ts";
import { isAboutPace, plainWords, unescapeXml, xmlFieldsFrom } from "./bulk-answer.ts";
import type { BulkPace, Sleep } from "./bulk-pace.ts";
import { MAX_ANSWER_BYTES, MINUTE_FULL_MS, unavailableFrom } from "./bulk-submit.ts";

/** What Target tells of a batch: sums, and never which rows. A figure it did not tell is missing. */
export interface BatchCounts {
  readonly batchSize?: number | undefined;
  readonly consumedCount?: number | undefined;
  readonly successfulUpdates?: number | undefined;
  readonly profilesNotFound?: number | undefined;
  readonly failedUpdates?: number | undefined;
}

/** What one look at a batch's status found. */
export type BatchLook =
  | { readonly type: "complete"; readonly counts: BatchCounts }
  | { readonly type: "incomplete" }
  | { readonly type: "stuck" }
  /** Target says that it has no such batch: not yet, or no longer. */
  | { readonly type: "unknown"; readonly reason: string }
  | { readonly type: "unavailable"; readonly reason: string; readonly retryAfterMs?: number };

/** How a batch that was accepted ended. */
export type FollowEnd =
  | { readonly type: "complete"; readonly counts: BatchCounts }
  /** Target gave it up, or has had more than its longest time. */
  | { readonly type: "stuck"; readonly reason: string }
  /** It was accepted, and nothing more can be learned: what became of it only a look at profiles tells. */
  | { readonly type: "lost-track"; readonly reason: string };

export interface FollowDeps {
  readonly connection: TargetConnection;
  /** A connection to another of Target's hosts; each is asked for once. */
  readonly connectTo: (origin: string) => TargetConnection;
  readonly pace: BulkPace;
  readonly sleep: Sleep;
  readonly nowMs: () => number;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  /** Told each time Target was not there, and how. */
  readonly onTrouble: (reason: string) => void;
}

/** Ours: a small batch is done in minutes, so looks begin near to each other and grow apart. */
const FIRST_LOOK_MS = 5_000;
const LONGEST_BETWEEN_LOOKS_MS = 300_000;

/** Source: updates take "up to 24 hours"; ACC, the best public sender, takes what is older for stuck. */
export const STUCK_AFTER_MS = 86_400_000;

/** Ours: a day longer without one answer, and nobody has kept the batch's status. */
export const LOST_AFTER_MS = 2 * STUCK_AFTER_MS;

/** Ours: another of Target's hosts may not know for a while what one accepted; so often, and so long. */
const UNKNOWN_LOOKS = 3;
const UNKNOWN_AFTER_MS = 600_000;

/**
 * Follows a batch to a known end, at a pace of its own beneath the common one.
 *
 * Time is Target's own, from its `Date`, and the wall clock's where it tells none: what was begun by
 * another process is judged like everything else.
 */
export async function followBatch(
  deps: FollowDeps,
  batch: { readonly statusUrl: string; readonly atMs: number },
  signal: AbortSignal,
): Promise<FollowEnd> {
  let unknowns = 0;
  let failures = 0;
  for (let looks = 0; ; looks += 1) {
    await deps.pace.turn(signal);
    const { look, dateMs } = await unlessAborted(lookAtBatch(deps, batch.statusUrl), signal);
    const ageMs = (dateMs ?? deps.nowMs()) - batch.atMs;
    unknowns = look.type === "unknown" ? unknowns + 1 : 0;
    failures = look.type === "unavailable" ? failures + 1 : 0;
    const end = endFrom(look, ageMs, unknowns);
    if (end !== undefined) return end;
    if (look.type === "unavailable") {
      deps.onTrouble(look.reason);
      if (look.retryAfterMs !== undefined) deps.pace.holdBack(look.retryAfterMs);
    }
    const growingMs = FIRST_LOOK_MS * 1.5 ** Math.min(looks, 20);
    const backoffMs = failures === 0 ? 0 : backoffDelayMs(failures, deps.random());
    await deps.sleep(Math.min(LONGEST_BETWEEN_LOOKS_MS, growingMs + backoffMs), signal);
  }
}

function endFrom(look: BatchLook, ageMs: number, unknowns: number): FollowEnd | undefined {
  switch (look.type) {
    case "complete":
      return look;
    case "stuck":
      return { type: "stuck", reason: "Target could not complete it" };
    case "incomplete":
      return ageMs > STUCK_AFTER_MS
        ? { type: "stuck", reason: "incomplete for over 24 hours" }
        : undefined;
    case "unknown":
      return unknowns >= UNKNOWN_LOOKS && ageMs > UNKNOWN_AFTER_MS
        ? { type: "lost-track", reason: look.reason }
        : undefined;
    case "unavailable":
      return ageMs > LOST_AFTER_MS ? { type: "lost-track", reason: look.reason } : undefined;
  }
}

/** One look. Asks no host but Target's, over https wherever Target is Adobe's own. */
async function lookAtBatch(
  { connection, connectTo, nowMs }: FollowDeps,
  statusUrl: string,
): Promise<{ readonly look: BatchLook; readonly dateMs?: number | undefined }> {
  const url = addressAtTarget(statusUrl, connection.origin);
  if (url === undefined) {
    return { look: { type: "unknown", reason: "the status is not at our Target" } };
  }
  // Source: only with `showDetails` are there counts.
  url.searchParams.set("showDetails", "true");
  const host =
    url.origin === new URL(connection.origin).origin ? connection : connectTo(url.origin);
  try {
    const answer = await host.request({
      method: "GET",
      path: `${url.pathname}${url.search}`,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return { look: batchLookFrom(answer, answer.dateMs ?? nowMs()), dateMs: answer.dateMs };
  } catch (error) {
    return { look: { type: "unavailable", reason: failureFrom(error).reason } };
  }
}

/** What an answer about a batch comes to, decided here and nowhere else. */
export function batchLookFrom(
  answer: Pick<TargetAnswer, "status" | "headers" | "body">,
  nowMs: number,
): BatchLook {
  const { status, body } = answer;
  if (NO_SUCH_BATCH.has(status)) return { type: "unknown", reason: `status ${status}` };
  if (status < 200 || status >= 300) return unavailableFrom(answer, nowMs);
  const fields = xmlFieldsFrom(body);
  const word = fields?.only("status");
  // The batch id is not compared: Adobe's own sample answers with another than it was asked for.
  if (fields !== undefined && (word === "complete" || word === "incomplete" || word === "stuck")) {
    return word === "complete" ? { type: word, counts: countsFrom(fields.only) } : { type: word };
  }
  if (fields?.only("success") === "false") {
    const message = unescapeXml(fields.only("message") ?? "");
    return isAboutPace(message)
      ? { type: "unavailable", reason: "too many calls", retryAfterMs: MINUTE_FULL_MS }
      : { type: "unknown", reason: plainWords(message) };
  }
  return { type: "unavailable", reason: "not an answer of Target" };
}

/** Adobe does not document what it says of a batch it does not know; these are what HTTP has for it. */
const NO_SUCH_BATCH = new Set([400, 404, 410]);

function countsFrom(only: (name: string) => string | undefined): BatchCounts {
  const count = (name: string) => {
    const text = only(name) ?? "";
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  return {
    batchSize: count("batchSize"),
    consumedCount: count("consumedCount"),
    successfulUpdates: count("successfulUpdates"),
    profilesNotFound: count("profilesNotFound"),
    failedUpdates: count("failedUpdates"),
  };
}
