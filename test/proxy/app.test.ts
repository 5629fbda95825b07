import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import {
  CAMERA_WORKER_POLICY,
  CONTENT_SECURITY_POLICY,
} from "../../src/contract/content-security-policy.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { HEARTBEAT_PATH, type HeartbeatRequest } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH, MAX_BATCH_BYTES } from "../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { KEYS } from "../support/keys.ts";
import { createApp, type AppDeps } from "../../src/proxy/app.ts";
import { compressFolder } from "../../src/proxy/precompressed.ts";
import { StoreFullError } from "../../src/proxy/store/store-error.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import { aPairingDesk, pairAtDesk, signedHeaders } from "../support/devices.ts";
import { nonceIn } from "../support/raw-kiosk.ts";
import { aMemoryStore } from "../support/store-files.ts";

const CANARY = "2912345678906";

const untouchable = new Proxy({} as Store, {
  get(_target, name) {
    throw new Error(`the store was asked to ${String(name)}`);
  },
});

const desk = await aPairingDesk(await aMemoryStore());
const identity = await pairAtDesk(desk);

function anApp(changes: Partial<AppDeps> = {}) {
  return createApp({
    ...desk,
    store: untouchable,
    ingest: async () => {
      throw new Error(`broke over ${CANARY}`);
    },
    clock: systemClock,
    flood: () => undefined,
    configFor: () => EXAMPLE_CONFIG,
    sealingKey: () => publicKeyOf(KEYS),
    onStored: () => {
      throw new Error("nothing was stored");
    },
    isAccepting: () => true,
    ...changes,
  });
}

function aHeartbeat(): HeartbeatRequest {
  const epoch = "00000000-0000-4000-8000-000000000001";
  return {
    v: 1,
    nonce: "00000000-0000-4000-8000-000000000002",
    device: {
      deviceId: "00000000-0000-4000-8000-000000000003",
      storeId: "store-1",
      kioskId: "kiosk-1",
      timeZone: "Europe/Madrid",
    },
    clock: { segment: "00000004.0", wallMs: 0, monoMs: 0 },
    appVersion: "test",
    witnesses: [{ epoch, firstSeq: 1, lastSeq: 0, owed: [], void: [], aside: [], kept: [] }],
    incidents: [],
    storagePersisted: false,
    refusedScans: {},
  };
}

const JSON_TYPE = { "content-type": "application/json" };

/** The headers of a body that a paired kiosk sends. */
function signed(url: string, body: string): Promise<Record<string, string>> {
  const nonce = nonceIn(body) ?? "00000000-0000-4000-8000-000000000002";
  return signedHeaders(identity, url, { method: "POST", headers: JSON_TYPE, body, nonce });
}

