import type { VisitorId } from "../../domain/visitor-id.ts";

/** One attribute as it goes to Target. */
export interface TargetAttribute {
  readonly name: string;
  readonly value: string;
}

export type UpdateMethod = "POST" | "GET";

/**
 * Longest encoded request.
 *
 * Source: "8 KB for GET and 60 KB for POST", each KB read as 1,000 bytes to be right either way.
 */
const MAX_BYTES = { POST: 60_000, GET: 8_000 } as const;

/** The one visitor parameter of a call, encoded. */
export function visitorParameter(visitor: VisitorId): string {
  const name = visitor.kind === "member" ? "mbox3rdPartyId" : "mboxPC";
  return `${name}=${encode(visitor.value)}`;
}

/** The parameters of one call, as form body or query. */
export function updateParameters(
  visitor: VisitorId,
  attributes: readonly TargetAttribute[],
): string {
  return visitorParameter(visitor) + attributes.map(attributeParameter).join("");
}

/**
 * Deals the attributes out over as few calls as their size allows, in their order. One call in all
 * but freak cases; an attribute too large for any call gets one of its own, for Target to refuse.
 *
 * @param overheadBytes what the address adds to a GET
 */
export function planCalls<A extends TargetAttribute>(
  visitor: VisitorId,
  attributes: readonly A[],
  method: UpdateMethod,
  overheadBytes: number,
): readonly (readonly A[])[] {
  const startBytes = visitorParameter(visitor).length + (method === "GET" ? overheadBytes : 0);
  const calls: A[][] = [];
  let bytes = 0;
  for (const attribute of attributes) {
    const added = attributeParameter(attribute).length;
    const current = calls.at(-1);
    if (current === undefined || bytes + added > MAX_BYTES[method]) {
      calls.push([attribute]);
      bytes = startBytes + added;
    } else {
      current.push(attribute);
      bytes += added;
    }
  }
  return calls;
}

/** Source: "Specify the profile parameters in the format `profile.paramName=value`". */
function attributeParameter({ name, value }: TargetAttribute): string {
  return `&profile.${encode(name)}=${encode(value)}`;
}

/** Percent-encoded UTF-8. Half a surrogate pair, which no UTF-8 has, becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
