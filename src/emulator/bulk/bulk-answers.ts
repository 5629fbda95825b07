import { dressed } from "../acknowledgement.ts";
import type { Answer } from "../answer.ts";
import type { Switches } from "../switches.ts";
import type { BatchReport } from "./batches.ts";

/** Source: Adobe's sample of a submission, element for element. */
export function submittedAnswer(switches: Switches, statusUrl: string): Answer {
  return dressed(
    switches,
    `<response><success>true</success><batchStatus>${escaped(statusUrl)}</batchStatus><message>Batch submitted for processing</message></response>`,
  );
}

/** Source: "If there is an error, the response contains `success=false` and a detailed message". */
export function bulkRefusal(message: string): Answer {
  const body = `<response><success>false</success><message>${escaped(message)}</message></response>`;
  return { status: 200, type: "text/xml;charset=UTF-8", body };
}

/** Source: Adobe's samples of `batchStatus`, with and without `showDetails=true`. */
export function statusAnswer(switches: Switches, batch: BatchReport, isDetailed: boolean): Answer {
  const details = DETAILS.map((name) => `<${name}>${batch[name]}</${name}>`).join("");
  return dressed(
    switches,
    `<response><batchId>${escaped(batch.id)}</batchId><status>${batch.status}</status><batchSize>${batch.rows}</batchSize>${isDetailed ? details : ""}</response>`,
  );
}

const DETAILS = [
  "consumedCount",
  "successfulUpdates",
  "profilesNotFound",
  "failedUpdates",
] as const;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
