import { ok, type Result } from "../../domain/result.ts";
import { hashOf, NO_HASH } from "./backlog.ts";
import type { BatchHeader } from "./batch-header.ts";
import { createBatchParser, type BatchProblem } from "./batch-parser.ts";
import { readRow, type BatchRow } from "./batch-row.ts";
import type { Switches } from "../switches.ts";
import { createRowStore } from "./row-store.ts";
import { keyOf } from "../target-id.ts";

/** A batch that arrived whole, packed. */
export interface Upload {
  readonly header: BatchHeader;
  readonly bytes: number;
  /** What each row came to when it was read, in order. */
  readonly outcomes: readonly RowOutcome[];
  /** Of the visitor of each row that is to take effect; `NO_HASH` otherwise. */
  readonly hashes: readonly number[];
  readonly read: (row: number) => BatchRow;
}

/** `lost`: counted as successful, without effect, by chance. */
export type RowOutcome = BatchRow["type"] | "lost";

export interface UploadDeps {
  readonly switches: Switches;
  /** Share of rows that are lost. Source: "up to 0.1% … might not be onboarded or retained". */
  readonly lostShare: number;
  readonly random: () => number;
}

/** Takes a body in as it arrives. What it holds of it is the bytes of rows that can take effect. */
export interface UploadReader {
  readonly write: (chunk: Buffer) => void;
  readonly problem: () => BatchProblem | undefined;
  readonly end: () => Result<Upload, BatchProblem>;
}

export function createUploadReader(deps: UploadDeps): UploadReader {
  // A batch is read again row by row, later, as it was read first.
  const switches = { ...deps.switches };
  const store = createRowStore();
  const outcomes: RowOutcome[] = [];
  const hashes: number[] = [];
  let bytes = 0;

  const isLost = () => deps.lostShare > 0 && deps.random() < deps.lostShare;

  const parser = createBatchParser(switches, (row, line, { kind }) => {
    const outcome = row.type === "update" && isLost() ? "lost" : row.type;
    const takesEffect = row.type === "update" && outcome === "update";
    outcomes.push(outcome);
    store.add(takesEffect ? line : "");
    hashes.push(takesEffect ? hashOf(keyOf({ kind, value: row.id })) : NO_HASH);
  });

  return {
    write: (chunk) => {
      bytes += chunk.length;
      parser.write(chunk);
    },
    problem: parser.problem,
    end: () => {
      const header = parser.end();
      if (!header.ok) return header;
      const read = (row: number) => readRow(header.value, store.read(row), switches);
      return ok({ header: header.value, bytes, outcomes, hashes, read });
    },
  };
}
