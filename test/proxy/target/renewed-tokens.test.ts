import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { err, ok, type Result } from "../../../src/domain/result.ts";
import {
  createRenewedTokens,
  MAX_PAUSE_MS,
  PAUSE_MS,
} from "../../../src/proxy/target/renewed-tokens.ts";
import { createTargetClient } from "../../../src/proxy/target/target-client.ts";
import { createTokenEndpoint } from "../../../src/proxy/target/token-endpoint.ts";
import { createHandClock, type HandClock } from "../../support/forwarding-world.ts";
import { MEMBER, ONE } from "../../support/target.ts";
import { aTokenServer, CLIENT_ID, SECRET, type TokenTrouble } from "../../support/token-server.ts";
import { waitFor } from "../../support/wait.ts";

const DAY = 86_400_000;
const DELIVERED = { outcome: { type: "delivered" }, neverLeft: false };
const DENIED = { outcome: { type: "unavailable", reason: "authentication" } };

function aFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-kept-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Sketch {
  readonly lifetimeSeconds?: number;
  readonly server?: Awaited<ReturnType<typeof aTokenServer>>;
  readonly clock?: HandClock;
  readonly file?: string;
  readonly secret?: () => Promise<Result<string, string>>;
  readonly url?: URL;
  readonly timeoutMs?: number;
}

/** A client with renewed tokens, one hand on the clock, and all that was logged. */
async function aClient(sketch: Sketch = {}) {
  const { lifetimeSeconds, timeoutMs = 5_000 } = sketch;
  const server =
    sketch.server ?? (await aTokenServer(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }));
  const clock = sketch.clock ?? createHandClock();
  const file = sketch.file ?? path.join(aFolder(), "target-token");
  const logged: unknown[] = [];
  const tokens = createRenewedTokens({
    endpoint: createTokenEndpoint({
      url: sketch.url ?? server.url,
      clientId: CLIENT_ID,
      secret: sketch.secret ?? (async () => ok(SECRET)),
      timeoutMs,
    }),
    file,
    clock,
    random: () => 0.5,
    log: { warn: (...line) => void logged.push(line) },
  });
  const client = createTargetClient({ origin: server.origin, client: "demo", timeoutMs, tokens });
  onTestFinished(async () => {
    await client.close();
    await tokens.close();
    expect(JSON.stringify(logged)).not.toMatch(/token-\d|secret-of/);
  });
  const send = () => client.update(MEMBER, ONE);
  return { server, clock, file, logged, tokens, client, send };
}

