import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { visitorIdFrom, visitorKey, type VisitorId } from "../../src/domain/visitor-id.ts";

const kinds = fc.constantFrom("member" as const, "browser" as const);

describe("visitorIdFrom", () => {
  it.each(["2912345678906", "a", "Ana.Maria_7-b", "x@example.com", "0".repeat(37)])(
    "takes the member id %s as it is",
    (value) => {
      expect(visitorIdFrom("member", value)).toEqual({
        ok: true,
        value: { kind: "member", value },
      });
    },
  );

  it.each([
    "1368007744041-575948.01_00",
    "84e8d0e211054f18af365a65f45e902b.28_131",
    "1368007744041-575948",
  ])("takes the browser id %s as it is", (value) => {
    expect(visitorIdFrom("browser", value)).toEqual({
      ok: true,
      value: { kind: "browser", value },
    });
  });

  it("refuses an Experience Cloud ID by name, as either kind", () => {
    const ecid = "12345678901234567890123456789012345678";
    for (const kind of ["member", "browser"] as const) {
      expect(visitorIdFrom(kind, ecid)).toEqual({
        ok: false,
        error: { type: "experience-cloud-id" },
      });
      expect(visitorIdFrom(kind, `${ecid}9`).ok).toBe(true);
    }
  });

  it.each([
    ["29+1", "+"],
    ["29/1", "/"],
    ["29 1", " "],
    ["29\n", "\n"],
    ["29\u0000", "\u0000"],
    ["29\u007f", "\u007f"],
    ["señor", "ñ"],
    ["card😀", "😀"],
    ["card\ud83d", "\ud83d"],
  ])("refuses the member id %j for its %j", (value, character) => {
    expect(visitorIdFrom("member", value)).toEqual({
      ok: false,
      error: { type: "forbidden-character", character },
    });
  });

  it("takes 128 characters, and refuses 129", () => {
    for (const kind of ["member", "browser"] as const) {
      expect(visitorIdFrom(kind, "x".repeat(128)).ok).toBe(true);
      expect(visitorIdFrom(kind, "x".repeat(129))).toEqual({
        ok: false,
        error: { type: "too-long", maxLength: 128 },
      });
    }
  });

  it("refuses an empty id, and a browser id of another form", () => {
    expect(visitorIdFrom("member", "")).toEqual({ ok: false, error: { type: "empty" } });
    for (const value of [
      "abc.",
      "abc.28",
      "abc.28_",
      "abc.x_y",
      ".28_131",
      "a b",
      "mboxPC:abc",
      "a\n",
    ]) {
      expect(visitorIdFrom("browser", value)).toEqual({
        ok: false,
        error: { type: "malformed-browser-id" },
      });
    }
  });

  it("changes no id, whatever its letters' case", () => {
    fc.assert(
      fc.property(kinds, fc.string({ maxLength: 12 }), (kind, value) => {
        const id = visitorIdFrom(kind, value);
        if (id.ok) expect(id.value).toEqual({ kind, value });
      }),
    );
  });
});

describe("visitorKey", () => {
  it("is shared by no two visitors", () => {
    const visitors: fc.Arbitrary<VisitorId> = fc.record({
      kind: kinds,
      value: fc.string({ unit: fc.constantFrom(..."aA:mb"), minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(visitors, visitors, (a, b) => {
        const same = a.kind === b.kind && a.value === b.value;
        expect(visitorKey(a) === visitorKey(b)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });
});
