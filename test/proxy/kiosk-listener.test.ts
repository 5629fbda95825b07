import { EXAMPLE_BOOK } from "../support/config-book.ts";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { FastifyServerOptions } from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH, MAX_BATCH_BYTES } from "../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import { createApp } from "../../src/proxy/app.ts";
import { newLinkToken } from "../../src/proxy/devices/pairing-code.ts";
import { createFloodLimit } from "../../src/proxy/flood-limit.ts";
import { httpLimits, MAX_HEADER_BYTES } from "../../src/proxy/http-limits.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { KEYS } from "../support/keys.ts";
import { createIngest } from "../../src/proxy/ingest.ts";
import { listen } from "../../src/proxy/listen.ts";
import { trust } from "../../src/proxy/proxy.ts";
import { KIOSK_HEADERS } from "../../src/proxy/security-headers.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { aPairingDesk, signedFetchTo, signedHeaders } from "../support/devices.ts";
import { waitFor } from "../support/wait.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { aListener } from "../support/listener.ts";

type Listener = Awaited<ReturnType<typeof aListener>>;

const FAST = httpLimits({ requestMs: 400, headersMs: 200, lookMs: 20 });

async function accepted({ store }: Listener): Promise<number> {
  return (await store.figures(0, 0)).updatesByVerdict["accepted"] ?? 0;
}

/** Everything a raw connection is answered until it is closed. */
function answerTo(url: string, send: (write: (text: string) => void) => void): Promise<string> {
  const { port } = new URL(url);
  return new Promise((answered) => {
    let said = "";
    const socket = connect(Number(port), "127.0.0.1", () => send((text) => socket.write(text)));
    socket.on("data", (chunk) => (said += String(chunk)));
    socket.on("error", () => undefined); // Being cut off is what is tested.
    socket.on("close", () => answered(said));
  });
}

function postHead(length: number): string {
  return (
    `POST ${INGEST_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n` +
    `content-length: ${length}\r\n\r\n`
  );
}

