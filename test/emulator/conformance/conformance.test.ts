import { describe, expect, it } from "vitest";
import { FACT_SECTIONS, FACTS } from "../../../src/emulator/conformance/fact-list.ts";
import { isObservable } from "../../../src/emulator/conformance/fact.ts";
import { findings, openBench, openBroken, redOnes } from "./broken-emulator.ts";
import { MUTATIONS } from "./mutations.ts";

/** Half a million rows, 50 MB, or a great many calls: looked at in the whole, and where they are meant. */
const HEAVY = new Set(["BU-20", "BU-21", "BU-22", "BU-26", "BU-34"]);

it("[CN1] keeps every fact that a client can observe", async () => {
  const { origin } = await openBench();
  const all = await findings(origin);
  const passed = all.filter(({ outcome }) => outcome.type === "passed").map(({ fact }) => fact.id);
  expect(all.filter(({ outcome }) => outcome.type === "failed")).toEqual([]);
  expect(passed).toEqual(FACTS.filter(isObservable).map(({ id }) => id));
});

it("[CN2] has one mutation for every fact that a client can observe, and none without", () => {
  const mutated = MUTATIONS.map(({ fact }) => fact);
  expect(mutated).toEqual(FACTS.filter(isObservable).map(({ id }) => id));
});

describe("[CN2] turns red alone, and what rests on it, where the emulator", () => {
  it.each(MUTATIONS)("$does ($fact)", async (mutation) => {
    const { fact, alsoRed = [] } = mutation;
    const section = FACT_SECTIONS.find(({ facts }) => facts.some(({ id }) => id === fact))!;
    const looked = section.facts.filter(({ id }) => id === fact || !HEAVY.has(id));
    const red = redOnes(await findings(await openBroken(mutation), looked.filter(isObservable)));
    expect(red).toContain(fact);
    if (alsoRed === "many") return;
    expect(red).toEqual(
      [fact, ...alsoRed].filter((id) => id === fact || !HEAVY.has(id)).toSorted(),
    );
  });
});
