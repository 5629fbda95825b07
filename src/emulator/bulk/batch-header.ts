import { err, ok, type Result } from "../../domain/result.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import { keepAttributes } from "../attribute-rules.ts";
import type { Switches } from "../switches.ts";
import { cellsOf, decodeCell } from "./cell.ts";

/** What the first row of a batch says of the rows below it. */
export interface BatchHeader {
  /** `thirdPartyId` names members, `pcId` browsers. */
  readonly kind: VisitorId["kind"];
  /** The attributes, in the order of the cells after the id. */
  readonly names: readonly string[];
  /** Headers that begin with `profile.`, which belongs to the single update only. */
  readonly prefixed: number;
  /** Whether no switch has anything to say about the names. */
  readonly hasOrdinaryNames: boolean;
}

const PREFIX = "profile.";

/**
 * Reads the first row, or says in a sentence what is wrong with it.
 *
 * A sentence never repeats what stands there: where the headers were forgotten, it is somebody's id.
 *
 * Source: "the first row … should be headers", the first of them `pcId` or `thirdPartyId`, the others
 * `paramName` only. A name with `profile.` before it is taken as it stands, which helps least: the
 * attribute is then called `profile.profile.…` in Target.
 */
export function readHeader(line: string, switches: Switches): Result<BatchHeader, string> {
  const whitespace = switches.bulkRowWhitespace;
  const headers = cellsOf(line, whitespace).map((cell) => decodeCell(cell, whitespace));
  const broken = headers.indexOf(undefined);
  if (broken >= 0) return err(`Header ${broken + 1} is not URL-encoded UTF-8`);

  const [first, ...names] = headers as string[];
  const kind = first === "thirdPartyId" ? "member" : first === "pcId" ? "browser" : undefined;
  if (kind === undefined) return err(wrongFirst(first!));
  const empty = names.indexOf("");
  if (empty >= 0) return err(`Header ${empty + 2} is empty`);
  if (new Set(names).size < names.length) return err("Two headers are the same");
  const prefixed = names.filter((name) => name.startsWith(PREFIX)).length;
  const hasOrdinaryNames = names.every((name) => isOrdinary(name, switches));
  return ok({ kind, names, prefixed, hasOrdinaryNames });
}

function isOrdinary(name: string, switches: Switches): boolean {
  const { losses, refusedBy } = keepAttributes({ [name]: "x" }, switches);
  return losses.length === 0 && refusedBy === undefined;
}

/** Names that other parts of Target have for the ids, and that this one does not take. */
const MISTAKEN = new Map([
  ["mbox3rdPartyId", "The first header must be thirdPartyId here, not mbox3rdPartyId"],
  ["mboxPC", "The first header must be pcId here, not mboxPC"],
  ["tntId", "The first header must be pcId here, not tntId"],
  ...["marketingCloudVisitorId", "mcId", "mcid", "ecid", "ECID"].map(
    (name) =>
      [
        name,
        "The Marketing Cloud visitor ID (ECID) is not supported; the first header must be pcId or thirdPartyId",
      ] as const,
  ),
]);

function wrongFirst(first: string): string {
  return (
    MISTAKEN.get(first) ??
    "The first header must be pcId or thirdPartyId, and names are case-sensitive"
  );
}
