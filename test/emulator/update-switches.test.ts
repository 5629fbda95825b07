import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEMO_BROWSER } from "../../src/emulator/target-emulator.ts";
import { SWITCHES, type Switches } from "../../src/emulator/switches.ts";
import { anEmulator } from "../support/target-world.ts";

const CARD = "2912345678906";
const GOOD = `mbox3rdPartyId=${CARD}&profile.a=1`;
const LONG = "x".repeat(257);

/** What a client can see of a call: status, whether it was acknowledged, and what the profile says then. */
async function outcomeOf(switches: Partial<Switches>, payload: string, url?: string) {
  const emulator = anEmulator({ switches });
  const answer = await emulator.update(payload, url);
  const word = answer.body.match(/<success>(true|false)/)?.[1] ?? "";
  return [`${answer.statusCode} ${word}`.trim(), emulator.attributesOf(CARD)];
}

const REFUSED = ["200 false", {}];
const DROPPED = ["200 true", {}];
const BAD = ["400", {}];
const TURNED_DOWN = [
  ["refused-body", REFUSED],
  ["status-400", BAD],
  ["acknowledged-and-dropped", DROPPED],
] as const;

const turnedDown = (name: keyof Switches, payload: string) =>
  TURNED_DOWN.map(([value, expected]) => [name, value, payload, expected] as const);

const long = "y".repeat(129);

