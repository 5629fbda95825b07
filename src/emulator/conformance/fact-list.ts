import { AUTHENTICATION } from "./facts/authentication.ts";
import { BULK_ANSWERS } from "./facts/bulk-answers.ts";
import { BULK_FILES } from "./facts/bulk-files.ts";
import { BULK_UPDATES } from "./facts/bulk-updates.ts";
import { FETCH } from "./facts/fetch.ts";
import { LINKED_IDS } from "./facts/linked-ids.ts";
import { QUOTAS } from "./facts/quotas.ts";
import { SINGLE_UPDATE_ANSWERS } from "./facts/single-update-answers.ts";
import { SINGLE_UPDATE_CALLS } from "./facts/single-update-calls.ts";
import { SINGLE_UPDATE_PARAMETERS } from "./facts/single-update-parameters.ts";
import { VALUES } from "./facts/values.ts";
import { VISITOR_IDS } from "./facts/visitor-ids.ts";
import type { Fact, FactSection } from "./fact.ts";

/** All that is known of Target's profile APIs, in the order of the page. */
export const FACT_SECTIONS: readonly FactSection[] = [
  {
    title: "Single Profile Update",
    facts: byId([...SINGLE_UPDATE_CALLS, ...SINGLE_UPDATE_PARAMETERS, ...SINGLE_UPDATE_ANSWERS]),
  },
  { title: "Attribute names, values and sizes", facts: VALUES },
  { title: "Authentication", facts: AUTHENTICATION },
  {
    title: "Bulk Profile Update",
    facts: byId([...BULK_UPDATES, ...BULK_FILES, ...BULK_ANSWERS]),
  },
  { title: "Profile Fetch", facts: FETCH },
  { title: "Visitor ids", facts: [...VISITOR_IDS, ...LINKED_IDS] },
  { title: "Quotas", facts: QUOTAS },
];

export const FACTS: readonly Fact[] = FACT_SECTIONS.flatMap(({ facts }) => facts);

function byId(facts: readonly Fact[]): readonly Fact[] {
  return facts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
