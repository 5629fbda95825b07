import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ATTRIBUTE_NAME } from "../../../src/domain/attribute.ts";
import type { VisitorId } from "../../../src/domain/visitor-id.ts";
import type { Emulator } from "../../../src/emulator/target-emulator.ts";
import { planCalls, type UpdateMethod } from "../../../src/proxy/target/update-request.ts";
import { aTarget, BROWSER, MEMBER, ONE } from "../../support/target.ts";

const METHODS: readonly UpdateMethod[] = ["POST", "GET"];

/** What breaks where it is encoded by half, cut by bytes, normalised, trimmed or read twice. */
const AWKWARD = [
  "a+b c&d%e=f#g?h;i",
  "%2B%00%zz%",
  " \t\r\n ",
  "\u0000",
  "\u0085\u2028\u2029\uFEFF",
  "👩‍👩‍👧 🇪🇸",
  "e\u0301 \u00E9 \u1100\u1161",
  "مرحبا \u202Eabc\u202C שלום",
  "\uD800\uDC00\u{10FFFF}\uFFFD\uFFFE",
  "</message><success>false</success>",
  "profile.x=y&mbox3rdPartyId=other",
];

/** Not empty: what Target makes of that is not documented, and the emulator ignores it as bulk does. */
const aValue = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 128 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.constantFrom(...AWKWARD),
);
const someAttributes = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(ATTRIBUTE_NAME), value: aValue }),
  { minLength: 1, maxLength: 8, selector: ({ name }) => name },
);
const aVisitor = fc.oneof(
  fc.record({
    kind: fc.constant("member" as const),
    value: fc.stringMatching(/^[!-*,\-.0-~]{1,122}$/),
  }),
  fc.record({
    kind: fc.constant("browser" as const),
    value: fc.stringMatching(/^[0-9A-Za-z-]{1,100}(?:\.\d{2}_\d{1,3})?$/),
  }),
);

function attributesIn(emulator: Emulator, visitor: VisitorId): Record<string, string> {
  const attributes = emulator.profile(visitor)?.attributes ?? new Map<string, { value: string }>();
  return Object.fromEntries([...attributes].map(([name, { value }]) => [name, value]));
}

