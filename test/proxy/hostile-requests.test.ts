import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { FastifyServerOptions } from "fastify";
import { describe, expect, it } from "vitest";
import { AUDIT_PATH, TOKENS_PATH } from "../../src/contract/admin.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH, MAX_BATCH_BYTES } from "../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import { LEAVING_PATH, PAIRING_PATH } from "../../src/contract/pairing.ts";
import { OPENAPI_PATH } from "../../src/contract/openapi.ts";
import { ERASURES_PATH } from "../../src/contract/privacy.ts";
import { Problem } from "../../src/contract/problem.ts";
import { newKeyPair } from "../../src/kiosk/signing-key.ts";
import { newCode } from "../../src/proxy/devices/pairing-code.ts";
import { createSetupCodes } from "../../src/proxy/devices/setup-code.ts";
import { httpLimits, MAX_HEADER_BYTES } from "../../src/proxy/http-limits.ts";
import { makeKeys } from "../../src/proxy/keys/keys.ts";
import { ADMIN_TOKEN, adminRoutes, anAdminOf } from "../support/admin-routes.ts";
import { signedHeaders } from "../support/devices.ts";
import { changesNothing } from "../support/hostile-request.ts";
import { aListener } from "../support/listener.ts";
import { createRawKiosk, type RawKiosk } from "../support/raw-kiosk.ts";
import { aHeartbeat } from "../support/store-builders.ts";

type Listener = Awaited<ReturnType<typeof aListener>>;

const CARD = "2912345678906";
const TYPE = { "content-type": "application/json" };
const WINDOW_MS = 302_000;

/** One attack: what it was answered, by the codes of the problems. */
interface Attack {
  readonly listener: Listener;
  /** A paired kiosk that the attack is about; it owes one update. */
  readonly kiosk: RawKiosk;
}

type Codes = readonly string[];

async function codeOf(answer: Response): Promise<string> {
  const text = await answer.text();
  expect(text).not.toContain(CARD);
  if (answer.ok) return "let in";
  const problem = Problem.parse(JSON.parse(text));
  expect(problem.status).toBe(answer.status);
  return problem.code;
}

function post(
  { url }: Listener,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + path, { method: "POST", body, headers: { ...TYPE, ...headers } });
}

/** The kiosk's batch, and the headers it would send it with. */
async function aSignedBatch(kiosk: RawKiosk, atMs = Date.now()) {
  const { body, nonce } = kiosk.request();
  const init = { method: "POST", headers: TYPE, body, nonce } as const;
  const clock = { wallMs: () => atMs, monoMs: () => 0 };
  return { body, nonce, headers: await signedHeaders(kiosk.identity, INGEST_PATH, init, clock) };
}

/** What a connection is answered until it is closed, by the code in it. */
function codeOfRaw(url: string, send: (write: (text: string) => void) => void): Promise<string> {
  return new Promise((answered) => {
    let said = "";
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () =>
      send((text) => socket.writable && socket.write(text)),
    );
    socket.on("data", (chunk) => (said += String(chunk)));
    socket.on("error", () => undefined); // Being cut off is what is tested.
    socket.on("close", () => answered(/"code":"([a-z-]+)"/.exec(said)?.[1] ?? "cut off"));
  });
}

async function inTurn(count: number, attack: () => Promise<string>): Promise<Codes> {
  const codes: string[] = [];
  for (let each = 0; each < count; each += 1) codes.push(await attack());
  return codes;
}

/** Brings a code with a new key, as a kiosk's page does. */
async function bringCode(listener: Listener, code: string): Promise<string> {
  const key = await newKeyPair(crypto.subtle);
  const nonce = randomUUID();
  const { publicKey } = key;
  const body = JSON.stringify({ v: 1, nonce, code, publicKey, timeZone: "Europe/Madrid" });
  const init = { method: "POST", headers: TYPE, body, nonce } as const;
  const headers = await signedHeaders(key, PAIRING_PATH, init, listener.clock);
  return codeOf(await post(listener, PAIRING_PATH, body, headers));
}

/** Slow enough for a busy machine to send a whole request in, quick enough for a test. */
const QUICK = httpLimits({ requestMs: 2_000, headersMs: 1_000, lookMs: 50 });

