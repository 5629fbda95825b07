import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { FACTS } from "../../../src/emulator/conformance/fact-list.ts";
import { factsPage } from "../../../src/emulator/conformance/page.ts";
import { SWITCHES } from "../../../src/emulator/switches.ts";
import { KNOWN } from "./known.ts";

const PAGE = path.resolve(import.meta.dirname, "../../../src/emulator/FACTS.md");

it("[CN3] holds all that is known, statement by statement, and nothing else", () => {
  const statements = Object.values(KNOWN).flat();
  expect(statements.filter(([, ...facts]) => facts.length === 0)).toEqual([]);
  const held = new Set(statements.flatMap(([, ...facts]) => facts));
  expect([...held].toSorted()).toEqual(FACTS.map(({ id }) => id).toSorted());
});

it("[CN3] gives every fact an id of its own, a sentence and a source, and every open one a reason", () => {
  expect(new Set(FACTS.map(({ id }) => id)).size).toBe(FACTS.length);
  for (const fact of FACTS) {
    expect(fact.id).toMatch(/^[A-Z]{2}-\d\d$/);
    expect(fact.says, fact.id).toMatch(/\S{2}.*[.}>]$/);
    expect(fact.source, fact.id).not.toBe("");
    if (fact.observable === "no") expect(fact.because, fact.id).not.toBe("");
  }
});

it("[CN3] names every switch beside what it decides", () => {
  const named = new Set<string>(FACTS.flatMap(({ switches = [] }) => switches));
  expect(Object.keys(SWITCHES).filter((name) => !named.has(name))).toEqual([]);
});

it("[CN3] gives everything undocumented its switch, but for what the emulator cannot show", () => {
  const open = FACTS.filter(({ confidence }) => confidence === "undocumented");
  const without = open.filter(({ switches = [] }) => switches.length === 0).map(({ id }) => id);
  // Whether http is served, and whether answers can be JSON: it speaks http and XML.
  expect(without).toEqual(["SU-24", "BU-49"]);
});

it("[CN4] has a page that says what the lists say", () => {
  expect(readFileSync(PAGE, "utf8")).toBe(factsPage());
});
