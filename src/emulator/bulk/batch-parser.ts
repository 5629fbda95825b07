import { err, ok, type Result } from "../../domain/result.ts";
import { readHeader, type BatchHeader } from "./batch-header.ts";
import { readRow, type BatchRow } from "./batch-row.ts";
import { createLineSplitter } from "./lines.ts";
import type { Switches } from "../switches.ts";

/** Source: "< 50 MB" and "no more than 500,000 rows" each. Of the two megabytes, the smaller one. */
export const MAX_BATCH_BYTES = 50_000_000;
export const MAX_BATCH_ROWS = 500_000;

const PREFIX = "batch=";

/** Why a body is no batch, with a sentence for its sender. */
export interface BatchProblem {
  readonly type: "malformed" | "oversize";
  readonly message: string;
}

/** Reads a batch as it arrives. Holds one line at most. */
export interface BatchParser {
  readonly write: (chunk: Buffer) => void;
  /** What is wrong with the batch so far. */
  readonly problem: () => BatchProblem | undefined;
  /** The body is over: the headers of a batch that was read to its end, or what is wrong with it. */
  readonly end: () => Result<BatchHeader, BatchProblem>;
}

/**
 * Calls `onRow` with each row as it was read and as it stood there, in order. After a problem nothing
 * more is looked at, however much still comes.
 */
export function createBatchParser(
  switches: Switches,
  onRow: (row: BatchRow, line: string, header: BatchHeader) => void,
): BatchParser {
  let header: BatchHeader | undefined;
  let problem: BatchProblem | undefined;
  let bytes = 0;
  let rows = 0;

  const lines = createLineSplitter((line) => {
    if (problem !== undefined) return;
    if (header === undefined) begin(line);
    else if (line !== "") takeRow(header, line);
  });

  const begin = (line: string) => {
    if (!line.startsWith(PREFIX)) {
      // Source: seen in practice for a body without `batch=`; Adobe lists no messages.
      problem = { type: "malformed", message: "Batch is empty: the body must begin with batch=" };
      return;
    }
    const read = readHeader(line.slice(PREFIX.length), switches);
    if (read.ok) header = read.value;
    else problem = { type: "malformed", message: read.error };
  };

  const takeRow = (header: BatchHeader, line: string) => {
    rows += 1;
    if (rows > MAX_BATCH_ROWS) {
      problem = { type: "oversize", message: "Batch has more than 500,000 rows" };
      return;
    }
    onRow(readRow(header, line, switches), line, header);
  };

  return {
    write: (chunk) => {
      bytes += chunk.length;
      if (bytes >= MAX_BATCH_BYTES) {
        problem = { type: "oversize", message: "Batch is not smaller than 50 MB" };
      }
      if (problem === undefined) lines.write(chunk);
    },
    problem: () => problem,
    end: () => {
      if (problem === undefined) lines.end();
      if (problem !== undefined) return err(problem);
      if (header === undefined || rows === 0) {
        return err({ type: "malformed", message: "Batch is empty" });
      }
      return ok(header);
    },
  };
}
