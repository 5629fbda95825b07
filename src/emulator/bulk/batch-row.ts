import type { BatchHeader } from "./batch-header.ts";
import { cellsOf, decodeCell, type Whitespace } from "./cell.ts";

/** What one row below the headers asks for. */
export type BatchRow =
  | {
      readonly type: "update";
      readonly id: string;
      /** Never empty; values neither. */
      readonly attributes: readonly (readonly [name: string, value: string])[];
    }
  /** Names somebody and says nothing about them. */
  | { readonly type: "empty" }
  | { readonly type: "malformed"; readonly why: string };

/** Source: Target's limits page, 256 characters for `mbox3rdPartyId`; its Delivery API, 128 for `tntId`. */
const MAX_ID_LENGTH = { member: 256, browser: 128 } as const;

/**
 * Source: "total size of the external profile data … must not exceed 64 KB", per visitor. A row over
 * it alone cannot be right.
 */
export const MAX_ROW_BYTES = 65_536;

/**
 * Reads a row of a batch.
 *
 * Source: rows may be short, and cells empty; both are ignored and never clear. Cells beyond the
 * headers, an id that is empty, too long or holds `+` or `/` ("You cannot send the following
 * characters …") make a row malformed, as do cells that are not URL-encoded UTF-8.
 */
export function readRow(header: BatchHeader, line: string, whitespace: Whitespace): BatchRow {
  const [rawId, ...cells] = cellsOf(line, whitespace);
  const id = decodeCell(rawId!, whitespace);
  const whyNot = objectionToId(header.kind, id);
  if (whyNot !== undefined) return malformed(whyNot);
  if (cells.length > header.names.length) return malformed("More cells than headers");

  const attributes: (readonly [string, string])[] = [];
  let bytes = 0;
  for (const [index, cell] of cells.entries()) {
    if (cell === "") continue;
    const name = header.names[index]!;
    const value = decodeCell(cell, whitespace);
    if (value === undefined) return malformed(`Cell ${index + 2} is not URL-encoded UTF-8`);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    attributes.push([name, value]);
  }
  if (bytes > MAX_ROW_BYTES) return malformed("More than 64 KB for one visitor");
  return attributes.length === 0 ? { type: "empty" } : { type: "update", id: id!, attributes };
}

function objectionToId(kind: BatchHeader["kind"], id: string | undefined): string | undefined {
  if (id === undefined) return "The id is not URL-encoded UTF-8";
  if (id === "") return "No id";
  if (id.length > MAX_ID_LENGTH[kind]) return "The id is too long";
  if (kind === "member" && /[+/]/.test(id)) return "A plus sign or slash in the id";
  return undefined;
}

function malformed(why: string): BatchRow {
  return { type: "malformed", why };
}
