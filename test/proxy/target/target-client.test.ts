import net from "node:net";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { VisitorId } from "../../../src/domain/visitor-id.ts";
import { createEmulator, DEMO_BROWSER } from "../../../src/emulator/target-emulator.ts";
import { createTargetClient, type TargetOptions } from "../../../src/proxy/target/target-client.ts";

const MEMBER: VisitorId = { kind: "member", value: "2912345678906" };
const BROWSER: VisitorId = { kind: "browser", value: DEMO_BROWSER };
const NOW = Date.parse("2026-11-23T09:00:00.000Z");
const ONE = [{ name: "lastStore", value: "store-1" }];

async function aTarget(options: Partial<TargetOptions> = {}, token?: string) {
  const emulator = createEmulator({
    clock: { wallMs: () => NOW, monoMs: () => 0 },
    propagation: { minMs: 0, maxMs: 0 },
    ...(token === undefined ? {} : { token }),
  });
  const origin = await emulator.app.listen({ host: "127.0.0.1", port: 0 });
  const client = createTargetClient({ origin, client: "demo", timeoutMs: 5_000, ...options });
  onTestFinished(async () => {
    await client.close();
    await emulator.app.close();
  });
  return { emulator, client, origin };
}

/** A port nobody listens on. */
async function aDeadPort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const valueOf = (emulator: ReturnType<typeof createEmulator>, visitor: VisitorId, name: string) =>
  emulator.profile(visitor)?.attributes.get(name)?.value;

describe.each(["POST", "GET"] as const)("update by %s", (method) => {
  it("brings both kinds of visitor their attributes", async () => {
    const { emulator, client } = await aTarget({ method });
    for (const visitor of [MEMBER, BROWSER]) {
      expect(await client.update(visitor, ONE)).toEqual({
        outcome: { type: "delivered" },
        neverLeft: false,
        dateMs: NOW,
      });
      expect(valueOf(emulator, visitor, "lastStore")).toBe("store-1");
    }
    expect(emulator.calls().map((call) => call.method)).toEqual([method, method]);
  });

  it("carries every well-formed value, name and id unchanged", async () => {
    const { emulator, client } = await aTarget({ method });
    const awkward = [
      "a+b c&d%e=f",
      "%2B",
      "👩‍👩‍👧 e\u0301",
      "مرحبا \u202Eabc",
      "\u0000\r\n",
      "\uFEFFx",
    ];
    const value = fc.string({ unit: "binary", minLength: 1, maxLength: 256 });
    const id = fc.stringMatching(/^[!-*,\-.0-~]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(id, fc.oneof(value, fc.constantFrom(...awkward)), async (card, text) => {
        const visitor: VisitorId = { kind: "member", value: card };
        emulator.visitSite(visitor);
        const { outcome } = await client.update(visitor, [{ name: "x", value: text }]);
        expect(outcome).toEqual({ type: "delivered" });
        expect(valueOf(emulator, visitor, "x")).toBe(text);
      }),
    );
  });

  it("splits only what is too large for one call, and loses nothing by it", async () => {
    const { emulator, client } = await aTarget({ method });
    const few = Array.from({ length: 5 }, (_, index) => ({
      name: `a${index}`,
      value: "x".repeat(256),
    }));
    expect(client.planCalls(MEMBER, few)).toEqual([few]);
    // As many as a profile of 64 KB has room for.
    const many = Array.from({ length: 120 }, (_, index) => ({
      name: `n${index}`,
      value: "ñ".repeat(256),
    }));
    const calls = client.planCalls(MEMBER, many);
    expect(calls.flat()).toEqual(many);
    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) {
      expect((await client.update(MEMBER, call)).outcome).toEqual({ type: "delivered" });
    }
    expect(emulator.profile(MEMBER)?.attributes.size).toBe(120);
  });
});

it("sends the token when there is one, and takes its refusal for something that passes", async () => {
  const { client, origin } = await aTarget({ token: "secret" }, "secret");
  expect((await client.update(MEMBER, ONE)).outcome).toEqual({ type: "delivered" });
  expect((await client.fetchProfile(MEMBER)).look.type).toBe("found");
  const without = createTargetClient({ origin, client: "demo" });
  onTestFinished(() => without.close());
  const denied = { type: "unavailable", reason: "authentication" };
  expect((await without.update(MEMBER, ONE)).outcome).toEqual(denied);
  expect((await without.fetchProfile(MEMBER)).look).toEqual(denied);
});