const ATTACKS: readonly (readonly [string, Codes, (attack: Attack) => Promise<Codes>])[] = [
  [
    "unsigned",
    ["unsigned", "unsigned", "unsigned"],
    async ({ listener, kiosk }) => [
      await codeOf(await post(listener, INGEST_PATH, kiosk.request().body)),
      await codeOf(await post(listener, HEARTBEAT_PATH, JSON.stringify(aHeartbeat()))),
      await codeOf(await post(listener, LEAVING_PATH, "{}")),
    ],
  ],
  [
    "altered on its way",
    ["bad-signature", "bad-signature"],
    async ({ listener, kiosk }) => {
      const { body, headers } = await aSignedBatch(kiosk);
      return [
        await codeOf(await post(listener, INGEST_PATH, `${body} `, headers)),
        await codeOf(await post(listener, HEARTBEAT_PATH, body, headers)),
      ];
    },
  ],
  [
    "signed an hour ago, or an hour ahead",
    ["stale", "stale"],
    async ({ listener, kiosk }) => {
      const early = await aSignedBatch(kiosk, Date.now() - 3_600_000);
      const late = await aSignedBatch(kiosk, Date.now() + 3_600_000);
      return [
        await codeOf(await post(listener, INGEST_PATH, early.body, early.headers)),
        await codeOf(await post(listener, INGEST_PATH, late.body, late.headers)),
      ];
    },
  ],
  [
    "signed with a key that nobody paired",
    ["unknown-device"],
    async ({ listener, kiosk }) => {
      const { body, nonce } = kiosk.request();
      const stranger = await newKeyPair(crypto.subtle);
      const init = { method: "POST", headers: TYPE, body, nonce } as const;
      const headers = await signedHeaders(stranger, INGEST_PATH, init);
      return [await codeOf(await post(listener, INGEST_PATH, body, headers))];
    },
  ],
  [
    "made by a page of another origin",
    ["cross-origin", "cross-origin", "cross-origin"],
    async ({ listener, kiosk }) => {
      const { body, headers } = await aSignedBatch(kiosk);
      const asked = ["https://evil.example", "null"].map((origin) =>
        post(listener, INGEST_PATH, body, { ...headers, origin }),
      );
      asked.push(fetch(listener.url + CONFIG_PATH, { headers: { "sec-fetch-site": "same-site" } }));
      return Promise.all((await Promise.all(asked)).map(codeOf));
    },
  ],
  [
    "a bomb that would inflate to a thousand times its size",
    Array.from({ length: 5 }, () => "encoding-not-accepted"),
    async ({ listener }) => {
      const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * 1_048_576, " "), { level: 9 }));
      const encodings = ["gzip", "deflate", "br", "zstd", "gzip, identity"];
      const answers = encodings.map((encoding) =>
        post(listener, INGEST_PATH, bomb, { "content-encoding": encoding }),
      );
      return Promise.all((await Promise.all(answers)).map(codeOf));
    },
  ],
  [
    "a body that drips",
    ["too-slow"],
    async ({ listener }) => {
      let drip: NodeJS.Timeout | undefined;
      const code = await codeOfRaw(listener.url, (write) => {
        write(`POST ${INGEST_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n`);
        write("content-type: application/json\r\ncontent-length: 1000\r\n\r\n");
        drip = setInterval(() => write(" "), 20);
      });
      clearInterval(drip);
      return [code];
    },
  ],
  [
    "no request at all, or one with endless headers",
    ["invalid-request", "headers-too-large"],
    async ({ listener: { url } }) => [
      await codeOfRaw(url, (write) => write("\u0016\u0003\u0001 this is TLS\r\n\r\n")),
      await codeOfRaw(url, (write) =>
        write(`GET /readyz HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(MAX_HEADER_BYTES)}\r\n\r\n`),
      ),
    ],
  ],
  [
    "a body that is too large",
    ["body-too-large"],
    async ({ listener }) => [
      await codeOfRaw(listener.url, (write) => {
        write(`POST ${INGEST_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\n`);
        write("content-type: application/json\r\n");
        write(`content-length: ${MAX_BATCH_BYTES + 1}\r\n\r\n`);
      }),
    ],
  ],
  [
    "a pairing code that somebody guesses",
    [...Array.from({ length: 5 }, () => "pairing-refused"), "pairing-throttled"],
    ({ listener }) => inTurn(6, () => bringCode(listener, newCode())),
  ],
  [
    "a set-up code that another proxy signed",
    Array.from({ length: 7 }, () => "pairing-refused"),
    ({ listener }) => {
      const forger = createSetupCodes(makeKeys());
      return inTurn(7, () => bringCode(listener, forger.sign(newCode())));
    },
  ],
];

