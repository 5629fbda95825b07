import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bulkHeader, bulkRow } from "../../../../src/proxy/target/bulk/bulk-row.ts";
import { MAX_PROFILE_BYTES } from "../../../../src/proxy/target/update-limits.ts";
import { parseBatch } from "../../../support/bulk-target.ts";

const NAMES = ["lastStore", "visitReason"];

const rowOf = (id: string, attributes: Readonly<Record<string, string>>) =>
  bulkRow("member", NAMES, { id, attributes: new Map(Object.entries(attributes)) });

describe("[BU1] a row of a bulk file", () => {
  it("names the id as bulk does, and the attributes without a prefix", () => {
    expect(bulkHeader("member", NAMES)).toBe("batch=thirdPartyId,lastStore,visitReason");
    expect(bulkHeader("browser", ["a"])).toBe("batch=pcId,a");
  });

  it("has a cell for every name, and no more than it needs", () => {
    expect(rowOf("2912345678906", { lastStore: "madrid 1" })).toEqual({
      ok: true,
      value: "2912345678906,madrid%201",
    });
    expect(rowOf("7", { visitReason: "a,b\n%&+=" })).toEqual({
      ok: true,
      value: "7,,a%2Cb%0A%25%26%2B%3D",
    });
  });

  it("carries every well-formed value and id unchanged", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const id = fc.stringMatching(/^[!-*,\-.0-~]{1,40}$/);
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,9}$/);
    const own = name.filter((name) => !["pcId", "thirdPartyId"].includes(name));
    const attributes = fc.dictionary(own, text, { minKeys: 1, maxKeys: 6, noNullPrototype: true });
    fc.assert(
      fc.property(id, attributes, (id, record) => {
        const state = { id, attributes: new Map(Object.entries(record)) };
        const names = [...state.attributes.keys(), "neverSet-"].toReversed();
        const row = bulkRow("member", names, state);
        if (!row.ok) throw new Error(row.error.why);
        const [read] = parseBatch(`${bulkHeader("member", names)}\n${row.value}`);
        expect(read?.[0]).toBe(id);
        expect(new Map(read?.[1])).toEqual(state.attributes);
      }),
    );
  });

  it("says why a state has none", () => {
    const why = (id: string, attributes: Readonly<Record<string, string>>) => {
      const row = rowOf(id, attributes);
      return row.ok ? row.value : row.error;
    };
    expect(why("7", { lastStore: "" })).toEqual({ why: "empty-value", attribute: "lastStore" });
    expect(why("7", { lastStore: "a\ud800" })).toEqual({
      why: "lone-surrogate",
      attribute: "lastStore",
    });
    expect(why("\udc00", { lastStore: "a" })).toEqual({ why: "lone-surrogate" });
    expect(why("7", {})).toEqual({ why: "no-attributes" });
    for (const id of ["", "a+b", "a/b", "a b", "9".repeat(38), "9".repeat(129)]) {
      expect(why(id, { lastStore: "a" })).toEqual({ why: "unusable-id" });
    }
    expect(why("7", { lastStore: "x".repeat(257) })).toEqual({
      why: "too-long",
      attribute: "lastStore",
    });
    expect(why("7", { lastStore: "x".repeat(256) })).toMatch(/^7,x+$/);
    const browser = "1368007744041-575948.28_20";
    const attributes = new Map([["lastStore", "1"]]);
    expect(bulkRow("browser", NAMES, { id: browser, attributes })).toEqual({
      ok: true,
      value: `${browser},1`,
    });
  });

  it("is within what Target keeps of one visitor", () => {
    const most = MAX_PROFILE_BYTES - "lastStore".length;
    const rowWith = (length: number) =>
      bulkRow(
        "member",
        NAMES,
        { id: "7", attributes: new Map([["lastStore", "x".repeat(length)]]) },
        most + 1,
      );
    expect(rowWith(most).ok).toBe(true);
    expect(rowWith(most + 1)).toEqual({ ok: false, error: { why: "too-large" } });
  });

  it("refuses a state with an attribute the header does not have", () => {
    expect(() => rowOf("7", { lastStore: "a", tier: "gold" })).toThrow(
      'attributes: "tier" is not among the names of the file; name every attribute that any state has.',
    );
  });

  it("refuses names that would not be what they are, by name", () => {
    const wrong = (names: readonly string[]) => () => bulkHeader("member", names);
    expect(wrong([])).toThrow(/^names: are empty/);
    expect(wrong(["a", ""])).toThrow(/^names: "" is no attribute's name; use letters/);
    expect(wrong(["a b"])).toThrow(/^names: "a b" is no attribute's name; use letters/);
    expect(wrong(["a", "b", "a"])).toThrow('names: "a" is there twice; name each attribute once.');
    expect(wrong(["profile.a"])).toThrow(/^names: "profile.a" begins with/);
    expect(wrong(["pcId"])).toThrow(/^names: "pcId" is what Adobe calls the id/);
    expect(wrong(["thirdPartyId"])).toThrow(/^names: "thirdPartyId" is what Adobe calls the id/);
  });
});
