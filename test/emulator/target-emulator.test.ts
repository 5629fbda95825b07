import { once } from "node:events";
import net from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { hasGoodCheckDigit } from "../../src/domain/check-digit.ts";
import { visitorIdFrom } from "../../src/domain/visitor-id.ts";
import {
  createEmulator,
  DEMO_BROWSER,
  DEMO_VISITORS,
  type EmulatorOptions,
} from "../../src/emulator/target-emulator.ts";

const CARD = "2912345678906";
const START = Date.parse("2026-11-23T09:00:00.000Z");
const DAY = 86_400_000;
const ACKNOWLEDGED =
  "<response><success>true</success><pcId></pcId><message>Request successfully submitted</message></response>";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

function anEmulator(options: Partial<EmulatorOptions> = {}) {
  const emulator = createEmulator({
    clock: { wallMs: () => START, monoMs: () => 0 },
    propagation: { minMs: 0, maxMs: 0 },
    ...options,
  });
  onTestFinished(() => emulator.app.close());
  const update = (payload: string, url = "/m2/demo/profile/update") =>
    emulator.app.inject({ method: "POST", url, headers: FORM, payload });
  const fetchProfile = (path: string) =>
    emulator.app.inject(`/rest/v1/profiles/${path}?client=demo`);
  const control = (method: "GET" | "PUT" | "POST" | "DELETE", path: string, payload?: object) =>
    emulator.app.inject({ method, url: `/_emulator${path}`, ...(payload && { payload }) });
  return { ...emulator, update, fetchProfile, control };
}

describe("update", () => {
  it("acknowledges a POST form word for word, as XML with status 200", async () => {
    const { update } = anEmulator();
    const answer = await update(`mbox3rdPartyId=${CARD}&profile.lastStore=store-1`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^text\/xml/);
    expect(answer.body).toBe(ACKNOWLEDGED);
  });

  it("takes GET, POST with a query only, and the literal path segment client", async () => {
    const { app, update, profile } = anEmulator();
    const query = `mboxPC=${DEMO_BROWSER}&profile.a=1`;
    expect((await app.inject(`/m2/client/profile/update?${query}`)).body).toBe(ACKNOWLEDGED);
    await update("profile.c=3", `/m2/demo/profile/update?mboxPC=${DEMO_BROWSER}&profile.b=2`);
    const attributes = profile({ kind: "browser", value: DEMO_BROWSER })?.attributes;
    expect([...attributes!.keys()]).toEqual(["a", "b", "c"]);
  });

  it("acknowledges an unknown visitor just so, and keeps nothing", async () => {
    const { update, fetchProfile, calls } = anEmulator();
    expect((await update("mbox3rdPartyId=nobody&profile.a=1")).body).toBe(ACKNOWLEDGED);
    expect((await fetchProfile("thirdPartyId/nobody")).statusCode).toBe(404);
    expect(calls().map(({ effect }) => effect)).toEqual(["unknown"]);
  });

  it("tells ids, names and values apart by case", async () => {
    const { update, visitSite, profile } = anEmulator();
    visitSite({ kind: "member", value: "Card-A" });
    await update("mbox3rdPartyId=card-a&profile.Name=x");
    await update("mbox3rdPartyId=Card-A&profile.Name=X&profile.name=x");
    const attributes = profile({ kind: "member", value: "Card-A" })!.attributes;
    expect([...attributes].map(([name, { value }]) => `${name}=${value}`)).toEqual([
      "Name=X",
      "name=x",
    ]);
  });

  it("applies what it acknowledged only after the propagation delay", async () => {
    const { update, profile, advance } = anEmulator({ propagation: { minMs: 500, maxMs: 500 } });
    await update(`mbox3rdPartyId=${CARD}&profile.a=1`);
    expect(profile({ kind: "member", value: CARD })?.attributes.size).toBe(0);
    advance(500);
    expect(profile({ kind: "member", value: CARD })?.attributes.get("a")).toEqual({
      value: "1",
      modifiedAtMs: START + 500,
    });
  });

  it.each([
    ["both ids", `mbox3rdPartyId=${CARD}&mboxPC=${DEMO_BROWSER}&profile.a=1`],
    ["no id", "profile.a=1"],
    ["an Experience Cloud ID instead", "marketingCloudVisitorId=1&profile.a=1"],
    ["no attribute", `mbox3rdPartyId=${CARD}`],
    ["an attribute without its prefix", `mbox3rdPartyId=${CARD}&a=1`],
    ["a plus sign in the id", "mbox3rdPartyId=a%2Bb&profile.a=1"],
    ["a stray percent sign", `mbox3rdPartyId=${CARD}&profile.a=100%`],
    ["bytes that are not UTF-8", `mbox3rdPartyId=${CARD}&profile.a=%FF`],
    ["raw characters beyond ASCII", `mbox3rdPartyId=${CARD}&profile.a=é`],
  ])("refuses %s in the body, with status 200", async (_what, payload) => {
    const { update, profile, calls } = anEmulator();
    const answer = await update(payload);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain("<success>false</success>");
    expect(profile({ kind: "member", value: CARD })?.attributes.size).toBe(0);
    expect(calls()[0]?.effect).toBe("refused");
  });

  it("makes nothing of a JSON body", async () => {
    const { app } = anEmulator();
    const payload = { mbox3rdPartyId: CARD, "profile.a": "1" };
    const answer = await app.inject({ method: "POST", url: "/m2/demo/profile/update", payload });
    expect(answer.body).toContain("<success>false</success>");
  });

  it("refuses a body over 60 KB and an address over 8 KB", async () => {
    const { app, update } = anEmulator();
    const start = `mbox3rdPartyId=${CARD}&profile.a=`;
    expect((await update(start + "x".repeat(61_440 - start.length))).statusCode).toBe(200);
    expect((await update(start + "x".repeat(61_441 - start.length))).statusCode).toBe(413);
    const path = `/m2/demo/profile/update?${start}`;
    expect((await app.inject(path + "x".repeat(8_192 - path.length))).statusCode).toBe(200);
    expect((await app.inject(path + "x".repeat(8_193 - path.length))).statusCode).toBe(414);
  });

  it("knows no other client code, and nobody without the token when it wants one", async () => {
    const { app, update } = anEmulator({ token: "secret" });
    const payload = `mbox3rdPartyId=${CARD}&profile.a=1`;
    expect((await update(payload, "/m2/other/profile/update")).statusCode).toBe(404);
    expect((await update(payload)).statusCode).toBe(403);
    const headers = { ...FORM, authorization: "Bearer secret" };
    const url = "/m2/demo/profile/update";
    expect((await app.inject({ method: "POST", url, headers, payload })).body).toBe(ACKNOWLEDGED);
  });
});

