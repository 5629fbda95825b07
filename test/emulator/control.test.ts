import { describe, expect, it } from "vitest";
import { anEmulator, EMULATOR_START } from "../support/target-world.ts";

const CARD = "2912345678906";
const GOOD = `mbox3rdPartyId=${CARD}&profile.a=1`;
const MINUTE = 60_000;

describe("control", () => {
  it("[EM9] seeds many at once, or none when one is wrong", async () => {
    const { control, attributesOf } = anEmulator();
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      kind: "member",
      value: `m${index}`,
      attributes: { n: String(index) },
    }));
    expect((await control("POST", "/profiles", { profiles: many })).json()).toEqual({
      seeded: 1_000,
    });
    expect(attributesOf("m999")).toEqual({ n: "999" });
    const wrong = await control("POST", "/profiles", {
      profiles: [
        { kind: "member", value: "good" },
        { kind: "cookie", value: "bad" },
      ],
    });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json().message).toContain("profiles[1].kind");
    expect(attributesOf("good")).toBeUndefined();
  });

  it("[EM9] lists profiles, the last changed first, and forgets one", async () => {
    const { control, update, advance, fetchProfile } = anEmulator();
    advance(1_000);
    await update(GOOD);
    const { profiles } = (await control("GET", "/profiles?limit=2")).json();
    expect(profiles).toHaveLength(2);
    expect(profiles[0]).toMatchObject({
      ids: [`member:${CARD}`],
      bytes: 2,
      pending: 0,
      attributes: { a: { value: "1", modifiedAtMs: EMULATOR_START + 1_000 } },
    });
    await control("DELETE", `/profiles/member/${CARD}`);
    expect((await fetchProfile(`thirdPartyId/${CARD}`)).statusCode).toBe(404);
  });

  it("[EM4] takes a page view with both ids", async () => {
    const { control, advance, attributesOf } = anEmulator();
    const view = { tntId: "1.28_20", thirdPartyId: CARD, attributes: { a: "1" } };
    expect((await control("POST", "/site-visit", view)).statusCode).toBe(204);
    advance(10 * MINUTE);
    expect(attributesOf("1.28_20", "browser")).toEqual({ a: "1" });
  });

  it.each([
    ["short", 0, 1_000],
    ["within-the-hour", MINUTE, 60 * MINUTE],
    ["24-hours", 60 * MINUTE, 24 * 60 * MINUTE],
  ])("[EM9] sets the propagation delay by name: %s", async (propagation, minMs, maxMs) => {
    const draws = [0, 0.999_999_9];
    const { control, update, advance, attributesOf } = anEmulator({
      random: () => draws.shift()!,
    });
    const tuned = (await control("PUT", "/tuning", { propagation })).json();
    expect(tuned.propagation).toEqual({ minMs, maxMs });
    await update(GOOD);
    await update(`mbox3rdPartyId=${CARD}&profile.b=2`);
    if (minMs > 0) {
      advance(minMs - 1);
      expect(attributesOf(CARD)).toEqual({});
      advance(1);
    }
    expect(attributesOf(CARD)).toEqual({ a: "1" });
    advance(maxMs - minMs);
    expect(attributesOf(CARD)).toEqual({ a: "1", b: "2" });
  });

  it.each([
    ["PUT", "/tuning", { limit: -1 }, "limit"],
    ["PUT", "/tuning", { propagation: { minMs: 2, maxMs: 1 } }, "propagation"],
    ["PUT", "/tuning", { propagation: "soon" }, "propagation"],
    ["PUT", "/tuning", { overLimit: "explode" }, "overLimit"],
    ["PUT", "/authentication", { required: "yes" }, "required"],
    ["PUT", "/authentication", { ims: { tokens: [], apiKeys: ["k"] } }, "ims.tokens"],
    ["POST", "/site-visit", { attributes: { a: "1" } }, "tntId"],
    ["POST", "/site-visit", { tntId: "1", attributes: { a: 1 } }, "attributes.a"],
    ["POST", "/site-visit", { kind: "member", attributes: {} }, "value"],
    ["PUT", "/profiles/member/x", { ecid: "1" }, "ecid"],
    ["POST", "/clock", { setMs: "yesterday" }, "setMs"],
    ["POST", "/clock", { advanceMs: 1e300 }, "advanceMs"],
    ["POST", "/clock", {}, "advanceMs"],
    ["GET", "/profiles?limit=0", undefined, "limit"],
    ["GET", "/seconds?after=never", undefined, "after"],
  ] as const)("[EM9] refuses %s %s %j, naming %s", async (method, path, payload, field) => {
    const { control, meter, nowMs } = anEmulator();
    const answer = await control(method, path, payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().message).toContain(field);
    expect(nowMs()).toBe(EMULATOR_START);
    expect(meter().limit).toBe(1_000_000);
  });

  it("[EM9] a clock cannot be moved off the calendar, in however many steps", async () => {
    const { control, app } = anEmulator();
    for (let step = 0; step < 200; step += 1) {
      await control("POST", "/clock", { advanceMs: 1e14 });
    }
    expect((await app.inject("/_emulator/clock")).statusCode).toBe(200);
  });

  it("[EM9] reads JSON whatever curl calls it, and says so when it is none", async () => {
    const { app, nowMs } = anEmulator();
    const move = (payload: string, type?: string) =>
      app.inject({
        method: "POST",
        url: "/_emulator/clock",
        headers: type === undefined ? {} : { "content-type": type },
        payload,
      });
    for (const type of ["application/x-www-form-urlencoded", "application/json", "text/plain"]) {
      expect((await move('{"advanceMs":1}', type)).statusCode).toBe(200);
    }
    expect(nowMs()).toBe(EMULATOR_START + 3);
    const wrong = await move("advanceMs=1", "application/x-www-form-urlencoded");
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json().message).toContain("JSON");
  });

  it("[EM9] takes no call from a page of another origin", async () => {
    const { app, inject, control } = anEmulator();
    inject({ type: "html", times: 5 });
    const resetFrom = async (origin: string) => {
      const headers = { origin, host: "127.0.0.1:8081" };
      return (await app.inject({ method: "POST", url: "/_emulator/reset", headers })).statusCode;
    };
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:8080"]) {
      expect(await resetFrom(origin)).toBe(403);
    }
    expect((await control("GET", "/faults")).json().faults).toHaveLength(1);
    expect(await resetFrom("http://127.0.0.1:8081")).toBe(204);
  });

  it("[EM9] a reset leaves everything as it was started", async () => {
    const emulator = anEmulator({ limit: 5, switches: { lifetimeDays: 30 }, token: "secret" });
    const { control, update, advance, visit, inject } = emulator;
    const overview = async () => {
      const { nowMs: _, ...rest } = (await control("GET", "/overview")).json();
      return rest;
    };
    const before = await overview();
    await control("PUT", "/authentication", { required: false });
    await control("PUT", "/switches", { emptyValue: "clears", lifetimeDays: 1 });
    await control("PUT", "/tuning", { limit: 1, propagation: "24-hours" });
    await control("PUT", "/profiles/member/new", { attributes: { a: "1" } });
    visit({ tntId: "1.28_20", thirdPartyId: CARD });
    inject({ type: "html", times: 5, match: { route: "fetch" } });
    await update(GOOD);
    advance(86_400_000);
    expect(await overview()).not.toEqual(before);
    await control("POST", "/reset");
    expect(await overview()).toEqual(before);
    expect(emulator.nowMs()).toBe(EMULATOR_START);
    advance(45 * MINUTE);
    expect(emulator.profile({ kind: "browser", value: "1.28_20" })).toBeUndefined();
  });
});

