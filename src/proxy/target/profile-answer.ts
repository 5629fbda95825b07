import * as z from "zod";
import { isRefusalOfToken } from "./target-outcome.ts";

/** What a look at a profile found. */
export type ProfileLook =
  | { readonly type: "found"; readonly attributes: ReadonlyMap<string, ProfileAttribute> }
  /** Target has no such profile, or not yet, or no longer. */
  | { readonly type: "unknown" }
  | { readonly type: "unavailable"; readonly reason: string };

export interface ProfileAttribute {
  readonly value: string;
  /** On Target's clock; our own updates move it too. */
  readonly modifiedAtMs: number;
}

const Found = z.object({
  profileAttributes: z
    .record(z.string(), z.object({ value: z.string(), modifiedAt: z.string() }))
    .default({}),
});

const NotFound = z.object({ status: z.literal(404), message: z.string() });

/** Reads the answer of the profile fetch API. Only Target's own 404 means that nobody is there. */
export function profileLookFrom(status: number, body: string): ProfileLook {
  if (isRefusalOfToken(status)) return { type: "unavailable", reason: "authentication" };
  const json = parseJson(body);
  if (status === 404 && NotFound.safeParse(json).success) return { type: "unknown" };
  const found = Found.safeParse(json);
  if (status !== 200 || !found.success) {
    return { type: "unavailable", reason: `fetch: status ${status}` };
  }
  const attributes = new Map<string, ProfileAttribute>();
  for (const [name, { value, modifiedAt }] of Object.entries(found.data.profileAttributes)) {
    attributes.set(name, { value, modifiedAtMs: instantFrom(modifiedAt) });
  }
  return { type: "found", attributes };
}

/**
 * Source: ISO 8601 with milliseconds and a numeric offset; older pages show none, then UTC is meant
 * as far as anybody knows. A time that cannot be read counts as long ago.
 */
function instantFrom(text: string): number {
  const hasOffset = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  const atMs = Date.parse(hasOffset ? text : `${text}Z`);
  return Number.isFinite(atMs) ? atMs : 0;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A captive portal's page is not JSON; the schema refuses nothing as it should.
    return undefined;
  }
}