it("[TC5] asks for a token as Adobe documents it, once, and keeps it for its owner alone", async () => {
  const { server, send, file } = await aClient();
  expect(await Promise.all([send(), send(), send()])).toMatchObject([
    DELIVERED,
    DELIVERED,
    DELIVERED,
  ]);
  expect(server.asked).toMatchObject([
    {
      method: "POST",
      path: "/tenant/target/authentication/token?scope=profile_api",
      headers: {
        authorization: `Bearer ${SECRET}`,
        "x-api-key": CLIENT_ID,
        "content-type": "application/vnd.adobe.target.v1+json",
      },
    },
  ]);
  expect(server.shown).toEqual(["token-1", "token-1", "token-1"]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("[TC5] adds the scope that an address leaves out", async () => {
  const server = await aTokenServer();
  const { send } = await aClient({
    server,
    url: new URL("/t/target/authentication/token", server.origin),
  });
  expect(await send()).toMatchObject(DELIVERED);
  expect(server.asked[0]?.path).toBe("/t/target/authentication/token?scope=profile_api");
});

describe("[TC5] renews a token", () => {
  it("before it expires, and nobody's call pays for it", async () => {
    const { server, clock, send } = await aClient();
    await send();
    clock.advance(88 * DAY);
    await send();
    expect(server.asked).toHaveLength(1);
    clock.advance(DAY);
    expect(await send()).toMatchObject(DELIVERED);
    expect(server.shown).toEqual(["token-1", "token-1", "token-2"]);
  });

  it("that lives for a minute, again and again", async () => {
    const { server, clock, send } = await aClient({ lifetimeSeconds: 60 });
    for (let second = 0; second < 600; second += 1) {
      expect(await send()).toMatchObject(DELIVERED);
      clock.advance(1_000);
    }
    expect(server.asked.length).toBeGreaterThan(10);
    expect(server.asked.length).toBeLessThan(14);
  });

  it("while the endpoint is down goes on with the old one to its end, then waits", async () => {
    const { server, clock, send } = await aClient();
    await send();
    server.trouble(...Array.from({ length: 500 }, () => answering(503)));
    clock.advance(89 * DAY);
    expect(await send()).toMatchObject(DELIVERED);
    clock.advance(DAY);
    expect(await send()).toMatchObject({ ...DENIED, neverLeft: true });
    expect(server.shown).toEqual(["token-1", "token-1"]);
  });

  it("once when it is refused, however many calls were on their way with it", async () => {
    const { server, send } = await aClient();
    await send();
    const together = Promise.withResolvers<void>();
    server.holdAnswers(() => together.promise);
    server.end();
    const calls = [send(), send(), send(), send()];
    await waitFor("four calls on their way", () => server.shown.length === 5);
    together.resolve();
    for (const result of await Promise.all(calls)) {
      expect(result).toMatchObject({ ...DENIED, neverLeft: false });
    }
    expect(server.asked, "within the pause").toHaveLength(1);
  });

  it("after a refusal at once, if the one before served long enough", async () => {
    const { server, clock, send } = await aClient();
    await send();
    clock.advance(MAX_PAUSE_MS);
    const together = Promise.withResolvers<void>();
    server.holdAnswers(() => together.promise);
    server.end();
    const calls = [send(), send()];
    await waitFor("two calls on their way", () => server.shown.length === 3);
    together.resolve();
    expect(await Promise.all(calls)).toMatchObject([DENIED, DENIED]);
    expect(await Promise.all([send(), send()])).toMatchObject([DELIVERED, DELIVERED]);
    expect(server.asked).toHaveLength(2);
    expect(server.shown.slice(-2)).toEqual(["token-2", "token-2"]);
  });

  it("not because of a call that left with the one before", async () => {
    // Nothing kept: what is thrown away here is gone.
    const { server, clock, send } = await aClient({ file: path.join(aFolder(), "no", "folder") });
    await send();
    clock.advance(MAX_PAUSE_MS);
    const late = Promise.withResolvers<void>();
    const answers = [late.promise, Promise.resolve()];
    server.holdAnswers(() => answers.shift() ?? Promise.resolve());
    server.end();
    const slow = send();
    await waitFor("the slow call", () => server.shown.length === 2);
    await send();
    expect(await send()).toMatchObject(DELIVERED);
    late.resolve();
    expect(await slow).toMatchObject(DENIED);
    expect(await send()).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(2);
  });
});

describe("[TC5] never hammers the endpoint", () => {
  it("with wrong credentials", async () => {
    const { server, clock, send, logged } = await aClient({ secret: async () => ok("wrong") });
    for (let second = 0; second < 3_600; second += 1) {
      expect(await send()).toMatchObject({ ...DENIED, neverLeft: true });
      clock.advance(1_000);
    }
    // 75 s, 2 x, 4 x, 8 x, then every quarter of an hour.
    expect(server.asked).toHaveLength(7);
    expect(server.shown).toEqual([]);
    expect(logged).toHaveLength(7);
    expect(JSON.stringify(logged)).toContain("status 401");
  }, 30_000);

  it("with tokens that Target refuses although they are new", async () => {
    const { server, clock, send } = await aClient();
    server.holdAnswers(async () => server.end());
    for (let second = 0; second < 3_600; second += 1) {
      expect(await send()).toMatchObject(DENIED);
      clock.advance(1_000);
    }
    expect(server.asked).toHaveLength(7);
    // Each of them was shown once, and never again.
    expect(server.shown).toEqual([...new Set(server.shown)]);
  }, 30_000);
});

describe("[TC6] without a token nothing leaves", () => {
  it.each<readonly [string, TokenTrouble]>([
    ["refuses", answering(401)],
    ["is down", answering(503)],
    ["points elsewhere", answering(302, "", { location: "/elsewhere" })],
    ["says a page", answering(200, "<h1>Sign in</h1>")],
    ["says nothing", answering(200, "")],
    ["says no token", answering(200, '{"accessToken":""}')],
    ["says what no header can hold", answering(200, '{"accessToken":"a\\r\\nx: y"}')],
    ["says a token of another kind", answering(200, '{"accessToken":"a","tokenType":"mac"}')],
    ["says one that is over", answering(200, '{"accessToken":"a","expiresIn":0}')],
    ["never stops talking", answering(200, "x".repeat(100_000))],
    ["hangs up", (response) => void response.destroy()],
    ["stops halfway", halfAnswer],
    ["is silent", () => {}],
  ])("where the endpoint %s, and the next one is taken after the pause", async (_what, trouble) => {
    const { server, clock, send, logged } = await aClient({ timeoutMs: 300 });
    server.trouble(trouble);
    expect(await send()).toMatchObject({ ...DENIED, neverLeft: true });
    expect(server.shown).toEqual([]);
    await waitFor("what was wrong", () => logged.length === 1);
    clock.advance(PAUSE_MS * 1.5);
    expect(await send()).toMatchObject(DELIVERED);
    expect(server.asked.map(({ path }) => path)).not.toContain("/elsewhere");
  });

  it("where nobody listens", async () => {
    const dead = await aTokenServer();
    await dead.close();
    const { send, logged } = await aClient({ url: dead.url });
    expect(await send()).toMatchObject({ ...DENIED, neverLeft: true });
    expect(JSON.stringify(logged)).toContain("ECONNREFUSED");
  });

  it("where the name leads to a private address", async () => {
    const server = await aTokenServer();
    const endpoint = createTokenEndpoint({
      url: new URL("https://token.example/t"),
      clientId: CLIENT_ID,
      secret: async () => ok(SECRET),
      lookup: (_hostname, _options, found) =>
        found(Object.assign(new Error("no"), { code: "PRIVATE_ADDRESS" }), []),
    });
    expect(await endpoint.newToken()).toEqual(err("connection: PRIVATE_ADDRESS"));
    await endpoint.close();
    expect(server.asked).toEqual([]);
  });

  it("where the secret cannot be read, and asks nobody then", async () => {
    const { server, send, logged } = await aClient({
      secret: async () => err("TARGET_TOKEN_SECRET_FILE cannot be read (ENOENT)"),
    });
    expect(await send()).toMatchObject({ ...DENIED, neverLeft: true });
    expect(server.asked).toEqual([]);
    expect(JSON.stringify(logged)).toContain("TARGET_TOKEN_SECRET_FILE cannot be read (ENOENT)");
  });

  it("nor is a profile fetched, while Target is still asked for its time", async () => {
    const { client } = await aClient({ secret: async () => ok("wrong") });
    const { look } = await client.fetchProfile(MEMBER);
    expect(look).toEqual({ type: "unavailable", reason: "fetch: authentication" });
    expect(await client.timeMs()).toBeTypeOf("number");
  });

  it("later than the call's own limit, however slow the endpoint is", async () => {
    const server = await aTokenServer();
    const clock = createHandClock();
    const endpoint = createTokenEndpoint({
      url: server.url,
      clientId: CLIENT_ID,
      secret: async () => ok(SECRET),
      timeoutMs: 5_000,
    });
    const file = path.join(aFolder(), "target-token");
    const tokens = createRenewedTokens({ endpoint, file, clock, random: () => 0 });
    const { origin } = server;
    const client = createTargetClient({ origin, client: "demo", timeoutMs: 200, tokens });
    onTestFinished(async () => {
      await client.close();
      await tokens.close();
    });
    const answer = Promise.withResolvers<ServerResponseOf<TokenTrouble>>();
    server.trouble((response) => answer.resolve(response));
    expect(await client.update(MEMBER, ONE)).toMatchObject({ ...DENIED, neverLeft: true });
    (await answer.promise).end(JSON.stringify({ accessToken: server.makeToken() }));
    await waitFor("the token", () => existsSync(file));
    expect(await client.update(MEMBER, ONE)).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(1);
  });
});

describe("[TC6] takes up a token that somebody else made", () => {
  it("at the next start, without making one", async () => {
    const first = await aClient();
    await first.send();
    const { server, clock, file } = first;
    const second = await aClient({ server, clock, file });
    expect(await second.send()).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(1);
  });

  it("but none that has expired meanwhile", async () => {
    const { server, clock, file, send } = await aClient();
    await send();
    clock.advance(90 * DAY);
    const second = await aClient({ server, clock: createHandClock(clock.wallMs()), file });
    expect(await second.send()).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(2);
  });

  it("when its own is refused, so that proxies with one file do not end each other's for ever", async () => {
    const one = await aClient();
    const { server, clock, file } = one;
    const other = await aClient({ server, clock, file });
    await one.send();
    await other.send();
    clock.advance(MAX_PAUSE_MS);
    server.end();
    await one.send();
    expect(await one.send()).toMatchObject(DELIVERED);
    expect(await other.send()).toMatchObject(DENIED);
    expect(await other.send()).toMatchObject(DELIVERED);
    expect(await one.send()).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(2);
  });

  it("from a person, within the pause", async () => {
    const { server, send, file } = await aClient({ secret: async () => ok("wrong") });
    expect(await send()).toMatchObject(DENIED);
    writeFileSync(file, `${server.makeToken()}\n`);
    expect(await send()).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(1);
  });

  it("and goes on without where its own cannot be kept", async () => {
    const { server, send, logged } = await aClient({ file: path.join(aFolder(), "no", "folder") });
    expect(await send()).toMatchObject(DELIVERED);
    expect(await send()).toMatchObject(DELIVERED);
    expect(server.asked).toHaveLength(1);
    expect(JSON.stringify(logged)).toContain("cannot be kept");
  });

  it("says when a token is over, for whoever reads the file", async () => {
    const { clock, send, file } = await aClient({ lifetimeSeconds: 3_600 });
    await send();
    const over = new Date(clock.wallMs() + 3_600_000).toISOString();
    expect(readFileSync(file, "utf8")).toBe(`token-1\n${over}\n`);
  });
});

type ServerResponseOf<T extends TokenTrouble> = Parameters<T>[0];

function answering(
  status: number,
  body = "",
  headers: Readonly<Record<string, string>> = {},
): TokenTrouble {
  return (response) => void response.writeHead(status, headers).end(body);
}

function halfAnswer(response: ServerResponseOf<TokenTrouble>): void {
  response.writeHead(200, { "content-length": 100 });
  response.write('{"accessToken":', () => response.destroy());
}
