import type { Answer } from "../answer.ts";
import type { BatchReport } from "./batches.ts";

const TYPE = "text/xml;charset=UTF-8";

/** Source: Adobe's sample of a submission, element for element. */
export function submittedAnswer(statusUrl: string): Answer {
  return xml(
    `<response><success>true</success><batchStatus>${escaped(statusUrl)}</batchStatus><message>Batch submitted for processing</message></response>`,
  );
}

/** Source: "If there is an error, the response contains `success=false` and a detailed message". */
export function bulkRefusal(message: string): Answer {
  return xml(`<response><success>false</success><message>${escaped(message)}</message></response>`);
}

/** Source: Adobe's samples of `batchStatus`, with and without `showDetails=true`. */
export function statusAnswer(batch: BatchReport, isDetailed: boolean): Answer {
  const details = DETAILS.map((name) => `<${name}>${batch[name]}</${name}>`).join("");
  return xml(
    `<response><batchId>${escaped(batch.id)}</batchId><status>${batch.status}</status><batchSize>${batch.rows}</batchSize>${isDetailed ? details : ""}</response>`,
  );
}

const DETAILS = [
  "consumedCount",
  "successfulUpdates",
  "profilesNotFound",
  "failedUpdates",
] as const;

function xml(body: string): Answer {
  return { status: 200, type: TYPE, body };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
