import { err, ok, type Result } from "./result.ts";

/**
 * Who a scan is about, in one of the two ways Target can be told.
 *
 * - `member`: the company's own id of the shopper, such as the loyalty number. In Target's
 *   words `mbox3rdPartyId`.
 * - `browser`: the id Target gave a browser. In Target's words `mboxPC`, also `tntId`.
 *
 * Values are case-sensitive, as Target's are.
 */
export interface VisitorId {
  readonly kind: "member" | "browser";
  readonly value: string;
}

export type VisitorIdError =
  | { readonly type: "empty" }
  | { readonly type: "too-long"; readonly maxLength: number }
  | { readonly type: "forbidden-character"; readonly character: string }
  | { readonly type: "malformed-browser-id" }
  /** An Experience Cloud ID: the Single Profile Update API does not take it. */
  | { readonly type: "experience-cloud-id" };

/**
 * Longest visitor id either way.
 *
 * Source: Target's Delivery API allows 128 for both ids; the limits page says 256 for
 * `mbox3rdPartyId`. The smaller one is safe everywhere.
 */
export const MAX_VISITOR_ID_LENGTH = 128;

/** Source: an ECID is a decimal number of 38 digits (Experience Cloud Identity Service). */
const EXPERIENCE_CLOUD_ID = /^\d{38}$/;

/** Source: forms seen in Adobe's documentation: `1368007744041-575948.01_00`, `84e8…902b.28_131`, without hint too. */
const BROWSER_ID = /^[0-9A-Za-z-]+(?:\.\d+_\d+)?$/;

/** Checks an id the way Target would want it. Nothing is trimmed or changed on the way. */
export function visitorIdFrom(
  kind: VisitorId["kind"],
  value: string,
): Result<VisitorId, VisitorIdError> {
  if (value === "") return err({ type: "empty" });
  if (EXPERIENCE_CLOUD_ID.test(value)) return err({ type: "experience-cloud-id" });
  if (value.length > MAX_VISITOR_ID_LENGTH) {
    return err({ type: "too-long", maxLength: MAX_VISITOR_ID_LENGTH });
  }
  if (kind === "browser") {
    return BROWSER_ID.test(value) ? ok({ kind, value }) : err({ type: "malformed-browser-id" });
  }
  const forbidden = [...value].find(isForbiddenInMemberId);
  if (forbidden !== undefined) return err({ type: "forbidden-character", character: forbidden });
  return ok({ kind, value });
}

/**
 * Source: Adobe, "You cannot send the following characters in mbox3rdPartyID: plus sign (+) and
 * forward slash (/)". Spaces, control characters and all beyond ASCII are ours: no card has them.
 */
function isForbiddenInMemberId(character: string): boolean {
  return character === "+" || character === "/" || character <= " " || character >= "\u007f";
}

/** One string per visitor, the same on every machine; two visitors never share one. */
export function visitorKey(visitor: VisitorId): string {
  return `${visitor.kind}:${visitor.value}`;
}
