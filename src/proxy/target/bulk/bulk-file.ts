import type { KeyObject } from "node:crypto";
import path from "node:path";
import { openSealedWriter, readSealed } from "./sealed-file.ts";

/** A file of rows as it waits in the folder: what is known of it without opening it. */
export interface BulkFile {
  /** In the folder; says nothing of who is in it. */
  readonly name: string;
  readonly rows: number;
  /** Length of what is sent, in bytes. */
  readonly bytes: number;
  /** Numbers of its first and its last row, counted from 1 in the order the states came in. */
  readonly firstRow: number;
  readonly lastRow: number;
}

/** What the files of one run have in common. */
export interface BulkFolder {
  readonly path: string;
  /** The rows are sealed under it: they hold ids and what is known of them (rule PV8). */
  readonly key: KeyObject;
  /** Begins every file that is sent. */
  readonly header: string;
}

export interface BulkFileLimits {
  /** A file has fewer bytes than this. */
  readonly bytes: number;
  readonly rows: number;
}

/**
 * Source: "less than 50 MB per file" and at most 500,000 rows an upload; a megabyte read as 1,000,000
 * bytes to be right either way.
 */
export const BULK_FILE_LIMITS: BulkFileLimits = { bytes: 50_000_000, rows: 500_000 };

/** One file being written. */
export interface BulkFileWriter {
  /** Whether a row of that many characters still fits. */
  readonly hasRoomFor: (row: string) => boolean;
  readonly add: (rowNumber: number, row: string, tag?: string) => Promise<void>;
  /** Resolves when it would survive a power cut. Never of a file without rows. */
  readonly finish: () => Promise<BulkFile>;
  readonly abandon: () => Promise<void>;
}

export async function openBulkFile(
  folder: BulkFolder,
  name: string,
  limits: BulkFileLimits = BULK_FILE_LIMITS,
): Promise<BulkFileWriter> {
  const file = await openSealedWriter(path.join(folder.path, name), folder.key);
  let bytes = folder.header.length;
  let rows = 0;
  let firstRow = 0;
  let lastRow = 0;
  return {
    hasRoomFor: (row) => rows < limits.rows && bytes + sentBytes(row) < limits.bytes,
    add: async (rowNumber, row, tag = "") => {
      const line = lineOf(rowNumber, tag, row);
      if (rows === 0) firstRow = rowNumber;
      lastRow = rowNumber;
      rows += 1;
      bytes += sentBytes(row);
      await file.write(line);
    },
    finish: async () => {
      await file.finish();
      return { name, rows, bytes, firstRow, lastRow };
    },
    abandon: file.abandon,
  };
}

/** Whether a row is too large even for a file of its own. */
export function isOverAnyFile(folder: BulkFolder, row: string, limits: BulkFileLimits): boolean {
  return folder.header.length + sentBytes(row) >= limits.bytes;
}

/** Rows are ASCII, so that characters are bytes; each begins with the end of the line before. */
function sentBytes(row: string): number {
  return 1 + row.length;
}

/** What leaves of a file: all of it, or what may. `rows` and `bytes` are of that. */
export interface BulkUpload extends BulkFile {
  /** Numbers of the rows that stay. */
  readonly without?: ReadonlySet<number>;
}

/** Asked right before rows of a file leave: which of these tags are of rows that still may. */
export type Admit = (tags: readonly string[], file: string) => Promise<ReadonlySet<string>>;

/** A file less the rows that may not leave any more; those without a tag always may. */
export async function uploadOf(
  folder: BulkFolder,
  file: BulkFile,
  admit: Admit | undefined,
): Promise<BulkUpload> {
  if (admit === undefined) return file;
  const without = new Set<number>();
  let bytes = file.bytes;
  for await (const lines of linesOf(folder, file)) {
    const rows = lines.map(partsOf);
    const admitted = await admit(
      rows.flatMap(({ tag }) => (tag === "" ? [] : [tag])),
      file.name,
    );
    for (const { number, tag, row } of rows) {
      if (tag === "" || admitted.has(tag)) continue;
      without.add(number);
      bytes -= sentBytes(row);
    }
  }
  return { ...file, rows: file.rows - without.size, bytes, without };
}

/** What is sent, as it is read: `file.bytes` bytes in all. */
export async function* bulkBody(folder: BulkFolder, file: BulkUpload): AsyncGenerator<Buffer> {
  const { without } = file;
  yield Buffer.from(folder.header, "latin1");
  for await (const lines of linesOf(folder, file)) {
    const leaving =
      without === undefined ? lines : lines.filter((line) => !without.has(numberOf(line)));
    const rows = leaving.map((line) => `\n${line.slice(line.indexOf(",") + 1)}`);
    yield Buffer.from(rows.join(""), "latin1");
  }
}

/**
 * The same rows in two files of half as many, on disk when it resolves; the file itself is left. Reads
 * it once, row by row.
 */
export async function splitBulkFile(
  folder: BulkFolder,
  file: BulkFile,
  names: readonly [string, string],
): Promise<readonly [BulkFile, BulkFile]> {
  const inFirst = Math.ceil(file.rows / 2);
  const halves: BulkFile[] = [];
  let half = await openBulkFile(folder, names[0]);
  let rows = 0;
  try {
    for await (const lines of linesOf(folder, file)) {
      for (const line of lines) {
        if (rows === inFirst) {
          halves.push(await half.finish());
          half = await openBulkFile(folder, names[1]);
        }
        rows += 1;
        const { number, tag, row } = partsOf(line);
        await half.add(number, row, tag);
      }
    }
  } catch (error) {
    await half.abandon();
    throw error;
  }
  const [first] = halves;
  if (first === undefined) throw new Error(`${file.name} has ${file.rows} rows: nothing to split.`);
  return [first, await half.finish()];
}

/** A comma would end it, and a file holds ASCII only. */
const TAG = /^[!-+\--~]*$/;

/** A row as it lies there: `number,row`, or `number tag,row`. */
function lineOf(rowNumber: number, tag: string, row: string): string {
  if (!TAG.test(tag)) throw new Error("tag: must be visible ASCII without commas.");
  return tag === "" ? `${rowNumber},${row}\n` : `${rowNumber} ${tag},${row}\n`;
}

function partsOf(line: string): {
  readonly number: number;
  readonly tag: string;
  readonly row: string;
} {
  const comma = line.indexOf(",");
  const [number, tag = ""] = line.slice(0, comma).split(" ");
  return { number: Number(number), tag, row: line.slice(comma + 1) };
}

function numberOf(line: string): number {
  return Number.parseInt(line, 10);
}

/** The lines as they lie there, some hundreds at a time. */
async function* linesOf(folder: BulkFolder, file: BulkFile): AsyncGenerator<readonly string[]> {
  let rest = "";
  for await (const piece of readSealed(path.join(folder.path, file.name), folder.key)) {
    const lines = (rest + piece.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    yield lines;
  }
}
