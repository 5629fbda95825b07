import type { VisitorId } from "../domain/visitor-id.ts";

/** The three ids a profile can be fetched by; only the first two can be updated. */
export type TargetId = VisitorId | { readonly kind: "ecid"; readonly value: string };

/** The ids of one visitor that came together, in Target's words. */
export interface LinkedIds {
  readonly tntId?: string | undefined;
  readonly thirdPartyId?: string | undefined;
  /** Experience Cloud ID. */
  readonly ecid?: string | undefined;
}

/** One string per id; two ids never share one. */
export function keyOf(id: TargetId): string {
  return `${id.kind}:${id.value}`;
}

export function browserKey(tntId: string): string {
  return keyOf({ kind: "browser", value: tntId });
}

export function memberKey(thirdPartyId: string): string {
  return keyOf({ kind: "member", value: thirdPartyId });
}

export function ecidKey(ecid: string): string {
  return keyOf({ kind: "ecid", value: ecid });
}
