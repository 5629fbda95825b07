import { keepAttributes, MAX_VALUE_LENGTH } from "../attribute-rules.ts";
import type { Switches } from "../switches.ts";
import type { BatchHeader } from "./batch-header.ts";
import { cellsOf, decodeCell } from "./cell.ts";

type Attributes = readonly (readonly [name: string, value: string])[];

/** What one row below the headers asks for. */
export type BatchRow =
  | {
      readonly type: "update";
      readonly id: string;
      /** Never empty; values neither. */
      readonly attributes: Attributes;
    }
  /** Names somebody and says nothing about them. */
  | { readonly type: "empty" }
  /** Counts as successful, and nothing comes of it. */
  | { readonly type: "dropped" }
  | { readonly type: "malformed"; readonly why: string };

/** Source: `tntId` in the Delivery API. */
const MAX_BROWSER_ID_LENGTH = 128;

/**
 * Source: "total size of the external profile data … must not exceed 64 KB", per visitor. A row over
 * it alone cannot be right.
 */
export const MAX_ROW_BYTES = 65_536;

/**
 * Reads a row of a batch.
 *
 * Source: rows may be short, and cells empty; both are ignored and never clear. A row with more cells
 * than headers, without an id, or with a cell that is not URL-encoded UTF-8 is malformed; an id that
 * is too long or holds `+` or `/` is what the switches for such ids say.
 */
export function readRow(header: BatchHeader, line: string, switches: Switches): BatchRow {
  const whitespace = switches.bulkRowWhitespace;
  const [rawId, ...cells] = cellsOf(line, whitespace);
  const id = decodeCell(rawId!, whitespace);
  if (id === undefined) return malformed("The id is not URL-encoded UTF-8");
  if (id === "") return malformed("No id");
  const refused = refusedId(header.kind, id, switches);
  if (refused !== undefined) return refused;
  if (cells.length > header.names.length) return malformed("More cells than headers");

  const attributes: (readonly [string, string])[] = [];
  let bytes = 0;
  let isOrdinary = header.hasOrdinaryNames;
  for (const [index, cell] of cells.entries()) {
    if (cell === "") continue;
    const name = header.names[index]!;
    const value = decodeCell(cell, whitespace);
    if (value === undefined) return malformed(`Cell ${index + 2} is not URL-encoded UTF-8`);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    attributes.push([name, value]);
    isOrdinary &&= value.length <= MAX_VALUE_LENGTH;
  }
  if (bytes > MAX_ROW_BYTES) return malformed("More than 64 KB for one visitor");
  if (attributes.length === 0) return { type: "empty" };
  return isOrdinary ? { type: "update", id, attributes } : kept(id, attributes, switches);
}

/** What the switches for long values and odd names leave of a row, as they would of a single update. */
function kept(id: string, attributes: Attributes, switches: Switches): BatchRow {
  const { attributes: left, refusedBy } = keepAttributes(Object.fromEntries(attributes), switches);
  if (refusedBy !== undefined) return malformed(`An attribute is refused by ${refusedBy.by}`);
  const entries = Object.entries(left);
  return entries.length === 0 ? { type: "dropped" } : { type: "update", id, attributes: entries };
}

function refusedId(
  kind: BatchHeader["kind"],
  id: string,
  switches: Switches,
): BatchRow | undefined {
  const maxLength = kind === "member" ? switches.memberIdMaxLength : MAX_BROWSER_ID_LENGTH;
  if (id.length > maxLength) return turnedDown(switches.idTooLong, "The id is too long");
  // Source: "You cannot send the following characters in mbox3rdPartyID: plus sign (+) and forward slash (/)".
  if (kind !== "member" || !/[+/]/.test(id)) return undefined;
  return turnedDown(switches.forbiddenIdCharacter, "A plus sign or slash in the id");
}

/** A single update is turned down as a call; a row of a batch can only fail, or seem not to. */
function turnedDown(
  position: Switches["idTooLong" | "forbiddenIdCharacter"],
  why: string,
): BatchRow | undefined {
  switch (position) {
    case "accepted":
      return undefined;
    case "acknowledged-and-dropped":
      return { type: "dropped" };
    case "refused-body":
    case "status-400":
      return malformed(why);
  }
}

function malformed(why: string): BatchRow {
  return { type: "malformed", why };
}
