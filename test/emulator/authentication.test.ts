import { describe, expect, it } from "vitest";
import { anEmulator } from "../support/target-world.ts";

const CARD = "2912345678906";
const GOOD = `mbox3rdPartyId=${CARD}&profile.a=1`;
const UPDATE = "/m2/demo/profile/update";
const HOUR = 3_600_000;

function aTokenWorld(options: Parameters<typeof anEmulator>[0] = {}) {
  const emulator = anEmulator(options);
  const generate = (change: { headers?: object; path?: string; scope?: string } = {}) =>
    emulator.app.inject({
      method: "POST",
      url: `${change.path ?? "/demo/target/authentication/token"}?scope=${change.scope ?? "profile_api"}`,
      headers: {
        authorization: "Bearer ims-token",
        "x-api-key": "key",
        "content-type": "application/vnd.adobe.target.v1+json",
        ...change.headers,
      },
    });
  const statusWith = async (headers: object = {}) =>
    (await emulator.update(GOOD, UPDATE, headers)).statusCode;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return { ...emulator, generate, statusWith, bearer };
}

describe("authentication", () => {
  it("[EM5] is off until it is switched on, and takes the one token then", async () => {
    const { control, statusWith, bearer, fetchProfile } = aTokenWorld();
    expect(await statusWith()).toBe(200);
    await control("PUT", "/authentication", { required: true, token: "secret" });
    expect(await statusWith()).toBe(403);
    expect(await statusWith(bearer("other"))).toBe(403);
    expect(await statusWith(bearer("secret"))).toBe(200);
    expect((await fetchProfile(`thirdPartyId/${CARD}`)).statusCode).toBe(403);
    expect((await fetchProfile(`thirdPartyId/${CARD}`, bearer("secret"))).statusCode).toBe(200);
    await control("PUT", "/authentication", { required: false });
    expect(await statusWith()).toBe(200);
  });

  it("[EM5] issues a token in the words of the documentation, and takes it until it expires", async () => {
    const { control, generate, statusWith, bearer, advance } = aTokenWorld();
    await control("PUT", "/authentication", { required: true });
    const answer = await generate();
    const { accessToken } = answer.json();
    expect(answer.body).toBe(
      `{"accessToken":"${accessToken}","tokenType":"bearer","scope":"profile_api","expiresIn":7775999}`,
    );
    expect(accessToken).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(await statusWith(bearer(accessToken))).toBe(200);
    // An update extends no lifetime, so look at the token alone.
    advance(7_775_999_000 - 1);
    expect(await statusWith(bearer(accessToken))).toBe(200);
    advance(1);
    expect(await statusWith(bearer(accessToken))).toBe(403);
  });

  it("[EM5] a token generated anew ends the one before it at once", async () => {
    const { control, generate, statusWith, bearer } = aTokenWorld();
    await control("PUT", "/authentication", { required: true, expiresIn: 3_600 });
    const first = (await generate()).json();
    const second = (await generate()).json();
    expect(second.expiresIn).toBe(3_600);
    expect(await statusWith(bearer(first.accessToken))).toBe(403);
    expect(await statusWith(bearer(second.accessToken))).toBe(200);
  });

  it("[EM5] takes no token of another scope, and none that expired", async () => {
    const { control, statusWith, bearer, advance } = aTokenWorld({ token: "secret" });
    expect(await statusWith(bearer("secret"))).toBe(200);
    await control("PUT", "/authentication", { tokenScope: "other" });
    expect(await statusWith(bearer("secret"))).toBe(403);
    await control("PUT", "/authentication", { tokenScope: "profile_api", tokenExpiresIn: 3_600 });
    advance(HOUR - 1);
    expect(await statusWith(bearer("secret"))).toBe(200);
    advance(1);
    expect(await statusWith(bearer("secret"))).toBe(403);
  });

  it.each([
    ["another tenant", { path: "/other/target/authentication/token" }, 404],
    ["no API key", { headers: { "x-api-key": "" } }, 403],
    ["another API key", { headers: { "x-api-key": "other" } }, 403],
    ["no IMS token", { headers: { authorization: "" } }, 401],
    ["another IMS token", { headers: { authorization: "Bearer other" } }, 401],
    ["another content type", { headers: { "content-type": "application/json" } }, 415],
    ["another scope", { scope: "all" }, 400],
  ])("[EM5] issues nothing to %s, and leaves the token as it was", async (_who, change, status) => {
    const { control, generate, statusWith, bearer } = aTokenWorld({ token: "secret" });
    await control("PUT", "/authentication", {
      ims: { tokens: ["ims-token"], apiKeys: ["key"] },
    });
    expect((await generate(change)).statusCode).toBe(status);
    expect(await statusWith(bearer("secret"))).toBe(200);
    expect((await generate()).statusCode).toBe(200);
    expect(await statusWith(bearer("secret"))).toBe(403);
  });

  it.each([
    ["status-403", 403, "Forbidden"],
    ["status-401", 401, "Unauthorized"],
    ["refused-body", 200, "<success>false</success>"],
  ] as const)("[EM1] authenticationFailure: %s", async (authenticationFailure, status, text) => {
    const { update } = anEmulator({ token: "secret", switches: { authenticationFailure } });
    const answer = await update(GOOD);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(text);
  });

  it.each([
    ["refused", 403],
    ["accepted", 200],
  ] as const)("[EM1] accessTokenHeader: %s", async (accessTokenHeader, status) => {
    const { statusWith } = aTokenWorld({ token: "secret", switches: { accessTokenHeader } });
    expect(await statusWith({ access_token: "secret" })).toBe(status);
  });

  it.each([
    ["all", 403],
    ["bulk-only", 200],
  ] as const)("[EM1] authenticationScope: %s", async (authenticationScope, status) => {
    const { statusWith, fetchProfile } = aTokenWorld({
      token: "secret",
      switches: { authenticationScope },
    });
    expect(await statusWith()).toBe(status);
    expect((await fetchProfile(`thirdPartyId/${CARD}`)).statusCode).toBe(status);
  });

  it("[EM5] faults befall the token endpoint too", async () => {
    const { inject, generate } = aTokenWorld();
    inject({ type: "status", status: 500, match: { route: "token" } });
    expect((await generate()).statusCode).toBe(500);
    expect((await generate()).statusCode).toBe(200);
  });
});
