import { SWITCHES } from "../switches.ts";
import { FACT_SECTIONS } from "./fact-list.ts";
import { isObservable, type Fact, type ObservableFact } from "./fact.ts";

/** The Markdown of `src/emulator/FACTS.md`, made from the lists. */
export function factsPage(): string {
  const sections = FACT_SECTIONS.map(({ title, facts }) => section(title, facts));
  return `${[INTRODUCTION, ...sections, switches(), ENDING].join("\n\n")}\n`;
}

const INTRODUCTION = `# What is known of Target's profile APIs

Made from [the lists](conformance/fact-list.ts) by \`npm run -s conformance -- --page > src/emulator/FACTS.md\`; do not edit.
\`npm run conformance -- URL CLIENT\` holds a service against it, [this emulator](README.md) or Adobe's.

**How sure**: *documented* by Adobe now; *documented once*, and not replaced since; *practised* by
shipping software; *inferred* by us; *undocumented*, where the emulator has a switch.

**Checked**: *anywhere*, with what it needs (*writes*: \`--write\` and a throw-away visitor;
*member*, *browser*: a visitor with a profile, \`--visitor\`, \`--browser\`; *token*: \`--token\`); or on the
*emulator only*, and why not on a live service. \`npm test\` breaks the emulator in each of these points
and sees that very check turn red. What no client can observe is listed with the reason.`;

const ENDING = `\`GET /_emulator/switches\` lists them with where they stand; \`PUT /_emulator/switches\` moves them.`;

function section(title: string, facts: readonly Fact[]): string {
  const observable = facts.filter(isObservable);
  const rest = facts.filter((fact) => !isObservable(fact));
  return [
    `## ${title}`,
    table(
      ["Id", "What", "How sure", "Source", "Checked"],
      observable.map((fact) => [
        fact.id,
        fact.says,
        fact.confidence,
        fact.source,
        howChecked(fact),
      ]),
    ),
    "No client can observe:",
    table(
      ["Id", "What", "How sure", "Source", "Why not"],
      rest.map((fact) => [
        fact.id,
        fact.says,
        fact.confidence,
        fact.source,
        fact.observable === "no" ? `${fact.reason}: ${fact.because}${switchesOf(fact)}` : "",
      ]),
    ),
  ].join("\n\n");
}

function howChecked(fact: ObservableFact): string {
  if (fact.observable === "emulator-only") {
    return `emulator only: ${fact.because}${switchesOf(fact)}`;
  }
  const needs = fact.needs.length === 0 ? "" : `; needs ${fact.needs.join(", ")}`;
  return `anywhere${needs}${switchesOf(fact)}`;
}

function switchesOf({ switches = [] }: Fact): string {
  return switches
    .map((name) => `; switch \`${name}\`, default \`${SWITCHES[name].default}\``)
    .join("");
}

function switches(): string {
  const rows = Object.entries(SWITCHES).map(([name, each]) => [
    `\`${name}\``,
    each.about,
    `\`${each.default}\``,
    each.kind === "choice"
      ? each.values
          .filter((value) => value !== each.default)
          .map((value) => `\`${value}\``)
          .join(", ")
      : `${each.min} to ${each.max}`,
  ]);
  return [
    "## Where Adobe is silent",
    "One switch each; the default is the least helpful behaviour that the documentation leaves room for.",
    table(["Switch", "What is undocumented", "Default", "Or"], rows),
  ].join("\n\n");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A bar would end the cell, and an angle bracket would be lost on the page, as it was on Adobe's. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}
