import { Readable } from "node:stream";
import { retryAfterMs } from "../../../domain/backoff.ts";
import { addressAtTarget } from "../edge-host.ts";
import type { TargetAnswer, TargetConnection } from "../target-connection.ts";
import { failureFrom } from "../target-outcome.ts";
import { unlessAborted } from "./abortable.ts";
import { isAboutPace, plainWords, unescapeXml, xmlFieldsFrom } from "./bulk-answer.ts";
import { bulkBody, type BulkFolder, type BulkUpload } from "./bulk-file.ts";
import { BulkFolderError } from "./sealed-file.ts";

/** v1 updates who is known; v2 also creates who is not. */
export type BulkApi = "v1" | "v2";

/** What one submission came to. No reason holds an id (rule PV2). */
export type SubmitOutcome =
  /** Target took the file to work on it. Not that anything has taken effect. */
  | { readonly type: "accepted"; readonly track: Track; readonly atMs: number }
  /** Target is down, busy or unreachable, or its answer was lost: worth another try. */
  | {
      readonly type: "unavailable";
      readonly reason: string;
      readonly retryAfterMs?: number;
      /** A connection came about and broke before there was an answer. */
      readonly wasBrokenOff?: boolean;
    }
  /** Target read it and refused it: the same file again cannot help. */
  | { readonly type: "refused"; readonly reason: string };

/** How a batch can be followed. */
export type Track =
  | { readonly type: "url"; readonly statusUrl: string; readonly batchId: string }
  /** It cannot: no address, or one that is not a batch's status at our Target and is never asked. */
  | { readonly type: "none"; readonly reason: string };

/**
 * Ours: how long to wait where Target says that a minute is full and names no time. A minute, and what
 * clocks and wires may differ by.
 */
export const MINUTE_FULL_MS = 65_000;

/** Ours: a connection of 100 kB/s, and a minute for everything else. */
const SLOWEST_BYTES_PER_MS = 100;
const LONGEST_ANSWER_MS = 60_000;

/** Ours: an acceptance has 300 bytes. */
export const MAX_ANSWER_BYTES = 65_536;

/**
 * Sends a file, as it is read from the disk. Throws a `BulkFolderError` when that cannot be read, and
 * the signal's reason when it is aborted; then, as without an answer, it may have been taken.
 *
 * Sent twice it does no harm, be it that an answer was lost: v2 lets the later of two batches override
 * what the earlier one said of a visitor, and both say the same, all we know.
 *
 * Source: `curl -X POST --data-binary @BATCH.TXT …/v2/profile/batchUpdate`, whose content type is
 * curl's own.
 *
 * @param nowMs the wall clock's reading, for an answer that does not tell Target's
 */
export async function submitBulkFile(
  connection: TargetConnection,
  api: BulkApi,
  folder: BulkFolder,
  file: BulkUpload,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<SubmitOutcome> {
  const version = api === "v2" ? "v2/" : "";
  const path = `/m2/${encodeURIComponent(connection.client)}/${version}profile/batchUpdate`;
  const body = Readable.from(bulkBody(folder, file), { objectMode: false });
  let damage: BulkFolderError | undefined;
  body.once("error", (error) => {
    if (error instanceof BulkFolderError) damage = error;
  });
  try {
    const request = connection.request({
      method: "POST",
      path,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(file.bytes),
      },
      body,
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMs: LONGEST_ANSWER_MS + Math.ceil(file.bytes / SLOWEST_BYTES_PER_MS),
    });
    const answer = await unlessAborted(request, signal);
    return submitOutcomeFrom(answer, connection.origin, answer.dateMs ?? nowMs());
  } catch (error) {
    if (damage !== undefined) throw damage;
    signal.throwIfAborted();
    const { reason, neverLeft } = failureFrom(error);
    return { type: "unavailable", reason, wasBrokenOff: !neverLeft };
  } finally {
    body.destroy();
  }
}

/** What an answer to a submission comes to, decided here and nowhere else (rule FW4). */
export function submitOutcomeFrom(
  answer: Pick<TargetAnswer, "status" | "headers" | "body">,
  origin: string,
  nowMs: number,
): SubmitOutcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return outcomeFromBody(answer.body, origin, nowMs);
  if (REFUSING.has(status)) return { type: "refused", reason: `status ${status}` };
  return unavailableFrom(answer, nowMs);
}

/** An answer in which Target did not speak of the batch: worth another try, and when. */
export function unavailableFrom(
  { status, headers }: Pick<TargetAnswer, "status" | "headers">,
  nowMs: number,
): { readonly type: "unavailable"; readonly reason: string; readonly retryAfterMs?: number } {
  if (status === 401 || status === 403) return { type: "unavailable", reason: "authentication" };
  const header = headers["retry-after"];
  const askedMs = retryAfterMs(typeof header === "string" ? header : null, nowMs);
  const waitMs = askedMs ?? (MINUTE_FULL.has(status) ? MINUTE_FULL_MS : undefined);
  return {
    type: "unavailable",
    reason: `status ${status}`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/** Source: over 50 calls a minute, 503; 429 is not documented, and says the same where it occurs. */
const MINUTE_FULL = new Set([429, 503]);

/** Statuses that say the file itself is wrong. All others may pass. */
const REFUSING = new Set([
  400, // Bad Request
  404, // Not Found
  413, // Content Too Large
  414, // URI Too Long
  415, // Unsupported Media Type
  422, // Unprocessable Content
]);

function outcomeFromBody(body: string, origin: string, nowMs: number): SubmitOutcome {
  const fields = xmlFieldsFrom(body);
  switch (fields?.only("success")) {
    case "true":
      return {
        type: "accepted",
        track: trackFrom(fields.only("batchStatus") ?? "", origin),
        atMs: nowMs,
      };
    case "false": {
      const message = unescapeXml(fields.only("message") ?? "");
      return isAboutPace(message)
        ? { type: "unavailable", reason: "too many calls", retryAfterMs: MINUTE_FULL_MS }
        : { type: "refused", reason: plainWords(message) };
    }
    default:
      return { type: "unavailable", reason: "not an answer of Target" };
  }
}

/** Source: `/m2/CLIENT/profile/batchStatus?batchId=…`; with `v2/` and `m2Node` on older pages. */
const STATUS_PATH = /^\/m2\/[^/]+\/(?:v2\/)?profile\/batchStatus$/;

/** Source: `demo-1845664501`, `demo4-1701473848678-13029383`. */
const BATCH_ID = /^[A-Za-z0-9_.-]{1,128}$/;

/** Nobody's answer makes us ask another host, or another thing of Target's (an update, by GET). */
function trackFrom(text: string, origin: string): Track {
  if (text === "") return { type: "none", reason: "no address of a status" };
  const url = addressAtTarget(unescapeXml(text), origin);
  if (url === undefined) return { type: "none", reason: "the status is not at our Target" };
  const batchId = url.searchParams.get("batchId") ?? "";
  if (!STATUS_PATH.test(url.pathname) || !BATCH_ID.test(batchId)) {
    return { type: "none", reason: "the address is not that of a batch's status" };
  }
  url.hash = "";
  return { type: "url", statusUrl: url.href, batchId };
}
