import { createRedrive } from "../../../src/proxy/redrive.ts";
import { EXAMPLE_BOOK } from "../../support/config-book.ts";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  AUDIT_PATH,
  BACKUP_PATH,
  DEAD_LETTERS_PATH,
  DEVICES_PATH,
  HELD_PATH,
  INCIDENTS_PATH,
  PAIRINGS_PATH,
  Role,
  SESSION_PATH,
  TOKENS_PATH,
} from "../../../src/contract/admin.ts";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../../src/contract/privacy.ts";
import { fingerprintOf } from "../../../src/contract/pairing.ts";
import { createAdmin } from "../../../src/proxy/admin/admin.ts";
import { adminToken } from "../../../src/proxy/admin/admin-token.ts";
import { takeIn } from "../../../src/proxy/ingest.ts";
import { createBodyOpener } from "../../../src/proxy/open-body.ts";
import { digestOf } from "../../../src/proxy/admin/token-digest.ts";
import { openTokenStore, type TokenStore } from "../../../src/proxy/admin/token-file.ts";
import { STORE_LIMITS } from "../../../src/proxy/store/limits.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { aPairingDesk, pairAtDesk, type PairingDesk } from "../../support/devices.ts";
import { KEYS } from "../../support/keys.ts";
import {
  aBatch,
  aDevice,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  NOW,
} from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";

const TOKEN = "a-token-for-this-test";
const MINUTE = 60_000;

let folder: string;
let namedTokens: TokenStore;
let store: Store;
let clock: ReturnType<typeof aMovableClock>;
let desk: PairingDesk;
/** What was asked of withdrawal and erasure. */
let asked: string[];

beforeEach(async () => {
  asked = [];
  folder = mkdtempSync(path.join(tmpdir(), "tarjeta-admin-"));
  namedTokens = openTokenStore(folder);
  store = await aMemoryStore();
  clock = aMovableClock();
  desk = await aPairingDesk(store, clock);
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function anAdmin(
  changes: { readonly store?: Store; readonly backup?: () => Promise<string> } = {},
) {
  const metrics = async () => "tarjeta_up 1\n";
  return createAdmin({
    store,
    book: EXAMPLE_BOOK,
    keys: { store, clock, keysFile: path.join(folder, "keys.json"), storageKid: "s1" },
    imports: {
      takeIn: (handedOver) =>
        takeIn(
          { store, clock, openBody: createBodyOpener(() => KEYS), judge: EXAMPLE_BOOK.judge },
          handedOver,
        ),
      registry: desk.registry,
      clock,
      onStored: () => undefined,
    },
    devices: { ...desk, store, clock },
    onReleased: () => void asked.push("released"),
    ledgerMs: clock.wallMs,
    onResumed: () => void asked.push("resumed"),
    redrive: createRedrive({ store, clock, onOwed: () => void asked.push("owed") }),
    token: TOKEN,
    namedTokens,
    clock,
    privacy: {
      apply: async (act, visitor) => {
        asked.push(`${act} ${visitor.kind}:${visitor.value}`);
        return { v: 1, act, atMs: 1, clearing: [] };
      },
      applyAgain: async () => undefined,
      settleLog: async () => undefined,
    },
    backup: async () => "/backups/one",
    figures: () => store.figures(clock.wallMs(), 0),
    allowed: 1_000,
    metrics,
    isLoopbackOnly: true,
    ...changes,
  });
}

type Admin = ReturnType<typeof anAdmin>;

function as(token: string) {
  return { authorization: `Bearer ${token}` };
}

function tokenFor(role: Role): string {
  const storeId = role === "store" ? "store-1" : undefined;
  const added = namedTokens.add(`a-${role}`, role, clock.wallMs(), storeId);
  if (!added.ok) throw new Error(added.error);
  return added.value;
}

function post(admin: Admin, url: string, body: unknown, headers: Record<string, string> = {}) {
  return admin.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...headers },
    payload: JSON.stringify(body),
  });
}

/** Opens a session and gives its cookie as the browser sends it back. */
async function signIn(admin: Admin, token = TOKEN): Promise<string> {
  const answer = await post(admin, SESSION_PATH, { token });
  expect(answer.statusCode).toBe(200);
  return String(answer.headers["set-cookie"]).split(";")[0]!;
}

