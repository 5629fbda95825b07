import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bulkHeader,
  bulkRow,
  MAX_STATE_BYTES,
} from "../../../../src/proxy/target/bulk/bulk-row.ts";
import { parseBatch } from "../../../support/bulk-target.ts";

const NAMES = ["lastStore", "visit reason,1"];

const rowOf = (id: string, attributes: Readonly<Record<string, string>>) =>
  bulkRow("member", NAMES, { id, attributes: new Map(Object.entries(attributes)) });

describe("[BU1] a row of a bulk file", () => {
  it("names the id as bulk does, and the attributes without a prefix", () => {
    expect(bulkHeader("member", NAMES)).toBe("batch=thirdPartyId,lastStore,visit%20reason%2C1");
    expect(bulkHeader("browser", ["a"])).toBe("batch=pcId,a");
  });

  it("has a cell for every name, and no more than it needs", () => {
    expect(rowOf("2912345678906", { lastStore: "madrid 1" })).toEqual({
      ok: true,
      value: "2912345678906,madrid%201",
    });
    expect(rowOf("7", { "visit reason,1": "a,b\n%&+=" })).toEqual({
      ok: true,
      value: "7,,a%2Cb%0A%25%26%2B%3D",
    });
  });

  it("carries every well-formed value, name and id unchanged", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const id = text.filter((id) => !/[+/]/.test(id));
    const attributes = fc.dictionary(text, text, { minKeys: 1, maxKeys: 6, noNullPrototype: true });
    fc.assert(
      fc.property(id, attributes, (id, record) => {
        const state = { id, attributes: new Map(Object.entries(record)) };
        const names = [...state.attributes.keys(), "never set"].toReversed();
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
    for (const id of ["", "a+b", "a/b"]) {
      expect(why(id, { lastStore: "a" })).toEqual({ why: "unusable-id" });
    }
    const longest = MAX_STATE_BYTES - "lastStore".length;
    expect(why("7", { lastStore: "x".repeat(longest + 1) })).toEqual({ why: "too-large" });
    expect(why("7", { lastStore: "x".repeat(longest) })).toMatch(/^7,x+$/);
    expect(bulkRow("browser", ["a"], { id: "a+b/c", attributes: new Map([["a", "1"]]) }).ok).toBe(
      true,
    );
  });

  it("refuses a state with an attribute the header does not have", () => {
    expect(() => rowOf("7", { lastStore: "a", tier: "gold" })).toThrow(
      'attributes: "tier" is not among the names of the file; name every attribute that any state has.',
    );
  });

  it("refuses names that would not be what they are, by name", () => {
    const wrong = (names: readonly string[]) => () => bulkHeader("member", names);
    expect(wrong([])).toThrow(/^names: are empty/);
    expect(wrong(["a", ""])).toThrow('names: "" is empty; give it a name.');
    expect(wrong(["a", "b", "a"])).toThrow('names: "a" is there twice; name each attribute once.');
    expect(wrong(["profile.a"])).toThrow(/^names: "profile.a" begins with/);
    expect(wrong(["pcId"])).toThrow(/^names: "pcId" is what Adobe calls the id/);
    expect(wrong(["thirdPartyId"])).toThrow(/^names: "thirdPartyId" is what Adobe calls the id/);
    expect(wrong(["a\ud800"])).toThrow(/half a surrogate pair/);
  });
});
