import { ATTRIBUTE_NAME } from "../../../domain/attribute.ts";
import { err, ok, type Result } from "../../../domain/result.ts";
import type { VisitorId } from "../../../domain/visitor-id.ts";
import {
  bytesInProfile,
  DEFAULT_MAX_VALUE_LENGTH,
  MAX_PROFILE_BYTES,
  problemOfVisitor,
} from "../update-limits.ts";

/** Everything we know to be true of one visitor, as it should stand in Target. */
export interface BulkState {
  readonly id: string;
  readonly attributes: ReadonlyMap<string, string>;
  /**
   * What its row is known by to whoever asks whether it may still leave; kept beside the row and never
   * sent. Visible ASCII without commas.
   */
  readonly tag?: string | undefined;
}

/**
 * Why a state has no row. What cannot be said in bulk may still be said by a single update.
 *
 * `empty-value`: Adobe ignores empty values in bulk, and they clear nothing. `no-attributes`: a row
 * without values is ignored. `lone-surrogate`: half a surrogate pair is no character, and UTF-8 has no
 * bytes for it; it is in the id where no attribute is named. `unusable-id`: no id that Target takes.
 * `too-long`: a value that Target might not keep as it is. `too-large`: more than Target keeps of one
 * visitor, or than fits a whole file.
 */
export const LEFT_OUT_WHYS = [
  "empty-value",
  "no-attributes",
  "lone-surrogate",
  "unusable-id",
  "too-long",
  "too-large",
] as const;

export interface LeftOut {
  readonly why: (typeof LEFT_OUT_WHYS)[number];
  /** The first attribute it is about, where it is about one. */
  readonly attribute?: string | undefined;
}

/** A file's beginning: what Adobe requires, who the rows are about, and the names of the columns. */
export function bulkHeader(kind: VisitorId["kind"], names: readonly string[]): string {
  checkNames(names);
  const key = kind === "member" ? "thirdPartyId" : "pcId";
  return `batch=${[key, ...names].join(",")}`;
}

/**
 * A state as a row: its id, then its values in the order of `names`, empty where it has none. Every
 * cell is percent-encoded UTF-8, so that no comma, line end or percent sign of a value means anything.
 *
 * Throws when the state has an attribute that `names` does not: the header is fixed by then, and
 * leaving it out would be a loss that nobody sees.
 *
 * Source: Adobe on bulk files, "comma-separated", no quoting, "URL-encoded using UTF-8"; rows may be
 * short and cells empty.
 *
 * @param maxValueLength as for single updates, in UTF-16 code units
 */
export function bulkRow(
  kind: VisitorId["kind"],
  names: readonly string[],
  { id, attributes }: BulkState,
  maxValueLength = DEFAULT_MAX_VALUE_LENGTH,
): Result<string, LeftOut> {
  if (!id.isWellFormed()) return err({ why: "lone-surrogate" });
  if (problemOfVisitor({ kind, value: id }) !== undefined) return err({ why: "unusable-id" });
  if (attributes.size === 0) return err({ why: "no-attributes" });
  const cells = [encodeURIComponent(id)];
  let found = 0;
  let bytes = 0;
  let lastFilled = 0;
  for (const [index, name] of names.entries()) {
    const value = attributes.get(name);
    if (value === undefined) {
      cells.push("");
      continue;
    }
    const why = problemOfValue(value, maxValueLength);
    if (why !== undefined) return err({ why, attribute: name });
    found += 1;
    bytes += bytesInProfile({ name, value });
    lastFilled = index + 1;
    cells.push(encodeURIComponent(value));
  }
  if (found < attributes.size) throw unknownName(names, attributes);
  if (bytes > MAX_PROFILE_BYTES) return err({ why: "too-large" });
  return ok(cells.slice(0, lastFilled + 1).join(","));
}

function problemOfValue(value: string, maxValueLength: number): LeftOut["why"] | undefined {
  if (value === "") return "empty-value";
  if (!value.isWellFormed()) return "lone-surrogate";
  return value.length > maxValueLength ? "too-long" : undefined;
}

function unknownName(names: readonly string[], attributes: BulkState["attributes"]): Error {
  const unknown = [...attributes.keys()].find((name) => !names.includes(name)) ?? "";
  return new Error(
    `attributes: ${JSON.stringify(unknown)} is not among the names of the file; name every attribute that any state has.`,
  );
}

/** Source: bulk headers are bare names, without `profile.`; the id's own column is the first. */
function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw new Error("names: are empty; name at least one attribute.");
  for (const [index, name] of names.entries()) {
    const wrong = wrongWithName(name, names.indexOf(name) < index);
    if (wrong !== undefined) throw new Error(`names: ${JSON.stringify(name)} ${wrong}`);
  }
}

function wrongWithName(name: string, isRepeated: boolean): string | undefined {
  if (isRepeated) return "is there twice; name each attribute once.";
  if (!ATTRIBUTE_NAME.test(name)) {
    return "is no attribute's name; use letters, digits, dots, hyphens and underscores, a letter first.";
  }
  if (name.startsWith("profile.")) return "begins with `profile.`; leave that out in bulk.";
  if (name === "thirdPartyId" || name === "pcId") return "is what Adobe calls the id; rename it.";
  return undefined;
}