describe("the kiosk listener", () => {
  it("is ready until it stops", async () => {
    expect((await (await anApp()).inject("/readyz")).statusCode).toBe(200);
    const stopping = await anApp({ isAccepting: () => false });
    const answer = await stopping.inject("/readyz");
    expect([answer.statusCode, answer.json().code]).toEqual([503, "stopping"]);
    const batch = await stopping.inject({
      method: "POST",
      url: INGEST_PATH,
      headers: JSON_TYPE,
      payload: "{}",
    });
    expect(batch.statusCode).toBe(503);
    expect(batch.headers["retry-after"]).toBeDefined();
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"])(
    "refuses a body of type %s by name",
    async (type) => {
      const app = await anApp();
      for (const url of [INGEST_PATH, HEARTBEAT_PATH]) {
        const answer = await app.inject({
          method: "POST",
          url,
          headers: { "content-type": type },
          payload: "{}",
        });
        expect([answer.statusCode, answer.json().code]).toEqual([415, "unsupported-media-type"]);
      }
    },
  );

  it("refuses a body that is too large, and an empty one", async () => {
    const app = await anApp();
    const large = await app.inject({
      method: "POST",
      url: INGEST_PATH,
      headers: JSON_TYPE,
      payload: " ".repeat(MAX_BATCH_BYTES + 1),
    });
    expect([large.statusCode, large.json().code]).toEqual([413, "body-too-large"]);
    const { "content-type": _none, ...headers } = await signed(INGEST_PATH, "");
    const empty = await app.inject({ method: "POST", url: INGEST_PATH, headers });
    expect([empty.statusCode, empty.json().code]).toEqual([400, "invalid-body"]);
  });

  it("names the field of a heartbeat that is wrong", async () => {
    const app = await anApp();
    const payload = JSON.stringify({ v: 1, nonce: "no" });
    const headers = await signed(HEARTBEAT_PATH, payload);
    const answer = await app.inject({ method: "POST", url: HEARTBEAT_PATH, headers, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toMatch(/^nonce: /);
  });

  it("sends a heartbeat away while the disk is full", async () => {
    const full = new Proxy({} as Store, {
      get: () => async () => {
        throw new StoreFullError("the disk is full");
      },
    });
    const payload = JSON.stringify(aHeartbeat());
    const headers = await signed(HEARTBEAT_PATH, payload);
    const answer = await (
      await anApp({ store: full })
    ).inject({ method: "POST", url: HEARTBEAT_PATH, headers, payload });
    expect([answer.statusCode, answer.json().code]).toEqual([503, "store-unavailable"]);
    expect(answer.headers["retry-after"]).toBe("5");
  });

  it("never repeats what was sent when something breaks", async () => {
    const app = await anApp();
    const payload = JSON.stringify({ card: CANARY });
    const headers = await signed(INGEST_PATH, payload);
    const answer = await app.inject({ method: "POST", url: INGEST_PATH, headers, payload });
    expect([answer.statusCode, answer.json().code]).toEqual([500, "internal"]);
    expect(answer.body).not.toContain(CANARY);
  });

  it("carries the policy on every answer", async () => {
    const app = await anApp();
    for (const url of ["/readyz", CONFIG_PATH, "/nowhere"]) {
      const answer = await app.inject(url);
      expect(answer.headers["content-security-policy"]).toBe(CONTENT_SECURITY_POLICY);
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    }
  });

  it("gives the configuration", async () => {
    const headers = await signedHeaders(identity, CONFIG_PATH, { method: "GET" });
    const answer = await (await anApp()).inject({ url: CONFIG_PATH, headers });
    expect(answer.json()).toEqual(EXAMPLE_CONFIG);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });
});

/** Whatever a browser goes by but the bytes' own size and tag. */
const SAME_EITHER_WAY = [
  "content-type",
  "cache-control",
  "content-security-policy",
  "permissions-policy",
  "x-content-type-options",
  "cross-origin-resource-policy",
  "vary",
];

describe("the built kiosk", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-kiosk-"));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is served so that hashed files stay and the rest is asked for again", async () => {
    mkdirSync(path.join(folder, "assets"));
    writeFileSync(path.join(folder, "index.html"), "<!doctype html>");
    writeFileSync(path.join(folder, "sw.js"), "");
    writeFileSync(path.join(folder, "assets", "main-abc.js"), "");
    const app = await anApp({ kioskDir: folder });
    const cache = async (url: string) => (await app.inject(url)).headers["cache-control"];
    expect(await cache("/")).toBe("no-cache");
    expect(await cache("/sw.js")).toBe("no-cache");
    expect(await cache("/assets/main-abc.js")).toBe("public, max-age=31536000, immutable");
  });

  it("[KL4] comes compressed to whoever takes Brotli, under the same headers, and as it is to others", async () => {
    mkdirSync(path.join(folder, "assets"), { recursive: true });
    for (const name of [
      "index.html",
      "sw.js",
      "assets/main-abc.js",
      "assets/camera-worker-abc.js",
    ]) {
      writeFileSync(path.join(folder, name), `the words of ${name}, `.repeat(50));
    }
    writeFileSync(path.join(folder, "assets", "font-abc.woff2"), "as it is");
    compressFolder(folder);
    const app = await anApp({ kioskDir: folder });
    const asked = (url: string, encodings: string) =>
      app.inject({ url, headers: { "accept-encoding": encodings } });
    for (const url of ["/", "/sw.js", "/assets/main-abc.js", "/assets/camera-worker-abc.js"]) {
      const small = await asked(url, "gzip, deflate, br, zstd");
      expect(small.headers["content-encoding"], url).toBe("br");
      for (const encodings of ["gzip, deflate", "br;q=0", ""]) {
        const whole = await asked(url, encodings);
        expect(whole.headers["content-encoding"], `${url} ${encodings}`).toBeUndefined();
        expect(String(brotliDecompressSync(small.rawPayload))).toBe(whole.body);
        for (const name of SAME_EITHER_WAY) {
          expect(small.headers[name], `${name} of ${url}`).toBe(whole.headers[name]);
        }
      }
    }
    const font = await asked("/assets/font-abc.woff2", "br");
    expect(font.headers["content-encoding"]).toBeUndefined();
    expect(font.body).toBe("as it is");
    // An answer that holds something of somebody's never is: its length would tell what is in it.
    const headers = {
      ...(await signedHeaders(identity, CONFIG_PATH, { method: "GET" })),
      "accept-encoding": "br",
    };
    const config = await app.inject({ url: CONFIG_PATH, headers });
    expect(config.headers["content-encoding"]).toBeUndefined();
    expect(config.json()).toEqual(EXAMPLE_CONFIG);
  });

  it("[CA4] may compile WebAssembly in the camera's worker alone, by that file's own policy", async () => {
    mkdirSync(path.join(folder, "assets"), { recursive: true });
    for (const name of ["index.html", "sw.js", "camera-worker-abc.js", "assets/main-abc.js"]) {
      writeFileSync(path.join(folder, name), "");
    }
    writeFileSync(path.join(folder, "assets", "camera-worker-B2_x-9.js"), "");
    const app = await anApp({ kioskDir: folder });
    const policyOf = async (url: string) =>
      (await app.inject(url)).headers["content-security-policy"];
    expect(await policyOf("/assets/camera-worker-B2_x-9.js")).toBe(CAMERA_WORKER_POLICY);
    for (const url of [
      "/",
      "/sw.js",
      "/camera-worker-abc.js",
      "/assets/main-abc.js",
      "/assets/camera-worker-gone.js",
    ]) {
      expect(await policyOf(url), url).toBe(CONTENT_SECURITY_POLICY);
    }
    expect(CONTENT_SECURITY_POLICY).not.toContain("wasm");
  });
});