describe("the page", () => {
  const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  it("[EM10] is what a browser gets, and JSON what curl and programs get", async () => {
    const { app } = anEmulator();
    const get = (accept?: string) =>
      app.inject({ url: "/_emulator/", headers: accept === undefined ? {} : { accept } });
    expect((await get(BROWSER)).headers["content-type"]).toMatch(/^text\/html/);
    for (const accept of [undefined, "*/*", "application/json", "application/json, text/html"]) {
      expect((await get(accept)).json().client).toBe("demo");
    }
    expect((await app.inject("/_emulator/page")).headers["content-type"]).toMatch(/^text\/html/);
  });

  it("[EM10] lets in nothing but its own files, none of them with anything inline", async () => {
    const { app } = anEmulator();
    const page = await app.inject("/_emulator/page");
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect(page.body).not.toMatch(/\son\w+=|style=|<style|<script(?![^>]*\ssrc=)/);
    for (const [, url] of page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await app.inject(url!)).statusCode, url).toBe(200);
    }
    const script = (await app.inject("/_emulator/page.js")).body;
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval/);
  });

  it("[EM10] is drawn from one reading: calls and effects, profiles, hours, faults, switches", async () => {
    const { control, update, inject, advance } = anEmulator();
    await update(
      "mbox3rdPartyId=nobody&profile.a=<script>alert(1)</script>".replace(
        /[<>]/g,
        encodeURIComponent,
      ),
    );
    advance(3 * 60 * MINUTE);
    await update(GOOD);
    inject({ type: "lost-reply", share: 0.1 });
    const overview = (await control("GET", "/overview")).json();
    expect(overview.calls.map(({ effect }: { effect: string }) => effect)).toEqual([
      "known",
      "unknown",
    ]);
    expect(overview.calls[1].attributes.a).toBe("<script>alert(1)</script>");
    const hours = overview.hours.map(({ calls }: { calls: number }) => calls);
    expect(hours).toHaveLength(24);
    expect(hours.slice(-4)).toEqual([1, 0, 0, 1]);
    expect(overview.faults).toMatchObject([{ type: "lost-reply", share: 0.1 }]);
    expect(overview.profiles[0].ids).toEqual([`member:${CARD}`]);
    expect(overview.meter.inWindow).toBe(2);
  });
});