describe("limit", () => {
  const call = `mbox3rdPartyId=${CARD}&profile.a=1`;

  it("counts a rolling 24 hours on its own clock, at arrival", async () => {
    const { update, advance, meter } = anEmulator({ limit: 2 });
    const isTaken = async () => (await update(call)).body === ACKNOWLEDGED;
    expect(await isTaken()).toBe(true);
    advance(DAY / 2);
    expect(await isTaken()).toBe(true);
    expect(await isTaken()).toBe(false);
    advance(DAY / 2 - 1);
    expect(meter().inWindow).toBe(3);
    advance(1);
    expect(meter().inWindow).toBe(2);
    advance(DAY);
    expect(await isTaken()).toBe(true);
    expect(meter()).toMatchObject({ inWindow: 1, maxInAnyWindow: 3, total: 4 });
  });

  it("says over the limit what it was told to say", async () => {
    const { update, control } = anEmulator({ limit: 0 });
    expect((await update(call)).statusCode).toBe(200);
    await control("PUT", "/tuning", { overLimit: "status-429" });
    expect((await update(call)).statusCode).toBe(429);
    await control("PUT", "/tuning", { overLimit: "status-503" });
    expect((await update(call)).statusCode).toBe(503);
    await control("PUT", "/tuning", { limit: 100 });
    expect((await update(call)).body).toBe(ACKNOWLEDGED);
  });
});

describe("profile fetch", () => {
  it("answers in Adobe's shape, without the prefix, with a numeric offset", async () => {
    const { update, fetchProfile } = anEmulator();
    await update(`mbox3rdPartyId=${CARD}&profile.lastStore=store-1`);
    const modifiedAt = "2026-11-23T05:00:00.000-04:00";
    expect((await fetchProfile(`thirdPartyId/${CARD}`)).json()).toEqual({
      client: "demo",
      visitorId: CARD,
      modifiedAt,
      profileAttributes: { lastStore: { value: "store-1", modifiedAt } },
    });
    expect(Date.parse(modifiedAt)).toBe(START);
  });

  it("says in Adobe's exact words that there is nobody", async () => {
    const { app, fetchProfile } = anEmulator();
    const byMember = await fetchProfile("thirdPartyId/x");
    expect(byMember.body).toBe(
      '{"status" : 404, "message" : "No profile found for client demo with third party id=x"}',
    );
    expect((await fetchProfile("1.28_20")).body).toBe(
      '{"status" : 404, "message" : "No profile found for client demo with mboxPC=1.28_20"}',
    );
    const other = await app.inject(`/rest/v1/profiles/thirdPartyId/${CARD}?client=other`);
    expect(other.statusCode).toBe(404);
  });

  it("is not charged", async () => {
    const { fetchProfile, meter } = anEmulator();
    await fetchProfile(`thirdPartyId/${CARD}`);
    expect(meter()).toMatchObject({ total: 0, fetches: 1 });
  });
});

