import type { DeadLetterClass } from "../../contract/dead-letters.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import {
  bytesInProfile,
  MAX_PROFILE_BYTES,
  problemOfAttribute,
  problemOfVisitor,
  type AttributeProblem,
} from "./update-limits.ts";

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
  return `${name}=${encodeURIComponent(visitor.value)}`;
}

/** The parameters of one call, as form body or query. Throws on half a surrogate pair. */
export function updateParameters(
  visitor: VisitorId,
  attributes: readonly TargetAttribute[],
): string {
  return visitorParameter(visitor) + attributes.map(attributeParameter).join("");
}

/** How attributes go to Target. */
export interface CallPlan<A> {
  /** One call in all but freak cases; none when nothing may be sent. */
  readonly calls: readonly (readonly A[])[];
  readonly refused?: RefusedAttributes | undefined;
}

/** Attributes that are in no call. */
export interface RefusedAttributes {
  readonly names: readonly string[];
  /** Each by name and with its problem; never with its value. */
  readonly reason: string;
  /** Of the first of them. */
  readonly class: DeadLetterClass;
}

export interface CallLimits {
  readonly method: UpdateMethod;
  /** What the address adds to a GET, in bytes. */
  readonly overheadBytes: number;
  /** In UTF-16 code units. */
  readonly maxValueLength: number;
}

/**
 * Deals the attributes out over as few calls as their size allows, in their order, and leaves out by
 * name what Target might not keep as it is. Nothing is ever cut.
 */
export function planCalls<A extends TargetAttribute>(
  visitor: VisitorId,
  attributes: readonly A[],
  limits: CallLimits,
): CallPlan<A> {
  const problem = problemOfVisitor(visitor);
  if (problem !== undefined) {
    const names = attributes.map(({ name }) => name);
    return { calls: [], refused: { names, reason: problem, class: "visitor-id" } };
  }
  const { method, overheadBytes } = limits;
  const startBytes = visitorParameter(visitor).length + (method === "GET" ? overheadBytes : 0);
  const roomBytes = MAX_BYTES[method] - startBytes;
  const { fit, refusals } = sift(attributes, limits, roomBytes);
  const calls = deal(fit, roomBytes);
  const refused = refusedFrom(refusals);
  return refused === undefined ? { calls } : { calls, refused };
}

interface Refusal {
  readonly name: string;
  readonly problem: AttributeProblem;
}

/** What may be sent, and what may not and why. */
function sift<A extends TargetAttribute>(
  attributes: readonly A[],
  { method, maxValueLength }: CallLimits,
  roomBytes: number,
): { readonly fit: readonly A[]; readonly refusals: readonly Refusal[] } {
  const fit: A[] = [];
  const refusals: Refusal[] = [];
  let profileBytes = 0;
  for (const attribute of attributes) {
    const problem =
      problemOfAttribute(attribute, maxValueLength) ??
      problemOfSize(attribute, method, roomBytes, profileBytes);
    if (problem === undefined) {
      fit.push(attribute);
      profileBytes += bytesInProfile(attribute);
    } else {
      refusals.push({ name: attribute.name, problem });
    }
  }
  return { fit, refusals };
}

/** As few calls as it takes. */
function deal<A extends TargetAttribute>(
  attributes: readonly A[],
  roomBytes: number,
): readonly (readonly A[])[] {
  const calls: A[][] = [];
  let bytes = 0;
  for (const attribute of attributes) {
    const added = attributeParameter(attribute).length;
    const current = calls.at(-1);
    if (current === undefined || bytes + added > roomBytes) {
      calls.push([attribute]);
      bytes = added;
    } else {
      current.push(attribute);
      bytes += added;
    }
  }
  return calls;
}

function problemOfSize(
  attribute: TargetAttribute,
  method: UpdateMethod,
  roomBytes: number,
  profileBytes: number,
): AttributeProblem | undefined {
  if (attributeParameter(attribute).length > roomBytes) {
    return { class: "call-too-large", words: `too large for any call by ${method}` };
  }
  return profileBytes + bytesInProfile(attribute) > MAX_PROFILE_BYTES
    ? { class: "profile-full", words: "no room for it in a profile of 64 KB" }
    : undefined;
}

function refusedFrom(refusals: readonly Refusal[]): RefusedAttributes | undefined {
  const [first] = refusals;
  if (first === undefined) return undefined;
  return {
    names: refusals.map(({ name }) => name),
    reason: refusals
      .map(({ name, problem }) => `attribute ${shown(name)}: ${problem.words}`)
      .join("; "),
    class: first.problem.class,
  };
}

/** Ours: room for more than one name in a reason. */
const MAX_SHOWN_LENGTH = 40;

function shown(name: string): string {
  return name.length <= MAX_SHOWN_LENGTH ? name : `${name.slice(0, MAX_SHOWN_LENGTH)}…`;
}

/** Source: "Specify the profile parameters in the format `profile.paramName=value`". */
function attributeParameter({ name, value }: TargetAttribute): string {
  return `&profile.${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}