describe("every switch of the single update decides what a client sees", () => {
  const cases = [
    ...turnedDown("noId", "profile.a=1"),
    ...turnedDown("noAttributes", `mbox3rdPartyId=${CARD}`),
    ...turnedDown("badEncoding", `mbox3rdPartyId=${CARD}&profile.a=%FF`),
    ...turnedDown("bothIds", `${GOOD}&mboxPC=${DEMO_BROWSER}`),
    ["bothIds", "member-counts", `${GOOD}&mboxPC=${DEMO_BROWSER}`, ["200 true", { a: "1" }]],
    ["bothIds", "browser-counts", `${GOOD}&mboxPC=${DEMO_BROWSER}`, DROPPED],
    ["bothIds", "both-updated", `${GOOD}&mboxPC=${DEMO_BROWSER}`, ["200 true", { a: "1" }]],
    ...turnedDown("forbiddenIdCharacter", "mbox3rdPartyId=a%2Bb&profile.a=1"),
    ...turnedDown("idTooLong", `mbox3rdPartyId=${long}&profile.a=1`),
    ["duplicatedParameter", "first", `${GOOD}&profile.a=2`, ["200 true", { a: "1" }]],
    ["duplicatedParameter", "last", `${GOOD}&profile.a=2`, ["200 true", { a: "2" }]],
    ["otherParameter", "ignored", `${GOOD}&entity.id=7`, ["200 true", { a: "1" }]],
    ["otherParameter", "refused-body", `${GOOD}&entity.id=7`, REFUSED],
    ["oversize", "status-413-414", `${GOOD}&profile.b=${"x".repeat(61_440)}`, ["413", {}]],
    ["oversize", "status-400", `${GOOD}&profile.b=${"x".repeat(61_440)}`, BAD],
    ["oversize", "refused-body", `${GOOD}&profile.b=${"x".repeat(61_440)}`, REFUSED],
    ["oversize", "acknowledged-and-dropped", `${GOOD}&profile.b=${"x".repeat(61_440)}`, DROPPED],
    ["valueOver256", "dropped", `${GOOD}&profile.b=${LONG}`, ["200 true", { a: "1" }]],
    ["valueOver256", "stored", `${GOOD}&profile.b=${LONG}`, ["200 true", { a: "1", b: LONG }]],
    [
      "valueOver256",
      "truncated",
      `${GOOD}&profile.b=${LONG}`,
      ["200 true", { a: "1", b: LONG.slice(1) }],
    ],
    ["valueOver256", "refused-body", `${GOOD}&profile.b=${LONG}`, REFUSED],
    ["nameOver128", "dropped", `${GOOD}&profile.${long}=1`, ["200 true", { a: "1" }]],
    ["nameOver128", "stored", `${GOOD}&profile.${long}=1`, ["200 true", { a: "1", [long]: "1" }]],
    [
      "nameOver128",
      "truncated",
      `${GOOD}&profile.${long}=1`,
      ["200 true", { a: "1", [long.slice(1)]: "1" }],
    ],
    ["nameOver128", "refused-body", `${GOOD}&profile.${long}=1`, REFUSED],
    ["oddName", "dropped", `${GOOD}&profile.a%20b=1`, ["200 true", { a: "1" }]],
    ["oddName", "stored", `${GOOD}&profile.a%20b=1`, ["200 true", { a: "1", "a b": "1" }]],
    ["oddName", "refused-body", `${GOOD}&profile.a%20b=1`, REFUSED],
    ["reservedName", "dropped", `${GOOD}&profile.user.x=1`, ["200 true", { a: "1" }]],
    ["reservedName", "stored", `${GOOD}&profile.user.x=1`, ["200 true", { a: "1", "user.x": "1" }]],
    ["reservedName", "refused-body", `${GOOD}&profile.user.x=1`, REFUSED],
  ] as const;

  it.each(cases)("[EM1] %s: %s", async (name, value, payload, expected) => {
    expect(await outcomeOf({ [name]: value }, payload)).toEqual(expected);
  });

  it.each([
    ["both", "200 true", "200 true"],
    ["code-only", "200 true", "404"],
    ["literal-only", "404", "200 true"],
  ] as const)("[EM1] clientPath: %s", async (clientPath, byCode, byLiteral) => {
    const [code] = await outcomeOf({ clientPath }, GOOD, "/m2/demo/profile/update");
    const [literal] = await outcomeOf({ clientPath }, GOOD, "/m2/client/profile/update");
    expect([code, literal]).toEqual([byCode, byLiteral]);
  });

  it.each([
    ["status-404", ["404", {}]],
    ["refused-body", REFUSED],
    ["acknowledged-and-dropped", DROPPED],
  ] as const)("[EM1] unknownClient: %s", async (unknownClient, expected) => {
    expect(await outcomeOf({ unknownClient }, GOOD, "/m2/other/profile/update")).toEqual(expected);
  });

  it("[EM1] idTooLong: accepted, and memberIdMaxLength says from where on", async () => {
    for (const switches of [{ idTooLong: "accepted" }, { memberIdMaxLength: 129 }] as const) {
      const { visitSite, update, attributesOf } = anEmulator({ switches });
      visitSite({ kind: "member", value: long });
      await update(`mbox3rdPartyId=${long}&profile.a=1`);
      expect(attributesOf(long)).toEqual({ a: "1" });
    }
  });

  it("[EM1] forbiddenIdCharacter: accepted", async () => {
    const { visitSite, update, attributesOf } = anEmulator({
      switches: { forbiddenIdCharacter: "accepted" },
    });
    visitSite({ kind: "member", value: "a+b" });
    await update("mbox3rdPartyId=a%2Bb&profile.a=1");
    expect(attributesOf("a+b")).toEqual({ a: "1" });
  });

  it.each([
    ["ignored", { a: "old" }],
    ["clears", {}],
    ["stored", { a: "" }],
  ] as const)("[EM1] emptyValue: %s", async (emptyValue, expected) => {
    const { visitSite, update, attributesOf } = anEmulator({ switches: { emptyValue } });
    visitSite({ kind: "member", value: CARD }, { a: "old" });
    await update(`mbox3rdPartyId=${CARD}&profile.a=`);
    expect(attributesOf(CARD)).toEqual(expected);
  });

  it.each([
    ["read", "200 true"],
    ["ignored", "200 false"],
  ] as const)("[EM1] postQuery: %s", async (postQuery, expected) => {
    const [seen] = await outcomeOf({ postQuery }, "", `/m2/demo/profile/update?${GOOD}`);
    expect(seen).toBe(expected);
  });

  it.each([
    ["ignored", {}],
    ["read", { a: "1", b: "2" }],
  ] as const)("[EM1] jsonBody: %s", async (jsonBody, expected) => {
    const { app, attributesOf } = anEmulator({ switches: { jsonBody } });
    const payload = { mbox3rdPartyId: CARD, "profile.a": "1", "profile.b": 2 };
    await app.inject({ method: "POST", url: "/m2/demo/profile/update", payload });
    expect(attributesOf(CARD)).toEqual(expected);
  });

  it("[EM1] the dress of the acknowledgement", async () => {
    const dressed = anEmulator({
      switches: {
        answerStatus: "202",
        answerType: "text/plain",
        answerProlog: "xml-declaration",
        answerWhitespace: "indented",
        pcIdInAnswer: "filled",
        corsHeader: "wildcard",
      },
    });
    const answer = await dressed.update(`mboxPC=${DEMO_BROWSER}&profile.a=1`);
    expect(answer.statusCode).toBe(202);
    expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(answer.body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<response>\n  <success>true</success>\n  <pcId>${DEMO_BROWSER}</pcId>\n  <message>Request successfully submitted</message>\n</response>\n`,
    );
    const bare = await anEmulator().update(GOOD);
    expect(bare.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it.each([
    ["acknowledged", "200 true"],
    ["refused-body", "200 false"],
    ["status-404", "404"],
  ] as const)("[EM1] unknownVisitor: %s", async (unknownVisitor, expected) => {
    const [seen] = await outcomeOf({ unknownVisitor }, "mbox3rdPartyId=nobody&profile.a=1");
    expect(seen).toBe(expected);
  });

  it.each([
    ["refused-body", "200 false"],
    ["status-429", "429"],
    ["status-503", "503"],
    ["acknowledged-and-dropped", "200 true"],
  ] as const)("[EM1] overLimit: %s, and without effect", async (overLimit, expected) => {
    const emulator = anEmulator({ switches: { overLimit }, limit: 0 });
    const answer = await emulator.update(GOOD);
    const word = answer.body.match(/<success>(true|false)/)?.[1] ?? "";
    expect(`${answer.statusCode} ${word}`.trim()).toBe(expected);
    expect(emulator.attributesOf(CARD)).toEqual({});
    expect(emulator.calls()[0]).toMatchObject({ effect: "refused", note: "overLimit" });
  });

  it.each([
    ["yes", 2, "200 false"],
    ["no", 1, "200 true"],
  ] as const)("[EM1] refusedCallsCount: %s", async (refusedCallsCount, counted, last) => {
    const emulator = anEmulator({ switches: { refusedCallsCount }, limit: 1 });
    await emulator.update("profile.a=1");
    expect((await emulator.update(GOOD)).body).toContain(`<success>${last.split(" ")[1]}`);
    expect(emulator.meter().total).toBe(counted);
  });

  it("[EM1] updatesPerSecond: a ceiling by the second", async () => {
    const { update, advance } = anEmulator({ switches: { updatesPerSecond: 2 } });
    const statuses = async () => (await update(GOOD)).statusCode;
    expect([await statuses(), await statuses(), await statuses()]).toEqual([200, 200, 503]);
    advance(1_000);
    expect(await statuses()).toBe(200);
  });

  it.each([
    ["may-swap", "1"],
    ["in-order", "2"],
  ] as const)("[EM1] updateOrder: %s", async (updateOrder, winner) => {
    const draws = [0.9, 0.1];
    const { update, attributesOf, advance } = anEmulator({
      switches: { updateOrder },
      propagation: { minMs: 0, maxMs: 1_000 },
      random: () => draws.shift()!,
    });
    await update(GOOD);
    await update(`mbox3rdPartyId=${CARD}&profile.a=2`);
    advance(1_000);
    expect(attributesOf(CARD)).toEqual({ a: winner });
  });
});

const anyPositions = fc.record(
  Object.fromEntries(
    Object.entries(SWITCHES)
      .filter(([name]) => !name.startsWith("bulk"))
      .map(([name, each]) => [
        name,
        each.kind === "choice"
          ? fc.constantFrom(...each.values)
          : fc.integer({ min: each.min, max: each.max }),
      ]),
  ),
) as unknown as fc.Arbitrary<Partial<Switches>>;

const anyCall = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(GOOD, `${GOOD}&mboxPC=${DEMO_BROWSER}`, "profile.a=1", `${GOOD}&profile.b=`),
  fc
    .array(fc.tuple(fc.string(), fc.string({ maxLength: 300, size: "max" })), { maxLength: 5 })
    .map((pairs) =>
      [["mbox3rdPartyId", CARD] as const, ...pairs.map(([n, v]) => [`profile.${n}`, v] as const)]
        .map((pair) => pair.map(encodeURIComponent).join("="))
        .join("&"),
    ),
);

it("[EM1] any positions of all switches at once answer every call, and keep what they promise", async () => {
  await fc.assert(
    fc.asyncProperty(anyPositions, fc.array(anyCall, { maxLength: 5 }), async (switches, calls) => {
      const { app, update, profile, fetchProfile, ...emulator } = anEmulator({ switches });
      for (const payload of calls) {
        const answer = await update(payload);
        expect(answer.statusCode, answer.body).not.toBe(500);
        const effect = emulator.calls().at(-1)!.effect;
        if (effect === "known") expect(answer.body).toContain("<success>true</success>");
      }
      const stored = profile({ kind: "member", value: CARD });
      const wasKnown = emulator.calls().some(({ effect }) => effect === "known");
      if (!wasKnown && stored !== undefined) expect(stored.attributes.size).toBe(0);
      expect((await fetchProfile(`thirdPartyId/${CARD}`)).statusCode).toBe(200);
      await app.close();
    }),
    { numRuns: 60 },
  );
});

it("[EM1] leaves no switch of the single update without a test of its positions", async () => {
  const source = await import("node:fs").then(({ readFileSync }) =>
    ["update-switches", "profiles", "sessions", "authentication", "fetch-switches"]
      .map((name) => readFileSync(new URL(`./${name}.test.ts`, import.meta.url), "utf8"))
      .join("\n"),
  );
  const silent = Object.keys(SWITCHES).filter(
    (name) => !name.startsWith("bulk") && !source.includes(name),
  );
  expect(silent).toEqual([]);
});