describe("control", () => {
  it("lists the calls received, in order, until they are cleared", async () => {
    const { update, control } = anEmulator();
    await update(`mbox3rdPartyId=${CARD}&profile.a=1&profile.b=%C3%B1`);
    await update("mbox3rdPartyId=nobody&profile.a=2");
    const at = new Date(START).toISOString();
    const visitor = { kind: "member", value: CARD };
    expect((await control("GET", "/calls")).json().calls).toEqual([
      { at, atMs: START, method: "POST", visitor, attributes: { a: "1", b: "ñ" }, effect: "known" },
      {
        at,
        atMs: START,
        method: "POST",
        visitor: { kind: "member", value: "nobody" },
        attributes: { a: "2" },
        effect: "unknown",
      },
    ]);
    await control("DELETE", "/calls");
    expect((await control("GET", "/calls")).json()).toEqual({ calls: [] });
  });

  it("seeds a profile and changes it as the site would", async () => {
    const { control, fetchProfile } = anEmulator();
    await control("PUT", "/profiles/member/new%20card", { attributes: { tier: "gold" } });
    const modifiedAt = "2026-11-23T12:00:00.500+01:00";
    await control("POST", "/site-visit", {
      kind: "member",
      value: "new card",
      attributes: { lastStore: "web" },
      modifiedAt,
    });
    const { profileAttributes } = (await fetchProfile("thirdPartyId/new%20card")).json();
    expect(profileAttributes.tier.value).toBe("gold");
    expect(Date.parse(profileAttributes.lastStore.modifiedAt)).toBe(Date.parse(modifiedAt));
  });

  it("moves the clock, and with it the Date header of every answer", async () => {
    const { app, control } = anEmulator();
    expect((await control("POST", "/clock", { advanceMs: DAY })).json().nowMs).toBe(START + DAY);
    const setMs = Date.parse("2030-01-01T00:00:00Z");
    await control("POST", "/clock", { setMs });
    const answer = await app.inject({ method: "HEAD", url: "/" });
    expect(answer.headers.date).toBe("Tue, 01 Jan 2030 00:00:00 GMT");
    expect((await app.inject("/nowhere")).headers.date).toBe(answer.headers.date);
  });

  it("says what is wrong with a control call, and changes nothing", async () => {
    const { control } = anEmulator();
    const wrong = await control("POST", "/faults", [{ type: "status", status: 99 }]);
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json().message).toMatch(/status/);
    expect((await control("POST", "/clock", { advance: 1 })).statusCode).toBe(400);
    expect((await control("PUT", "/profiles/cookie/1")).statusCode).toBe(400);
    expect((await control("GET", "/faults")).json()).toEqual({ faults: [] });
  });
});

describe("faults", () => {
  const call = `mbox3rdPartyId=${CARD}&profile.a=1`;

  it("befall the next matching calls, as often as told, first come first served", async () => {
    const { update, control } = anEmulator();
    await control("POST", "/faults", [
      { type: "status", status: 503, retryAfter: 7, times: 2, match: { value: CARD } },
      { type: "refused-body", message: "No such thing" },
    ]);
    const other = await update("mbox3rdPartyId=other&profile.a=1");
    expect(other.body).toContain("<message>No such thing</message>");
    for (const _ of [1, 2]) {
      const answer = await update(call);
      expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "7"]);
    }
    expect((await update(call)).body).toBe(ACKNOWLEDGED);
  });

  it("leave the effect with a late answer, and put it off with a late arrival", async () => {
    const slept: number[] = [];
    const emulator = anEmulator({
      sleep: async (delayMs) => {
        slept.push(delayMs);
        emulator.advance(delayMs);
      },
    });
    emulator.inject({ type: "delay", delayMs: 100 }, { type: "late-arrival", delayMs: 200 });
    await emulator.update(call);
    await emulator.update(call);
    expect(slept).toEqual([100, 200]);
    expect(emulator.calls().map(({ atMs }) => atMs - START)).toEqual([0, 300]);
  });

  it("answer with a captive portal's page, of which nothing reaches Target", async () => {
    const { update, inject, meter } = anEmulator();
    inject({ type: "html" });
    const answer = await update(call);
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([
      200,
      "text/html;charset=UTF-8",
    ]);
    expect(meter().total).toBe(0);
  });

  it("are over when they are cleared", async () => {
    const { update, inject, control } = anEmulator();
    inject({ type: "status", status: 500, times: 100 });
    await control("DELETE", "/faults");
    expect((await update(call)).statusCode).toBe(200);
  });

  it.each([
    ["lost-reply", 1, /^$/],
    ["lost-call", 0, /^$/],
    ["half-answer", 1, /<response>[^]*<\/?[a-zA-Z]*$/],
  ])("break the connection: %s", async (type, effects, received) => {
    const { app, inject, calls } = anEmulator();
    inject({ type });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as net.AddressInfo;
    const socket = net.connect(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.write(`GET /m2/demo/profile/update?${call} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await once(socket, "close");
    expect(text).toMatch(received);
    expect(calls()).toHaveLength(effects);
  });
});

it("offers demo visitors that are good cards and a good browser id", () => {
  for (const card of DEMO_VISITORS) {
    expect(card).toMatch(/^2\d{12}$/);
    expect(hasGoodCheckDigit("gs1", card)).toBe(true);
  }
  expect(visitorIdFrom("browser", DEMO_BROWSER).ok).toBe(true);
});