const FROM_OWN_PAGE = { "sec-fetch-site": "same-origin" };

describe("the admin listener", () => {
  it("tells health and metrics without a token", async () => {
    const admin = anAdmin();
    expect((await admin.inject("/healthz")).json()).toEqual({ status: "up" });
    const metrics = await admin.inject("/metrics");
    expect(metrics.headers["content-type"]).toMatch(/^text\/plain; version=0.0.4/);
    expect(metrics.body).toContain("tarjeta_up 1");
  });

  it.each([INCIDENTS_PATH, DEAD_LETTERS_PATH, AUDIT_PATH, TOKENS_PATH, SESSION_PATH])(
    "[AD1] gives %s only for a token",
    async (url) => {
      const admin = anAdmin();
      for (const authorization of [undefined, "Bearer wrong", `Basic ${TOKEN}`, TOKEN, "Bearer "]) {
        const headers = authorization === undefined ? {} : { authorization };
        const refused = await admin.inject({ url, headers });
        expect([refused.statusCode, refused.json().code]).toEqual([401, "unauthorized"]);
      }
      expect((await admin.inject({ url, headers: as(TOKEN) })).statusCode).toBe(200);
    },
  );

  it("[AD1] lets each role do what is declared for it, and refuses the rest by name", async () => {
    const admin = anAdmin();
    const mayBy = new Map<string, readonly Role[]>([
      [INCIDENTS_PATH, ["viewer", "operator", "privacy", "store"]],
      [DEAD_LETTERS_PATH, ["viewer", "marketer", "operator", "privacy"]],
      [AUDIT_PATH, ["operator", "privacy"]],
      [TOKENS_PATH, ["operator"]],
      [DEVICES_PATH, ["viewer", "operator", "store"]],
      [HELD_PATH, ["viewer", "operator", "privacy"]],
      [SESSION_PATH, Role.options],
    ]);
    for (const role of Role.options) {
      const token = tokenFor(role);
      for (const [url, roles] of mayBy) {
        const answer = await admin.inject({ url, headers: as(token) });
        const expected = roles.includes(role) ? [200, undefined] : [403, "forbidden"];
        expect([answer.statusCode, answer.json().code], `${role} ${url}`).toEqual(expected);
      }
    }
  });

  it("[AD1] mounts no route that does not declare who may use it", () => {
    expect(() => anAdmin().get("/v1/forgotten", async () => ({}))).toThrow(/does not declare/);
  });

  it("[AD3] mounts no route that may change something without a name for the audit", () => {
    const config = { access: ["operator"] } as const;
    expect(() => anAdmin().post("/v1/unseen", { config }, async () => ({}))).toThrow(/audited/);
    expect(() => anAdmin().delete("/v1/unseen", { config }, async () => ({}))).toThrow(/audited/);
    anAdmin().get("/v1/seen", { config }, async () => ({}));
  });

  it("[AD1] lets an operator name another, tells the token once, and forgets a revoked one at once", async () => {
    const admin = anAdmin();
    const made = await post(admin, TOKENS_PATH, { name: "maria", role: "viewer" }, as(TOKEN));
    expect(made.statusCode).toBe(201);
    const { token } = made.json();
    const list = await admin.inject({ url: TOKENS_PATH, headers: as(TOKEN) });
    expect(list.json().tokens.map(({ name }: { name: string }) => name)).toEqual(["maria"]);
    expect(list.body).not.toContain(token);
    expect(readFileSync(path.join(folder, "admin-tokens.json"), "utf8")).not.toContain(token);

    const cookie = await signIn(admin, token);
    const see = () => admin.inject({ url: INCIDENTS_PATH, headers: { cookie } });
    expect((await see()).statusCode).toBe(200);
    const url = `${TOKENS_PATH}/maria`;
    const gone = await admin.inject({ method: "DELETE", url, headers: as(TOKEN) });
    expect(gone.statusCode).toBe(204);
    expect((await see()).statusCode).toBe(401);
    expect((await admin.inject({ url: INCIDENTS_PATH, headers: as(token) })).statusCode).toBe(401);
  });

  it.each([
    [{ name: "admin", role: "viewer" }, 409, "conflict"],
    [{ name: "Maria!", role: "viewer" }, 400, "invalid-body"],
    [{ name: "maria", role: "owner" }, 400, "invalid-body"],
    [{ name: "maria", role: "viewer", more: 1 }, 400, "invalid-body"],
    [{ name: "maria", role: "store" }, 400, "invalid-body"],
    [{ name: "maria", role: "store", storeId: "no id" }, 400, "invalid-body"],
    [{ name: "maria", role: "viewer", storeId: "s-1" }, 400, "invalid-body"],
    ["no object", 400, "invalid-body"],
  ])("[AD1] refuses the new token %j by name", async (body, status, code) => {
    const answer = await post(anAdmin(), TOKENS_PATH, body, as(TOKEN));
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(namedTokens.list()).toEqual([]);
  });

  it("[AD4] shows the role store what is of its own store, by token and by session", async () => {
    const admin = anAdmin();
    for (const number of [1, 2]) {
      const device = aDevice(number);
      const witnesses = [aWitness({ epoch: anId(number), lastSeq: 2 })];
      await store.heartbeat(aHeartbeat({ device, witnesses }), NOW);
      const pairingCode = () => desk.pairingCode({ storeId: device.storeId });
      await pairAtDesk({ ...desk, pairingCode }, clock);
    }
    const body = { name: "maria", role: "store", storeId: "S-2" };
    const made = await post(admin, TOKENS_PATH, body, as(TOKEN));
    const { token, ...told } = made.json();
    expect([made.statusCode, told]).toEqual([201, body]);
    const list = await admin.inject({ url: TOKENS_PATH, headers: as(TOKEN) });
    expect(list.json().tokens).toMatchObject([body]);

    const seenBy = async (headers: Record<string, string>) => {
      const ask = async (url: string) => (await admin.inject({ url, headers })).json();
      const [{ incidents }, { devices }] = [await ask(INCIDENTS_PATH), await ask(DEVICES_PATH)];
      return [...incidents, ...devices].map(({ storeId }: { storeId: string }) => storeId);
    };
    const cookie = await signIn(admin, token);
    const both = ["S-1", "S-1", "S-2", "S-2"];
    expect((await seenBy(as(token))).toSorted()).toEqual(["S-2", "S-2"]);
    expect((await seenBy({ cookie })).toSorted()).toEqual(["S-2", "S-2"]);
    expect((await seenBy(as(TOKEN))).toSorted()).toEqual(both);
    const session = await admin.inject({ url: SESSION_PATH, headers: { cookie } });
    expect(session.json()).toEqual({ name: "maria", role: "store", storeId: "S-2" });
  });

  it("[AD4] shows a store's token from before nothing, and says what to do", async () => {
    const token = "kept-since-an-earlier-version";
    const kept = { name: "old", role: "store", digest: digestOf(token), createdMs: 1 };
    const file = path.join(folder, "admin-tokens.json");
    writeFileSync(file, JSON.stringify({ v: 1, tokens: [kept] }));
    const admin = anAdmin();
    for (const url of [INCIDENTS_PATH, DEVICES_PATH]) {
      const answer = await admin.inject({ url, headers: as(token) });
      expect([answer.statusCode, answer.json().code]).toEqual([403, "forbidden"]);
      expect(answer.json().detail).toMatch(/^The token old is of no store yet: revoke it, and add/);
    }
    expect((await admin.inject({ url: SESSION_PATH, headers: as(token) })).statusCode).toBe(200);
  });

  it("[AD4] mounts no route for stores that does not go by the store", () => {
    const config = { access: ["store", "viewer"] } as const;
    expect(() => anAdmin().get("/v1/all", { config }, async () => ({}))).toThrow(
      /does not say that it goes by the store/,
    );
  });

  it("refuses a name that is not this machine's, as after DNS rebinding", async () => {
    const admin = anAdmin();
    for (const host of ["evil.example", "127.0.0.1.evil.example:8082", "10.0.0.1"]) {
      const answer = await admin.inject({ url: "/metrics", headers: { host } });
      expect([answer.statusCode, answer.json().code]).toEqual([421, "wrong-host"]);
    }
    for (const host of ["127.0.0.1:8082", "localhost", "[::1]:8082"]) {
      expect((await admin.inject({ url: "/metrics", headers: { host } })).statusCode).toBe(200);
    }
  });

  it("carries the security headers on every answer", async () => {
    for (const url of ["/healthz", "/metrics", INCIDENTS_PATH, "/nowhere"]) {
      const { headers } = await anAdmin().inject(url);
      expect(headers["content-security-policy"]).toMatch(/^default-src 'none'/);
      expect(headers["permissions-policy"]).toContain("camera=()");
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });
});

describe("kiosks, on the admin side", () => {
  const place = { storeId: "madrid-1", kioskId: "door" };

  it("[PR1] are let in by a code that is told once and written down nowhere", async () => {
    const admin = anAdmin();
    const made = await post(admin, PAIRINGS_PATH, { ...place, name: "the door" }, as(TOKEN));
    expect(made.statusCode).toBe(201);
    const { code } = made.json();
    const { device } = await pairAtDesk({ ...desk, pairingCode: async () => code }, clock);
    const list = await admin.inject({ url: DEVICES_PATH, headers: as(TOKEN) });
    expect(list.json().devices).toMatchObject([{ ...device, name: "the door", state: "active" }]);
    const acts = await admin.inject({ url: AUDIT_PATH, headers: as(TOKEN) });
    expect(acts.body).toContain("pairing-code madrid-1 door");
    expect(list.body + acts.body).not.toContain(code);
  });

  it("[AU1] are shut out by an operator, at once and only once", async () => {
    const admin = anAdmin();
    const { device, keyId } = await pairAtDesk(desk, clock);
    const url = `${DEVICES_PATH}/${device.deviceId}/revoke`;
    expect((await post(admin, url, {}, as(tokenFor("viewer")))).statusCode).toBe(403);
    expect(desk.registry.find(keyId)?.state).toBe("active");
    expect((await post(admin, url, {}, as(TOKEN))).statusCode).toBe(204);
    expect(desk.registry.find(keyId)?.state).toBe("revoked");
    expect((await post(admin, url, {}, as(TOKEN))).statusCode).toBe(404);
  });

  it("[PR2] are written off by an operator, once they can no longer send", async () => {
    const admin = anAdmin();
    const { device } = await pairAtDesk(desk, clock);
    const witnesses = [aWitness({ lastSeq: 3, owed: [[1, 3]] })];
    await store.heartbeat(aHeartbeat({ device, witnesses }), NOW);
    const url = `${DEVICES_PATH}/${device.deviceId}/write-off`;
    expect((await post(admin, url, {}, as(tokenFor("viewer")))).statusCode).toBe(403);
    const early = await post(admin, url, {}, as(TOKEN));
    expect([early.statusCode, early.json().code]).toEqual([409, "still-paired"]);
    const replaces = device.deviceId;
    await pairAtDesk({ ...desk, pairingCode: () => desk.pairingCode({ replaces }) }, clock);
    const open = async () => (await store.incidents(9)).filter((each) => each.open).length;
    expect(await open()).toBe(1);
    const done = await post(admin, url, {}, as(TOKEN));
    expect([done.statusCode, done.json()]).toEqual([200, { numbers: 3 }]);
    expect(await open()).toBe(0);
    const nobody = await post(admin, `${DEVICES_PATH}/${anId(1)}/write-off`, {}, as(TOKEN));
    expect(nobody.statusCode).toBe(404);
    const acts = await admin.inject({ url: AUDIT_PATH, headers: as(TOKEN) });
    expect(acts.body).toMatch(/"operator","what":"device-write-off .*","outcome":"done"/);
  });

  it("[PR1] are approved by whoever sees the same fingerprint", async () => {
    desk = await aPairingDesk(store, clock, { needsApproval: true });
    const admin = anAdmin();
    const pairing = pairAtDesk(desk, clock);
    await vi.waitFor(() => expect(desk.registry.list()).toHaveLength(1));
    const { devices } = (await admin.inject({ url: DEVICES_PATH, headers: as(TOKEN) })).json();
    expect(devices).toMatchObject([
      { state: "waiting", fingerprint: fingerprintOf(desk.registry.list()[0]!.keyId) },
    ]);
    const url = `${DEVICES_PATH}/${devices[0].deviceId}/approve`;
    expect((await post(admin, url, {}, as(TOKEN))).statusCode).toBe(204);
    expect((await post(admin, url, {}, as(TOKEN))).statusCode).toBe(404);
    expect((await pairing).device.deviceId).toBe(devices[0].deviceId);
  });

  it.each([
    [{ kioskId: "door" }, /^storeId: /],
    [{ storeId: "madrid-1" }, /^kioskId: /],
    [{ ...place, storeId: "two words" }, /^storeId: /],
    [{ ...place, timeZone: "Mars/Base" }, /^timeZone: /],
    [{ ...place, replaces: "00000000-0000-4000-8000-000000000000" }, /^replaces: /],
    ["no object", /^body: /],
  ])("refuse a code for %j, naming the field", async (body, detail) => {
    const answer = await post(anAdmin(), PAIRINGS_PATH, body, as(TOKEN));
    expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid-body"]);
    expect(answer.json().detail).toMatch(detail);
  });
});

describe("what is held", () => {
  const { deviceId } = aDevice();
  const CARDS = ["2912345678906", "2900000000017", "2900000000024"];

  beforeEach(async () => {
    store = await aMemoryStore({ ...STORE_LIMITS, cardsPerMinute: 1 });
    desk = await aPairingDesk(store, clock);
    await store.ingest(aBatch(CARDS.map((card, index) => anUpdate({ card, seq: index + 1 }))));
  });

  const owed = async () => {
    const ask = { nowMs: NOW, ledgerMs: 0, maxCallMs: 0, allowed: 9, leaseMs: 0, limit: 9 };
    return (await store.claim(ask)).claims.length;
  };

  it("[CD2] is listed by kiosk and minute, for who may see it; never a card", async () => {
    const admin = anAdmin();
    const fromMs = NOW - 1_000;
    const place = { deviceId, storeId: "S-1", kioskId: "K-1" };
    for (const role of ["viewer", "privacy"] as const) {
      const list = await admin.inject({ url: HELD_PATH, headers: as(tokenFor(role)) });
      expect(list.json()).toEqual({
        held: [{ ...place, cards: 2, updates: 2, fromMs, toMs: fromMs }],
      });
    }
    const list = await admin.inject({ url: INCIDENTS_PATH, headers: as(TOKEN) });
    expect(list.json().incidents).toMatchObject([{ type: "cards-held", ...place, open: true }]);
    for (const card of CARDS) expect(list.body).not.toContain(card);
  });

  it.each([
    ["release", 3, ["released"]],
    ["discard", 1, []],
  ] as const)("[CD2] waits for an operator's %s, written down", async (act, after, told) => {
    const admin = anAdmin();
    const url = `${HELD_PATH}/${deviceId}/${act}`;
    for (const role of ["viewer", "privacy", "store", "marketer"] as const) {
      expect((await post(admin, url, {}, as(tokenFor(role)))).statusCode).toBe(403);
    }
    expect(await owed()).toBe(1);
    const done = await post(admin, url, {}, as(TOKEN));
    expect([done.statusCode, done.json()]).toEqual([200, { updates: 2, unopened: 0 }]);
    expect(await owed()).toBe(after);
    expect(asked).toEqual(told);
    expect((await post(admin, url, {}, as(TOKEN))).statusCode).toBe(404);
    const acts = await admin.inject({ url: AUDIT_PATH, headers: as(TOKEN) });
    expect(acts.body).toMatch(new RegExp(`"operator","what":"held-${act} .*","outcome":"done"`));
  });
});

describe("a session", () => {
  it("[AD2] turns a token into a cookie that only this origin's own pages use", async () => {
    const admin = anAdmin();
    const answer = await post(admin, SESSION_PATH, { token: TOKEN }, FROM_OWN_PAGE);
    expect(answer.json()).toEqual({ name: "admin", role: "operator" });
    const set = String(answer.headers["set-cookie"]);
    expect(set).toMatch(/^__Host-tarjeta-session=[\w-]{43}; Path=\/; /);
    for (const word of ["Secure", "HttpOnly", "SameSite=Strict"]) expect(set).toContain(word);
    expect(set).not.toContain("Domain");

    const cookie = set.split(";")[0]!;
    const make = (headers: Record<string, string>) =>
      post(admin, TOKENS_PATH, { name: "maria", role: "viewer" }, { cookie, ...headers });
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
      { origin: "https://evil.example" },
      { origin: "null" },
      {},
    ] as Record<string, string>[]) {
      const refused = await make(headers);
      expect([refused.statusCode, refused.json().code], JSON.stringify(headers)).toEqual([
        403,
        "cross-origin",
      ]);
    }
    expect(namedTokens.list()).toEqual([]);
    expect((await make({ origin: "http://localhost:80" })).statusCode).toBe(201);
    const del = { method: "DELETE", url: `${TOKENS_PATH}/maria` } as const;
    const headers = { cookie, ...FROM_OWN_PAGE };
    expect((await admin.inject({ ...del, headers })).statusCode).toBe(204);
  });

  it("[AD2] cannot be opened from another origin's page", async () => {
    const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    const answer = await post(anAdmin(), SESSION_PATH, { token: TOKEN }, headers);
    expect([answer.statusCode, answer.json().code]).toEqual([403, "cross-origin"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("[AD2] ends when left, after 30 minutes unused, and after 12 hours in any case", async () => {
    const admin = anAdmin();
    const see = async (cookie: string) =>
      (await admin.inject({ url: SESSION_PATH, headers: { cookie } })).statusCode;

    const left = await signIn(admin);
    const leave = { method: "DELETE", url: SESSION_PATH } as const;
    await admin.inject({ ...leave, headers: { cookie: left, ...FROM_OWN_PAGE } });
    expect(await see(left)).toBe(401);

    const idle = await signIn(admin);
    clock.advance(29 * MINUTE);
    expect(await see(idle)).toBe(200);
    clock.advance(30 * MINUTE);
    expect(await see(idle)).toBe(401);

    const long = await signIn(admin);
    for (let minute = 0; minute < 719; minute += 1) {
      clock.advance(MINUTE);
      if (minute % 20 === 0) expect(await see(long)).toBe(200);
    }
    clock.advance(MINUTE);
    expect(await see(long)).toBe(401);
  });

  it("[AD2] holds back who shows wrong tokens: per address, and in all", async () => {
    const admin = anAdmin();
    const session = await signIn(admin);
    const tryFrom = (remoteAddress: string, token: string) =>
      admin.inject({
        method: "POST",
        url: SESSION_PATH,
        remoteAddress,
        headers: { "content-type": "application/json" },
        payload: JSON.stringify({ token }),
      });
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await tryFrom("192.0.2.1", `guess-${tries}`)).statusCode).toBe(401);
    }
    const held = await tryFrom("192.0.2.1", TOKEN);
    expect([held.statusCode, held.json().code]).toEqual([429, "too-many-tries"]);
    expect(Number(held.headers["retry-after"])).toBeLessThanOrEqual(300);
    expect((await tryFrom("192.0.2.2", TOKEN)).statusCode).toBe(200);

    for (let tries = 0; tries < 50; tries += 1) await tryFrom(`192.0.2.${10 + tries}`, "guess");
    expect((await tryFrom("192.0.2.3", TOKEN)).statusCode).toBe(429);
    const bearer = await admin.inject({ url: INCIDENTS_PATH, headers: as(TOKEN) });
    expect(bearer.statusCode).toBe(429);
    const cookie = { cookie: session };
    expect((await admin.inject({ url: INCIDENTS_PATH, headers: cookie })).statusCode).toBe(200);
    clock.advance(5 * MINUTE);
    expect((await tryFrom("192.0.2.1", TOKEN)).statusCode).toBe(200);
  });
});

