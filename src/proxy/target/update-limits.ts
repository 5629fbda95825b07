import type { DeadLetterClass } from "../../contract/dead-letters.ts";
import { ATTRIBUTE_NAME, MAX_VALUE_LENGTH } from "../../domain/attribute.ts";
import { visitorIdFrom, type VisitorId } from "../../domain/visitor-id.ts";
import type { TargetAttribute } from "./update-request.ts";

/**
 * Longest value that is sent unless set otherwise, in UTF-16 code units.
 *
 * Source: Target limits page, 256 characters for an in-mbox profile attribute. What Adobe counts as a
 * character is not said; its servers and libraries run on Java and JavaScript, whose strings count
 * code units. That is also the stricter reading: 256 code units are never more than 256 code points.
 */
export const DEFAULT_MAX_VALUE_LENGTH = MAX_VALUE_LENGTH;

/**
 * Bytes of attributes one profile holds.
 *
 * Source: "must not exceed 64 KB", read as 64,000 bytes of names and values in UTF-8 to be right
 * either way. What else the profile holds we do not see; but what fills it alone certainly does not fit.
 */
export const MAX_PROFILE_BYTES = 64_000;

/** Why `visitor` cannot be told to Target; nothing when it can. */
export function problemOfVisitor({ kind, value }: VisitorId): string | undefined {
  if (!value.isWellFormed()) return "visitor id: half a surrogate pair";
  const checked = visitorIdFrom(kind, value);
  return checked.ok ? undefined : `visitor id: ${checked.error.type}`;
}

/** What is wrong with an attribute; never what its value says. */
export interface AttributeProblem {
  readonly class: DeadLetterClass;
  readonly words: string;
}

/** Why Target might not keep `attribute` as it is; nothing when it does. */
export function problemOfAttribute(
  { name, value }: TargetAttribute,
  maxValueLength: number,
): AttributeProblem | undefined {
  if (!ATTRIBUTE_NAME.test(name)) {
    return { class: "attribute-name", words: "not an attribute's name" };
  }
  if (!value.isWellFormed()) return { class: "malformed-value", words: "half a surrogate pair" };
  return value.length > maxValueLength
    ? { class: "value-too-long", words: `longer than ${maxValueLength} characters` }
    : undefined;
}

export function bytesInProfile({ name, value }: TargetAttribute): number {
  return Buffer.byteLength(name) + Buffer.byteLength(value);
}
