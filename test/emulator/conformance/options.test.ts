import { describe, expect, it } from "vitest";
import { optionsFrom } from "../../../src/emulator/conformance/options.ts";

const URL = "https://demo.tt.omtrdc.net";

const chosen = (...args: readonly string[]) => {
  const options = optionsFrom([URL, "demo", ...args], {});
  if (!options.ok || options.value.type !== "run") throw new Error("no run");
  return options.value.facts.map(({ id }) => id);
};

it("takes an address, a client code and who may be written to", () => {
  const args = [`${URL}/`, "demo", "--write", "--visitor", "a b", "--browser", "1-2.3_4"];
  const options = optionsFrom(args, { TARGET_TOKEN: "from-the-environment" });
  expect(options).toMatchObject({
    ok: true,
    value: {
      type: "run",
      origin: URL,
      client: "demo",
      canWrite: true,
      member: "a b",
      browser: "1-2.3_4",
      token: "from-the-environment",
    },
  });
});

it("chooses facts by id or by section", () => {
  expect(chosen("--only", "SU-07", "--only", "QU-01")).toEqual(["SU-07", "QU-01"]);
  expect(chosen("--only", "PF").every((id) => id.startsWith("PF-"))).toBe(true);
});

describe("[CN6] ends with one sentence that names the argument and none of the ids, given", () => {
  it.each([
    ["nothing", [], "Give one URL"],
    ["no client code", [URL], "Give one URL"],
    ["too much", [URL, "demo", "card-1"], "Give one URL"],
    ["no address", ["demo", URL], "URL must begin"],
    ["another scheme", ["ftp://demo", "demo"], "URL must begin"],
    ["a path", [`${URL}/m2/demo`, "demo"], "URL must end"],
    ["a flag that is none", [URL, "demo", "--visitors", "card-1"], "--visitors"],
    ["an empty visitor", [URL, "demo", "--visitor", ""], "--visitor is empty"],
    ["a fact that is none", [URL, "demo", "--only", "SU-99"], "no fact SU-99"],
    [
      "a token over http",
      ["http://demo.tt.omtrdc.net", "demo", "--token", "t"],
      "not sent over http",
    ],
  ])("%s", (_what, args, start) => {
    const options = optionsFrom(args, {});
    if (options.ok) throw new Error("taken");
    expect(options.error).toContain(start);
    expect(options.error).not.toContain("\n");
    expect(options.error).not.toContain("card-1");
  });
});
