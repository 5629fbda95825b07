import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Holds SPEC.md against the tests: every rule is quoted by a test's name, or listed as not yet
 * covered; never both, and no test quotes a rule that does not exist.
 */
export function checkSpecCoverage(root: string): string {
  const spec = readFileSync(path.join(root, "test/SPEC.md"), "utf8");
  const [rulesPart = "", openPart = ""] = spec.split(/^## Not yet covered$/m);
  const rules = new Set([...rulesPart.matchAll(/^- \*\*([A-Z]{2}\d+)\*\*/gm)].map(([, id]) => id!));
  const open = new Set([...openPart.matchAll(/\b[A-Z]{2}\d+\b/g)].map(([id]) => id));
  const quoted = quotedRules(path.join(root, "test"));

  const complaints = [
    ...[...rules]
      .filter((id) => !quoted.has(id) && !open.has(id))
      .map((id) => `${id} is quoted by no test.`),
    ...[...open]
      .filter((id) => quoted.has(id))
      .map((id) => `${id} is quoted, yet listed as not yet covered.`),
    ...[...quoted, ...open]
      .filter((id) => !rules.has(id))
      .map((id) => `${id} is not a rule of SPEC.md.`),
  ];
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  return `${rules.size} rules, ${quoted.size} quoted, ${open.size} not yet covered`;
}

function quotedRules(folder: string): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.tsx?$/.test(name)) continue;
    const source = readFileSync(path.join(folder, name), "utf8");
    for (const [, list] of source.matchAll(/["'`](\[[A-Z]{2}\d+\](?:\s*\[[A-Z]{2}\d+\])*)/g)) {
      for (const [id] of list!.matchAll(/[A-Z]{2}\d+/g)) ids.add(id);
    }
  }
  return ids;
}
