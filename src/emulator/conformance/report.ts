import type { Finding } from "./run.ts";

const WORDS = { passed: "pass", failed: "FAIL", "not-checked": "not checked" } as const;

/** The lines of the table for one fact. No id or token in `secrets` is in them. */
export function describeFinding({ fact, outcome }: Finding, secrets: readonly string[]): string {
  const first = `${WORDS[outcome.type].padEnd(11)}  ${fact.id}  ${fact.says}`;
  return masked([first, ...detailsOf(outcome)].join("\n"), secrets);
}

const INDENT = " ".repeat(20);

function detailsOf(outcome: Finding["outcome"]): readonly string[] {
  switch (outcome.type) {
    case "passed":
      return [];
    case "failed":
      return [`${INDENT}expected  ${outcome.expected}`, `${INDENT}seen      ${outcome.seen}`];
    case "not-checked":
      return [`${INDENT}${outcome.why}`];
  }
}

/** As they are, as they stand in an address, and as they stand in JSON and XML. */
function masked(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
  ]);
  const longestFirst = forms.toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, form) => rest.replaceAll(form, "‹given›"), text);
}

export function describeTotals(findings: readonly Finding[]): string {
  const count = (type: Finding["outcome"]["type"]) =>
    findings.filter(({ outcome }) => outcome.type === type).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("not-checked")} not checked`;
}