async function aVictim(options: FastifyServerOptions = {}): Promise<Attack> {
  const listener = await aListener(options);
  const kiosk = await createRawKiosk(listener);
  kiosk.add(CARD);
  return { listener, kiosk };
}

describe("a hostile request changes nothing and keeps nobody waiting", () => {
  it.each(ATTACKS)("[AU1] [KL1] [PR1] %s", async (_what, codes, attack) => {
    const victim = await aVictim(QUICK);
    expect(await changesNothing(victim.listener, () => attack(victim))).toEqual(codes);
    // And what the kiosk owes it can still send.
    expect(await victim.kiosk.send()).toHaveLength(1);
  });

  it("[AU1] signed with a key that was revoked", async () => {
    const { listener, kiosk } = await aVictim();
    await listener.desk.registry.revoke(kiosk.device.deviceId);
    const { body, headers } = await aSignedBatch(kiosk);
    const again = () => post(listener, INGEST_PATH, body, headers);
    expect(await changesNothing(listener, async () => codeOf(await again()))).toBe("revoked");
  });

  it("[AU1] [IN4] a nonce with another body, for a batch and for a heartbeat", async () => {
    const { listener, kiosk } = await aVictim();
    const { body, nonce } = kiosk.request();
    expect((await kiosk.post(body)).status).toBe(200);
    const beat = JSON.stringify(aHeartbeat({ nonce }));
    const init = { method: "POST", headers: TYPE, body: beat, nonce } as const;
    const attack = async () => [
      await codeOf(await kiosk.post(`${body} `, { nonce })),
      await codeOf(await kiosk.fetch(HEARTBEAT_PATH, init)),
    ];
    expect(await changesNothing(listener, attack)).toEqual(["nonce-reused", "nonce-reused"]);
  });

  it("[AU1] [IN3] the very same bytes, within their window and after it", async () => {
    const { listener, kiosk } = await aVictim();
    const { body, headers } = await aSignedBatch(kiosk, listener.clock.wallMs());
    const receipt = await (await post(listener, INGEST_PATH, body, headers)).text();
    const again = () => post(listener, INGEST_PATH, body, headers);
    expect(await changesNothing(listener, async () => (await again()).text())).toBe(receipt);
    listener.clock.advance(WINDOW_MS);
    expect(await changesNothing(listener, async () => codeOf(await again()))).toBe("stale");
  });

  it("[KL1] has no administration: every admin address is 404 here", async () => {
    const { listener } = await aVictim();
    const routes = await adminRoutes(anAdminOf(listener));
    // Each listener has a description of its own at that address.
    const paths = new Set(routes.map(({ path }) => path).filter((each) => each !== OPENAPI_PATH));
    // The list is the admin listener's own; these stand for its being read right.
    expect([...paths]).toEqual(expect.arrayContaining([AUDIT_PATH, TOKENS_PATH, ERASURES_PATH]));
    expect(paths.size).toBeGreaterThan(20);
    const calls = [...paths].flatMap((path) =>
      ["GET", "POST", "PUT", "DELETE"].map((method) => ({ method, path })),
    );
    await changesNothing(listener, async () => {
      for (const { method, path } of calls) {
        const headers = { ...TYPE, authorization: `Bearer ${ADMIN_TOKEN}` };
        const body = method === "POST" ? { body: "{}" } : {};
        const answer = await fetch(listener.url + path, { method, headers, ...body });
        expect(await codeOf(answer), `${method} ${path}`).toBe("not-found");
      }
    });
  });
});
