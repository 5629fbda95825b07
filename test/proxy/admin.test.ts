import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DEAD_LETTERS_PATH, INCIDENTS_PATH } from "../../src/contract/admin.ts";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../src/contract/privacy.ts";
import { adminToken, isToken } from "../../src/proxy/admin-token.ts";
import { createAdmin } from "../../src/proxy/admin.ts";
import type { Store } from "../../src/proxy/store/store.ts";

const TOKEN = "a-token-for-this-test";

/** A store of which only the two lists may be asked; anything else fails the test by name. */
function listsOnly(): Store {
  const lists: Partial<Store> = { incidents: async () => [], deadLetters: async () => [] };
  return new Proxy(lists as Store, {
    get(target, name: keyof Store) {
      if (target[name] === undefined) throw new Error(`unexpected ${name}`);
      return target[name];
    },
  });
}

function anAdmin(asked: string[] = []) {
  return createAdmin({
    store: listsOnly(),
    privacy: {
      apply: async (act, visitor) => {
        asked.push(`${act} ${visitor.kind}:${visitor.value}`);
        return { v: 1, act, atMs: 1, clearing: [] };
      },
      applyAgain: async () => {},
    },
    token: TOKEN,
    metrics: async () => "tarjeta_up 1\n",
  });
}

describe("the admin listener", () => {
  it.each([
    [WITHDRAWALS_PATH, "withdraw"],
    [ERASURES_PATH, "erase"],
  ])("[PV6] takes %s only with the token and a visitor", async (url, act) => {
    const asked: string[] = [];
    const admin = anAdmin(asked);
    const payload = { kind: "member", value: "2912345678906" };
    const authorization = `Bearer ${TOKEN}`;
    const ask = (body: object, headers: Record<string, string> = { authorization }) =>
      admin.inject({ method: "POST", url, headers, payload: body });
    expect((await ask(payload, {})).statusCode).toBe(401);
    for (const wrong of [
      {},
      { ...payload, kind: "card" },
      { ...payload, value: "2912345678906/" },
    ]) {
      const refused = await ask(wrong);
      expect(refused.json()).toMatchObject({ code: "invalid-body" });
      expect(refused.body).not.toContain("2912345678906");
    }
    expect(asked).toEqual([]);
    expect((await ask(payload)).json()).toEqual({ v: 1, act, atMs: 1, clearing: [] });
    expect(asked).toEqual([`${act} member:2912345678906`]);
  });

  it("tells health and metrics without a token", async () => {
    const admin = anAdmin();
    expect((await admin.inject("/healthz")).json()).toEqual({ status: "up" });
    const metrics = await admin.inject("/metrics");
    expect(metrics.headers["content-type"]).toMatch(/^text\/plain; version=0.0.4/);
    expect(metrics.body).toContain("tarjeta_up 1");
  });

  it.each([INCIDENTS_PATH, DEAD_LETTERS_PATH])("gives %s only for the token", async (url) => {
    const admin = anAdmin();
    for (const authorization of [undefined, "Bearer wrong", `Basic ${TOKEN}`, TOKEN, "Bearer "]) {
      const headers = authorization === undefined ? {} : { authorization };
      const refused = await admin.inject({ url, headers });
      expect(refused.statusCode).toBe(401);
      expect(refused.json().code).toBe("unauthorized");
    }
    const given = await admin.inject({ url, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(given.statusCode).toBe(200);
    expect(Object.values(given.json())).toEqual([[]]);
  });
});

describe("the admin token", () => {
  it("is made once, for its owner only, and kept", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-admin-"));
    const first = adminToken(undefined, folder);
    expect(first.file).toBe(path.join(folder, "admin-token"));
    expect(statSync(first.file!).mode & 0o777).toBe(0o600);
    expect(readFileSync(first.file!, "utf8").trim()).toBe(first.token);
    expect(adminToken(undefined, folder).token).toBe(first.token);
    expect(first.token.length).toBeGreaterThanOrEqual(32);
    rmSync(folder, { recursive: true });
  });

  it("is compared whole", () => {
    expect(isToken(TOKEN, TOKEN)).toBe(true);
    expect(isToken(TOKEN.slice(0, -1), TOKEN)).toBe(false);
    expect(isToken("", TOKEN)).toBe(false);
  });
});
