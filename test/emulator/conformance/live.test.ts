import { describe, expect, it } from "vitest";
import { FACTS } from "../../../src/emulator/conformance/fact-list.ts";
import { describeFinding } from "../../../src/emulator/conformance/report.ts";
import type { Finding, Service } from "../../../src/emulator/conformance/run.ts";
import { before, findings, openBench } from "./broken-emulator.ts";
import { answering } from "./mutation.ts";

const MEMBER = "throw-away_member&1";
const BROWSER = "1368007744041-575948.28_20";

/** The emulator as Adobe's service would look: nothing of it can be moved. */
async function aLiveService() {
  const bench = await openBench();
  bench.emulator.visitSite({ kind: "member", value: MEMBER }, { cnBefore: "1" });
  const hidden = answering(({ target }) => target.startsWith("/_emulator"), 404);
  const origin = await before(bench, hidden());
  const run = (service: Partial<Service>) =>
    findings(origin, FACTS, { isEmulator: false, ...service });
  return { ...bench, run };
}

function outcomes(all: readonly Finding[], type: Finding["outcome"]["type"]): readonly string[] {
  return all.filter(({ outcome }) => outcome.type === type).map(({ fact }) => fact.id);
}

describe("on a live service", () => {
  it("[CN5] sends no update and no batch unless told to, whatever visitors are given", async () => {
    const { emulator, run } = await aLiveService();
    const all = await run({ member: MEMBER, browser: BROWSER });
    expect(outcomes(all, "failed")).toEqual([]);
    expect(outcomes(all, "passed")).toEqual([
      "TK-01",
      "PF-01",
      "PF-02",
      "PF-04",
      "PF-06",
      "PF-07",
      "PF-08",
      "PF-09",
      "PF-13",
      "PF-14",
    ]);
    expect(emulator.calls()).toEqual([]);
    expect(emulator.batches()).toEqual([]);
  });

  it("[CN5] checks with nothing given what needs nobody", async () => {
    const { run } = await aLiveService();
    expect(outcomes(await run({}), "passed")).toEqual(["TK-01", "PF-13", "PF-14"]);
  });

  it("[CN5] writes to the visitors given, or to nobody, and says why it leaves out the rest", async () => {
    const { emulator, run } = await aLiveService();
    const all = await run({ member: MEMBER, browser: BROWSER, canWrite: true });
    expect(outcomes(all, "failed")).toEqual([]);
    const live = FACTS.filter(
      (fact) => fact.observable === "live" && !fact.needs.includes("token"),
    ).map(({ id }) => id);
    expect(outcomes(all, "passed")).toEqual(live);

    const touched = emulator.calls().filter(({ effect }) => effect === "known");
    const names = new Set(touched.map(({ visitor }) => visitor?.value));
    expect([...names].toSorted()).toEqual([BROWSER, MEMBER].toSorted());
    const unsaid = all.filter(
      ({ outcome }) => outcome.type === "not-checked" && outcome.why === "",
    );
    expect(unsaid).toEqual([]);
    expect(all.find(({ fact }) => fact.id === "SU-35")?.outcome).toEqual({
      type: "not-checked",
      why: "cannot be checked on a live service: the clock has to be moved",
    });
  });

  it("[CN6] prints neither a visitor nor the token it was given, also where a check fails", async () => {
    const { run } = await aLiveService();
    const token = "secret-token";
    const all = await run({ member: "unknown&card", browser: "1-2.3_4", token, canWrite: true });
    const said = all
      .map((finding) => describeFinding(finding, ["unknown&card", "1-2.3_4", token]))
      .join("\n");
    expect(outcomes(all, "failed")).toContain("PF-02");
    expect(said).toContain("‹given›");
    for (const secret of ["unknown&card", "unknown%26card", "1-2.3_4", token]) {
      expect(said).not.toContain(secret);
    }
  });
});
