import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { BACKUP_PATH, DEAD_LETTERS_PATH, INCIDENTS_PATH } from "../../src/contract/admin.ts";
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

function anAdmin(backup = async () => "/backups/one") {
  return createAdmin({
    store: listsOnly(),
    token: TOKEN,
    metrics: async () => "tarjeta_up 1\n",
    backup,
  });
}

describe("the admin listener", () => {
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

describe("[BK1] a backup, asked for", () => {
  const asked = { method: "POST", url: BACKUP_PATH } as const;
  const headers = { authorization: `Bearer ${TOKEN}` };

  it("is made for the token only, and names its folder", async () => {
    const admin = anAdmin();
    expect((await admin.inject(asked)).statusCode).toBe(401);
    expect((await admin.inject({ ...asked, headers })).json()).toEqual({ folder: "/backups/one" });
    expect((await admin.inject({ url: BACKUP_PATH, headers })).statusCode).toBe(404);
  });

  it("is made once at a time, and says why when it fails", async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    const admin = anAdmin(() => promise);
    const first = admin.inject({ ...asked, headers });
    await new Promise((wake) => setImmediate(wake));
    const second = await admin.inject({ ...asked, headers });
    expect(second.json()).toMatchObject({ code: "busy" });
    reject(new Error("no space left on device"));
    expect((await first).json()).toMatchObject({
      code: "backup-failed",
      detail: "Nothing was kept of it: no space left on device.",
    });
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