describe("the kiosk listener against hostile requests", () => {
  it.each([
    [{ "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "same-site" }],
    [{ origin: "https://evil.example" }],
    [{ origin: "null" }],
  ])("[KL1] refuses a cross-origin call by name, without a CORS header: %j", async (headers) => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    kiosk.add("2912345678906");
    const type = { "content-type": "application/json" };
    const answers = [
      await kiosk.post(kiosk.request().body, { headers: { ...type, ...headers } }),
      await fetch(listener.url + HEARTBEAT_PATH, {
        method: "POST",
        headers: { ...type, ...headers },
        body: "{}",
      }),
      await fetch(listener.url + CONFIG_PATH, { headers }),
      await fetch(listener.url + INGEST_PATH, {
        method: "OPTIONS",
        headers: { ...headers, "access-control-request-method": "POST" },
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect((await answer.json()).code).toBe("cross-origin");
      const names = [...answer.headers.keys()].filter((name) => name.startsWith("access-control"));
      expect(names).toEqual([]);
    }
    expect(await accepted(listener)).toBe(0);
    expect(await kiosk.send()).toHaveLength(1);
  });

  it("[KL1] takes calls of its own pages, and lets anybody follow a link to the kiosk", async () => {
    const listener = await aListener();
    const { url, app } = listener;
    const { identity } = await createRawKiosk(listener);
    const get = (headers: Record<string, string>) =>
      signedFetchTo(url, identity)(CONFIG_PATH, { method: "GET", headers });
    expect((await get({ origin: url, "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await get({ origin: url })).status).toBe(200);
    const link = await app.inject({ url: "/readyz", headers: { "sec-fetch-site": "cross-site" } });
    expect(link.statusCode).toBe(200);
  });

  it("[KL1] refuses a decompression bomb before inflating a byte of it", async () => {
    const listener = await aListener();
    const bomb = gzipSync(Buffer.alloc(512 * 1_048_576, " "), { level: 9 });
    expect(bomb.length).toBeLessThan(MAX_BATCH_BYTES);
    const beforeBytes = process.memoryUsage().rss;
    for (const encoding of ["gzip", "deflate", "br", "zstd", "gzip, identity", "x-gzip"]) {
      const answer = await fetch(listener.url + INGEST_PATH, {
        method: "POST",
        headers: { "content-type": "application/json", "content-encoding": encoding },
        body: bomb,
      });
      expect([answer.status, (await answer.json()).code]).toEqual([415, "encoding-not-accepted"]);
    }
    expect(process.memoryUsage().rss - beforeBytes).toBeLessThan(128 * 1_048_576);
  });

  it("[KL1] cuts off a body that comes too slowly, and serves the others meanwhile", async () => {
    const listener = await aListener(FAST);
    let drip: NodeJS.Timeout | undefined;
    const slow = answerTo(listener.url, (write) => {
      write(postHead(1_000));
      drip = setInterval(() => write(" "), 20);
    });
    const kiosk = await createRawKiosk(listener);
    kiosk.add("2912345678906");
    expect((await kiosk.send()).map(({ verdict }) => verdict)).toEqual(["accepted"]);
    const said = await slow;
    clearInterval(drip);
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    expect(said).toContain('"code":"too-slow"');
    expect(await accepted(listener)).toBe(1);
  });

  it("[KL1] cuts off headers that never end", async () => {
    const listener = await aListener(FAST);
    const said = await answerTo(listener.url, (write) => write("GET /readyz HTTP/1.1\r\nhost: a"));
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ["headers that are too large", `x: ${"y".repeat(MAX_HEADER_BYTES)}`, 431, "headers-too-large"],
    ["what is no HTTP", "no colon", 400, "invalid-request"],
  ])("[KL1] refuses %s by name, with every security header", async (_what, line, status, code) => {
    const listener = await aListener();
    const said = await answerTo(listener.url, (write) =>
      write(`GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\n${line}\r\n\r\n`),
    );
    expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(said).toContain(`"code":"${code}"`);
    for (const name of Object.keys(KIOSK_HEADERS)) expect(said).toContain(`${name}: `);
    expect(said).not.toContain("yyyy");
  });

  it.each(["unsigned", "in a kiosk's name"])(
    "[KL1] bounds what bodies on their way take, %s; other kiosks of the same address are served",
    async (who) => {
      const listener = await aListener();
      const kiosk = await createRawKiosk(listener);
      const named = await createRawKiosk(listener);
      const init = { method: "POST", body: "{}" } as const;
      const signed = await signedHeaders(named.identity, INGEST_PATH, init);
      // The name alone: what it is a signature of never comes.
      const names = Object.entries(signed).map(([name, value]) => `\r\n${name}: ${value}`);
      const more = who === "unsigned" ? "" : names.join("");
      const { port } = new URL(listener.url);
      const sockets = Array.from({ length: 70 }, () =>
        connect(Number(port), "127.0.0.1").on("error", () => undefined),
      );
      onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
      const answers: string[] = [];
      for (const socket of sockets) {
        socket.once("data", (chunk) => answers.push(String(chunk)));
        socket.write(postHead(MAX_BATCH_BYTES).replace("\r\n\r\n", `${more}\r\n\r\n`));
      }
      // Four of the largest are let in.
      await waitFor("the others to be sent away", () => answers.length >= 66);
      for (const said of answers) expect(said).toMatch(/^HTTP\/1\.1 503 [\s\S]*"code":"busy"/);
      expect(answers).toHaveLength(66);
      kiosk.add("2912345678906");
      expect((await kiosk.send()).map(({ verdict }) => verdict)).toEqual(["accepted"]);
    },
  );

  it("[KL1] carries the security headers on every answer, and no CORS header on any", async () => {
    const { url } = await aListener();
    for (const path of ["/readyz", CONFIG_PATH, "/nowhere", "/%", INGEST_PATH]) {
      const { headers } = await fetch(url + path);
      for (const [name, value] of Object.entries(KIOSK_HEADERS)) {
        expect(headers.get(name), `${name} of ${path}`).toBe(value);
      }
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect(await (await fetch(`${url}/%2912345678906`)).text()).not.toContain("2345678906");
  });

  it("[KL2] holds back one kiosk that floods; the other ninety-nine are served", async () => {
    const held = Promise.withResolvers<void>();
    let holding = "";
    // Typed codes are slow on purpose, each; a link pairs as many as open it.
    const linkToken = newLinkToken();
    const listener = await aListener({}, { linkToken }, (ingest) => async (body, sender) => {
      if (sender.device.deviceId === holding) await held.promise;
      return ingest(body, sender);
    });
    const byLink = { ...listener, pairingCode: async () => linkToken };
    const kiosks: Awaited<ReturnType<typeof createRawKiosk>>[] = [];
    for (let count = 0; count < 100; count += 1) kiosks.push(await createRawKiosk(byLink));
    const [flooder, ...others] = kiosks;
    flooder!.add("2912345678906");
    // What it sends takes as long as it can: more at once than there is room for in all.
    holding = flooder!.device.deviceId;
    onTestFinished(() => held.resolve());
    const statuses: number[] = [];
    const post = () =>
      flooder!.post(flooder!.request().body).then(
        ({ status }) => statuses.push(status),
        () => undefined, // Those that are held are not waited for.
      );
    const flood = Array.from({ length: 100 }, post);
    await waitFor("all but a few to be sent away", () => statuses.length === 97);
    expect(new Set(statuses)).toEqual(new Set([503]));
    // The very first request of each, meanwhile.
    for (let from = 0; from < others.length; from += 33) {
      const served = others.slice(from, from + 33).map(async (kiosk) => {
        kiosk.add("2912345678906");
        return (await kiosk.send())[0]?.verdict;
      });
      for (const verdict of await Promise.all(served)) {
        expect(["accepted", "superseded"]).toContain(verdict);
      }
    }
    expect(statuses).toHaveLength(97);
    held.resolve();
    await Promise.all(flood);
    while (!statuses.includes(429)) await Promise.all(Array.from({ length: 50 }, post));

    const refused = await flooder!.post(flooder!.request().body);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await refused.json()).code).toBe("too-many-requests");
    listener.clock.advance(1_000);
    expect((await flooder!.post(flooder!.request().body)).status).toBe(200);
  });
});

describe("the flood limit", () => {
  it("[KL2] forgets the kiosks that are quiet longest, and stays bounded", () => {
    const clock = aMovableClock();
    const flood = createFloodLimit(clock, { burst: 1, perSecond: 0.5 }, 2);
    expect([flood("a"), flood("a")]).toEqual([undefined, 2]);
    flood("b");
    flood("c"); // There is room for two: a is forgotten.
    expect(flood("a")).toBeUndefined();
    expect(flood("c")).toBe(2);
    clock.advance(2_000);
    expect(flood("c")).toBeUndefined();
  });
});

describe("what a client says of its address", () => {
  it("[KL3] counts only as far as the trusted hops go", async () => {
    const ipSeenWith = async (hops: Parameters<typeof trust>[0]) => {
      const { app, url } = await aListenerThatTells(trust(hops));
      const headers = { "x-forwarded-for": "203.0.113.9, 198.51.100.7" };
      const { ip } = await (await fetch(`${url}/ip`, { headers })).json();
      await app.close();
      return ip;
    };
    expect(await ipSeenWith(undefined)).toBe("127.0.0.1");
    expect(await ipSeenWith(1)).toBe("198.51.100.7");
    expect(await ipSeenWith(2)).toBe("203.0.113.9");
    // By address: only who is named may say it, however many stand in front.
    expect(await ipSeenWith(["127.0.0.1"])).toBe("198.51.100.7");
    expect(await ipSeenWith(["127.0.0.0/8", "198.51.100.7"])).toBe("203.0.113.9");
    expect(await ipSeenWith(["192.0.2.1", "198.51.100.0/24"])).toBe("127.0.0.1");
  });
});

async function aListenerThatTells(options: FastifyServerOptions) {
  const store = await aMemoryStore();
  const clock = aMovableClock();
  const app = await createApp(
    {
      store,
      clock,
      ...(await aPairingDesk(store, clock)),
      flood: () => undefined,
      configFor: () => EXAMPLE_CONFIG,
      sealingKey: () => publicKeyOf(KEYS),
      ingest: createIngest({
        store,
        clock,
        openBody: createBodyOpener(() => KEYS),
        judge: EXAMPLE_BOOK.judge,
      }),
      onStored: () => undefined,
      isAccepting: () => true,
      mount: (app) => void app.get("/ip", async ({ ip }) => ({ ip })),
    },
    options,
  );
  return { app, url: await listen(app, "127.0.0.1", 0, { host: "HOST", port: "PORT" }) };
}
