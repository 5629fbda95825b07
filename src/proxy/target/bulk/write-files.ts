import { err, ok, type Result } from "../../../domain/result.ts";
import type { VisitorId } from "../../../domain/visitor-id.ts";
import {
  isOverAnyFile,
  openBulkFile,
  type BulkFile,
  type BulkFileLimits,
  type BulkFileWriter,
  type BulkFolder,
} from "./bulk-file.ts";
import { bulkRow, type BulkState, type LeftOut } from "./bulk-row.ts";

export interface StatesToWrite {
  readonly kind: VisitorId["kind"];
  readonly names: readonly string[];
  readonly states: AsyncIterable<BulkState> | Iterable<BulkState>;
  readonly limits: BulkFileLimits;
  /** In UTF-16 code units; as for single updates unless given. */
  readonly maxValueLength?: number | undefined;
  readonly nameOf: (file: number) => string;
  readonly onLeftOut: (row: number, leftOut: LeftOut) => void;
  /** After every state, with how many there were. */
  readonly onRow: (rows: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads the states once and writes as few files as the limits allow, one after the other, holding one
 * row and one piece of a file in memory. The files are on disk when it resolves; when it throws, what
 * it leaves in the folder is nobody's.
 */
export async function writeBulkFiles(
  folder: BulkFolder,
  { kind, names, states, limits, signal, ...told }: StatesToWrite,
): Promise<readonly BulkFile[]> {
  const files: BulkFile[] = [];
  let current: BulkFileWriter | undefined;
  let number = 0;
  try {
    for await (const state of states) {
      signal.throwIfAborted();
      number += 1;
      const row = rowThatFits(folder, bulkRow(kind, names, state, told.maxValueLength), limits);
      if (!row.ok) {
        told.onLeftOut(number, row.error);
      } else {
        if (current?.hasRoomFor(row.value) === false) {
          files.push(await current.finish());
          current = undefined;
        }
        current ??= await openBulkFile(folder, told.nameOf(files.length + 1), limits);
        await current.add(number, row.value, state.tag);
      }
      told.onRow(number);
    }
  } catch (error) {
    await current?.abandon();
    throw error;
  }
  if (current !== undefined) files.push(await current.finish());
  return files;
}

function rowThatFits(
  folder: BulkFolder,
  row: Result<string, LeftOut>,
  limits: BulkFileLimits,
): Result<string, LeftOut> {
  if (!row.ok) return row;
  return isOverAnyFile(folder, row.value, limits) ? err({ why: "too-large" }) : ok(row.value);
}
