/** What a schema of ours says is wrong, as zod gives it. */
export interface Issues {
  readonly issues: readonly {
    readonly code: string;
    readonly path: readonly PropertyKey[];
    readonly message: string;
  }[];
}

/** Ours: names in our contracts are words and positions; whatever else stands in a path was sent. */
const OWN_NAME = /^[A-Za-z]{1,32}$/;

/** Ours: no card number is shorter. */
const LONG_NUMBER = /\d(?:[ -]?\d){7,}/g;

/**
 * The first wrong field and what is wrong with it, fit for an answer, a receipt and a log: names of
 * ours only. The name of a field that is not ours is left out, for it may be a card number (PV2).
 */
export function whereOf({ issues }: Issues): string {
  const [issue] = issues;
  if (issue === undefined) return "body: not usable";
  const path = issue.path
    .map((part) => (typeof part === "number" || OWN_NAME.test(String(part)) ? String(part) : "…"))
    .join(".");
  const what = NAMES_WHAT_CAME.has(issue.code) ? "has a field that is not known" : issue.message;
  return `${path === "" ? "body" : path}: ${what.replaceAll(LONG_NUMBER, "…")}`;
}

/** Codes whose messages repeat names that came from outside. */
const NAMES_WHAT_CAME: ReadonlySet<string> = new Set(["unrecognized_keys", "invalid_key"]);