describe("[FW4] success is read from the body", () => {
  it.each([
    [{ type: "html" }, { type: "unavailable", reason: "not an answer of Target" }],
    [
      { type: "status", status: 200 },
      { type: "unavailable", reason: "not an answer of Target" },
    ],
    [
      { type: "refused-body", message: "No" },
      { type: "refused", reason: "No" },
    ],
    [
      { type: "refused-body", message: "Update limit exceeded" },
      { type: "unavailable", reason: "over the limit" },
    ],
    [
      { type: "status", status: 400 },
      { type: "refused", reason: "status 400" },
    ],
    [
      { type: "status", status: 404 },
      { type: "refused", reason: "status 404" },
    ],
    [
      { type: "status", status: 302 },
      { type: "unavailable", reason: "status 302" },
    ],
    [
      { type: "status", status: 503, retryAfter: 30 },
      { type: "unavailable", reason: "status 503", retryAfterMs: 30_000 },
    ],
    [
      { type: "status", status: 429, retryAfter: new Date(NOW + 9_000).toUTCString() },
      { type: "unavailable", reason: "status 429", retryAfterMs: 9_000 },
    ],
    [{ type: "half-answer" }, { type: "unavailable" }],
    [{ type: "lost-reply" }, { type: "unavailable" }],
    [{ type: "lost-call" }, { type: "unavailable" }],
  ])("%j", async (fault, outcome) => {
    const { emulator, client } = await aTarget();
    emulator.inject(fault);
    const result = await client.update(MEMBER, ONE);
    expect(result.outcome).toMatchObject(outcome);
    expect(result.neverLeft).toBe(false);
  });
});

it("gives up a slow call in time, and does not claim that it never left", async () => {
  const { emulator, client } = await aTarget({ timeoutMs: 100 });
  emulator.inject({ type: "delay", delayMs: 3_000 });
  const result = await client.update(MEMBER, ONE);
  expect(result).toMatchObject({ outcome: { type: "unavailable" }, neverLeft: false });
  expect(emulator.calls()).toHaveLength(1);
});

it("[QT2] knows that a call never left when no connection came about", async () => {
  const origin = `http://127.0.0.1:${await aDeadPort()}`;
  const client = createTargetClient({ origin, client: "demo" });
  onTestFinished(() => client.close());
  expect(await client.update(MEMBER, ONE)).toEqual({
    outcome: { type: "unavailable", reason: "connection: ECONNREFUSED" },
    neverLeft: true,
  });
  expect(await client.timeMs()).toBeUndefined();
  expect((await client.fetchProfile(MEMBER)).look.type).toBe("unavailable");
});

it("takes an answer without end for no answer of Target", async () => {
  const { emulator, client } = await aTarget();
  emulator.inject({ type: "status", status: 200, body: "x".repeat(100_000) });
  const { outcome } = await client.update(MEMBER, ONE);
  expect(outcome).toEqual({ type: "unavailable", reason: "connection: AnswerTooLargeError" });
  expect((await client.update(MEMBER, ONE)).outcome).toEqual({ type: "delivered" });
});

it("[PV2] never repeats a visitor's id in a reason", async () => {
  const { emulator, client } = await aTarget();
  const odd: VisitorId = { kind: "member", value: "a=b" };
  for (const [visitor, message] of [
    [MEMBER, `No visitor ${MEMBER.value} (2912 3456 7890 6) here`],
    [odd, "No visitor a%3Db or a=b here"],
  ] as const) {
    emulator.inject({ type: "refused-body", message });
    const text = JSON.stringify((await client.update(visitor, ONE)).outcome);
    expect(text).toMatch(/No visitor … .*here/);
    expect(text).not.toMatch(/2912|a=b|a%3Db/);
  }
});

describe("profile fetch", () => {
  it("reads values and times of both kinds of visitor", async () => {
    const { emulator, client } = await aTarget();
    for (const visitor of [MEMBER, BROWSER]) {
      emulator.visitSite(visitor, { lastStore: "web" }, NOW - 1_234);
      expect(await client.fetchProfile(visitor)).toEqual({
        look: {
          type: "found",
          attributes: new Map([["lastStore", { value: "web", modifiedAtMs: NOW - 1_234 }]]),
        },
        dateMs: NOW,
      });
    }
  });

  it("says unknown only on Target's own word", async () => {
    const { emulator, client } = await aTarget();
    const nobody: VisitorId = { kind: "member", value: "nobody" };
    expect((await client.fetchProfile(nobody)).look).toEqual({ type: "unknown" });
    emulator.inject({
      type: "status",
      status: 404,
      body: "<h1>Not Found</h1>",
      match: { route: "fetch" },
    });
    expect((await client.fetchProfile(MEMBER)).look.type).toBe("unavailable");
    emulator.inject({ type: "html", match: { route: "fetch" } });
    expect((await client.fetchProfile(MEMBER)).look.type).toBe("unavailable");
  });
});

it("asks for Target's time without being charged", async () => {
  const { emulator, client } = await aTarget();
  expect(await client.timeMs()).toBe(NOW);
  expect(emulator.meter().total).toBe(0);
});