describe("the audit", () => {
  it("[AD3] says when, who, in which role, what and with which outcome; no token, no card", async () => {
    const admin = anAdmin();
    const viewer = tokenFor("viewer");
    await post(admin, TOKENS_PATH, { name: "maria", role: "viewer" }, as(TOKEN));
    await post(admin, TOKENS_PATH, { name: "jose", role: "store" }, as(viewer));
    await post(admin, SESSION_PATH, { token: "wrong" });
    const url = `${TOKENS_PATH}/2912345678906`;
    await admin.inject({ method: "DELETE", url, headers: as(TOKEN) });
    const answer = await admin.inject({ url: AUDIT_PATH, headers: as(TOKEN) });
    const atMs = clock.wallMs();
    expect(answer.json().acts).toEqual([
      { atMs, who: "admin", role: "operator", what: "token-revoke …", outcome: "not-found" },
      { atMs, who: "nobody", role: "none", what: "session-open", outcome: "unauthorized" },
      { atMs, who: "a-viewer", role: "viewer", what: "token-add", outcome: "forbidden" },
      { atMs, who: "admin", role: "operator", what: "token-add maria viewer", outcome: "done" },
    ]);
  });

  it("[AD3] tells nobody that an act was done while it cannot be written down", async () => {
    const broken = new Proxy(store, {
      get: (target, name: keyof Store) =>
        name === "appendAudit" ? () => Promise.reject(new Error("full")) : target[name],
    });
    const answer = await post(anAdmin({ store: broken }), SESSION_PATH, { token: TOKEN });
    expect([answer.statusCode, answer.json().code]).toEqual([503, "store-unavailable"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });
});

describe("the tokens' files", () => {
  it("[AD1] keep the first token for its owner only, made once", () => {
    const first = adminToken(undefined, folder);
    expect(first.file).toBe(path.join(folder, "admin-token"));
    expect(statSync(first.file!).mode & 0o777).toBe(0o600);
    expect(readFileSync(first.file!, "utf8").trim()).toBe(first.token);
    expect(adminToken(undefined, folder).token).toBe(first.token);
    expect(first.token.length).toBeGreaterThanOrEqual(32);
  });

  it("[AD1] keep digests of the named ones, for their owner only", () => {
    const token = tokenFor("privacy");
    const file = path.join(folder, "admin-tokens.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain(token);
    expect(token.length).toBeGreaterThanOrEqual(32);
  });

  it.each(["{", "[]", '{"v":1,"tokens":[{"name":"x"}]}'])(
    "refuse a file that reads %s with a sentence naming it",
    (text) => {
      writeFileSync(path.join(folder, "admin-tokens.json"), text);
      expect(() => namedTokens.list()).toThrow(/admin-tokens\.json: .*mend it, or remove it/);
    },
  );
});

describe("withdrawal and erasure", () => {
  it.each([
    [WITHDRAWALS_PATH, "withdraw"],
    [ERASURES_PATH, "erase"],
  ])(
    "[PV6] are asked at %s by who may, of a visitor; the audit names no card",
    async (url, act) => {
      const admin = anAdmin();
      const visitor = { kind: "member", value: "2912345678906" };
      expect((await post(admin, url, visitor)).statusCode).toBe(401);
      expect((await post(admin, url, visitor, as(tokenFor("viewer")))).statusCode).toBe(403);
      const privacy = as(tokenFor("privacy"));
      for (const wrong of [
        {},
        { ...visitor, kind: "card" },
        { ...visitor, value: "2912345678906/" },
      ]) {
        const refused = await post(admin, url, wrong, privacy);
        expect(refused.json()).toMatchObject({ code: "invalid-body" });
        expect(refused.body).not.toContain("2912345678906");
      }
      expect(asked).toEqual([]);
      const done = await post(admin, url, visitor, privacy);
      expect(done.json()).toEqual({ v: 1, act, atMs: 1, clearing: [] });
      expect(asked).toEqual([`${act} member:2912345678906`]);
      const audit = (await admin.inject({ url: AUDIT_PATH, headers: as(TOKEN) })).body;
      expect(audit).toContain(`"what":"${act}`);
      expect(audit).not.toContain("2912345678906");
    },
  );
});

describe("[BK1] a backup, asked for", () => {
  const asked = { method: "POST", url: BACKUP_PATH, headers: as(TOKEN) } as const;

  it("is made for an operator only, and names its folder", async () => {
    const admin = anAdmin();
    expect((await admin.inject({ ...asked, headers: {} })).statusCode).toBe(401);
    const viewer = as(tokenFor("viewer"));
    expect((await admin.inject({ ...asked, headers: viewer })).statusCode).toBe(403);
    expect((await admin.inject(asked)).json()).toEqual({ folder: "/backups/one" });
  });

  it("is made once at a time, and says why when it fails", async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    let begun = 0;
    const admin = anAdmin({
      backup: () => {
        begun += 1;
        return promise;
      },
    });
    const first = admin.inject(asked);
    await vi.waitUntil(() => begun === 1);
    expect((await admin.inject(asked)).json()).toMatchObject({ code: "busy" });
    reject(new Error("no space left on device"));
    expect((await first).json()).toMatchObject({
      code: "backup-failed",
      detail: "Nothing was kept of it: no space left on device.",
    });
  });
});