describe.each(METHODS)("update by %s", (method) => {
  it("[TC1] brings any attributes of anybody into the profile as they are", async () => {
    const { emulator, client } = await aTarget({ method });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(aVisitor, someAttributes, async ({ kind, value }, attributes) => {
        run += 1;
        const visitor: VisitorId = { kind, value: `${run}-${value}` };
        emulator.visitSite(visitor);
        const { calls, refused } = client.planCalls(visitor, attributes);
        expect(refused).toBeUndefined();
        for (const call of calls) {
          expect((await client.update(visitor, call)).outcome).toEqual({ type: "delivered" });
        }
        expect(attributesIn(emulator, visitor)).toEqual(
          Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("[TC1] sends no half of a surrogate pair, wherever it stands", async () => {
    const { emulator, client } = await aTarget({ method });
    const halves = fc.constantFrom("\uD83D", "\uDE00", "\uDE00\uD83D");
    const broken = fc
      .tuple(fc.string({ maxLength: 5 }), halves, fc.string({ maxLength: 5 }))
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(broken, async (text) => {
        const value = await client.update(MEMBER, [{ name: "visitReason", value: text }]);
        expect(value).toEqual({
          outcome: {
            type: "refused",
            reason: "attribute visitReason: half a surrogate pair",
          },
          neverLeft: true,
        });
        for (const [visitor, name] of [
          [MEMBER, text],
          [{ kind: "member", value: text } as const, "visitReason"],
          [{ kind: "browser", value: text } as const, "visitReason"],
        ] as const) {
          const result = await client.update(visitor, [{ name, value: "gift" }]);
          expect(result).toMatchObject({ outcome: { type: "refused" }, neverLeft: true });
          expect(JSON.stringify(result)).not.toMatch(/\\ud[89a-f]/);
        }
        const { look } = await client.fetchProfile({ kind: "member", value: text });
        expect(look).toEqual({
          type: "unavailable",
          reason: "fetch: visitor id: half a surrogate pair",
        });
      }),
    );
    expect(emulator.calls()).toEqual([]);
  });

  it.each(["1368007744041-575948.01_00", "111492025094307-353046"])(
    "[TC7] sends the mboxPC %s as it is",
    async (value) => {
      const { emulator, client } = await aTarget({ method });
      const visitor: VisitorId = { kind: "browser", value };
      emulator.visitSite(visitor);
      await client.update(visitor, ONE);
      expect(emulator.calls().map((call) => call.visitor)).toEqual([visitor]);
      expect(attributesIn(emulator, visitor)).toEqual({ lastStore: "store-1" });
      expect((await client.fetchProfile(visitor)).look.type).toBe("found");
    },
  );

  it("[TC4] splits only what is too large for one call, and loses nothing by it", async () => {
    const { emulator, client } = await aTarget({ method });
    const few = attributesOf(5, "x".repeat(256));
    expect(client.planCalls(MEMBER, few)).toEqual({ calls: [few] });
    const many = attributesOf(110, "ñ".repeat(256));
    const { calls } = client.planCalls(MEMBER, many);
    expect(calls.flat()).toEqual(many);
    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) {
      expect((await client.update(MEMBER, call)).outcome).toEqual({ type: "delivered" });
    }
    expect(Object.keys(attributesIn(emulator, MEMBER))).toHaveLength(110);
  });

  it("[TC4] fills a call to its very last byte", () => {
    const limits = { method, overheadBytes: 70, maxValueLength: 256 };
    const bytesOf = (count: number, lastLength: number) => {
      const attributes = attributesOf(count, "x".repeat(256));
      const last = { name: "last", value: "x".repeat(lastLength) };
      const { calls } = planCalls(MEMBER, [...attributes, last], limits);
      return calls.map((call) => call.length);
    };
    const each = "&profile.a000=".length + 256;
    const start = `mbox3rdPartyId=${MEMBER.value}`.length + (method === "GET" ? 70 : 0);
    const room = (method === "GET" ? 8_000 : 60_000) - start - "&profile.last=".length;
    const count = Math.floor(room / each);
    expect(bytesOf(count, room - count * each)).toEqual([count + 1]);
    expect(bytesOf(count, room - count * each + 1)).toEqual([count, 1]);
  });
});

describe("[TC2] refuses by name, before it leaves,", () => {
  const LONG_ID: VisitorId = { kind: "member", value: "a".repeat(129) };

  it.each([
    ["a value over the ceiling", "x", "y".repeat(257), "attribute x: longer than 256 characters"],
    [
      "half of it beyond the first plane",
      "x",
      "😀".repeat(129),
      "attribute x: longer than 256 characters",
    ],
    ["a name that is none", "a b", "y", "attribute a b: not an attribute's name"],
    [
      "a name with a prefix of its own",
      "profile=x",
      "y",
      "attribute profile=x: not an attribute's name",
    ],
    ["an empty name", "", "y", "attribute : not an attribute's name"],
    [
      "a name too long",
      "n".repeat(129),
      "y",
      `attribute ${"n".repeat(40)}…: not an attribute's name`,
    ],
    ["a name that ends in a line", "x\n", "y", "attribute x : not an attribute's name"],
  ])("%s", async (_what, name, value, reason) => {
    const { emulator, client } = await aTarget();
    const good = { name: "lastStore", value: "store-1" };
    const plan = client.planCalls(MEMBER, [{ name, value }, good]);
    const refusal = reason.includes("longer than") ? "value-too-long" : "attribute-name";
    expect(plan).toEqual({ calls: [[good]], refused: { names: [name], reason, class: refusal } });
    expect(await client.update(MEMBER, [good, { name, value }])).toEqual({
      outcome: { type: "refused", reason },
      neverLeft: true,
    });
    expect(emulator.calls()).toEqual([]);
  });

  it("at the ceiling that is set, and not below it", async () => {
    const { client } = await aTarget({ maxValueLength: 32 });
    const at = (length: number) =>
      client.planCalls(MEMBER, [{ name: "x", value: "y".repeat(length) }]);
    expect(at(32).refused).toBeUndefined();
    expect(at(33).refused?.reason).toBe("attribute x: longer than 32 characters");
  });

  it.each([
    [LONG_ID, "visitor id: too-long"],
    [{ kind: "member", value: "a+b" }, "visitor id: forbidden-character"],
    [{ kind: "member", value: "a/b" }, "visitor id: forbidden-character"],
    [{ kind: "member", value: "" }, "visitor id: empty"],
    [{ kind: "browser", value: "1.2.3" }, "visitor id: malformed-browser-id"],
    [{ kind: "member", value: "1".repeat(38) }, "visitor id: experience-cloud-id"],
  ] as const)("an id Target does not take: %o", async (visitor, reason) => {
    const { emulator, client } = await aTarget();
    expect(client.planCalls(visitor, ONE)).toEqual({
      calls: [],
      refused: { names: ["lastStore"], reason, class: "visitor-id" },
    });
    expect((await client.update(visitor, ONE)).outcome).toEqual({ type: "refused", reason });
    expect(emulator.calls()).toEqual([]);
  });

  it("what a profile of 64 KB has no room for", async () => {
    const { client } = await aTarget();
    const many = attributesOf(300, "x".repeat(256));
    const { calls, refused } = client.planCalls(MEMBER, many);
    const held = Math.floor(64_000 / ("a000".length + 256));
    expect(calls.flat()).toEqual(many.slice(0, held));
    expect(refused?.names).toEqual(many.slice(held).map(({ name }) => name));
    expect(refused?.reason).toMatch(/^attribute a246: no room for it in a profile of 64 KB; /);
    expect(refused?.class).toBe("profile-full");
  });

  it("what fits in no call by GET", async () => {
    const big = { name: "x", value: "ñ".repeat(2_000) };
    const options = { maxValueLength: 5_000 };
    const byGet = (await aTarget({ ...options, method: "GET" })).client;
    expect(byGet.planCalls(MEMBER, [big, ...ONE])).toEqual({
      calls: [ONE],
      refused: {
        names: ["x"],
        reason: "attribute x: too large for any call by GET",
        class: "call-too-large",
      },
    });
    const byPost = (await aTarget(options)).client;
    expect((await byPost.update(MEMBER, [big])).outcome).toEqual({ type: "delivered" });
  });

  it("a call nobody planned", async () => {
    const { emulator, client } = await aTarget({ method: "GET" });
    const result = await client.update(BROWSER, attributesOf(60, "x".repeat(256)));
    expect(result).toEqual({
      outcome: { type: "refused", reason: "needs 3 calls" },
      neverLeft: true,
    });
    expect((await client.update(BROWSER, [])).neverLeft).toBe(true);
    expect(emulator.calls()).toEqual([]);
  });

  it("[PV2] without repeating whom, or what the value says", async () => {
    const { client } = await aTarget();
    const name = `for ${MEMBER.value}`;
    const { refused } = client.planCalls(MEMBER, [{ name, value: "secret words" }]);
    expect(refused?.reason).toBe("attribute for …: not an attribute's name");
  });
});

function attributesOf(count: number, value: string) {
  return Array.from({ length: count }, (_, index) => ({
    name: `a${String(index).padStart(3, "0")}`,
    value,
  }));
}
