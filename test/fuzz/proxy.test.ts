import { EXAMPLE_BOOK } from "../support/config-book.ts";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { Entry } from "../../src/contract/entry.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH, IngestReceipt } from "../../src/contract/ingest.ts";
import { Problem, PROBLEMS } from "../../src/contract/problem.ts";
import { openTokenStore } from "../../src/proxy/admin/token-file.ts";
import { createApp } from "../../src/proxy/app.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { KEYS } from "../support/keys.ts";
import { sealForTest } from "../support/sealing.ts";
import { createIngest } from "../../src/proxy/ingest.ts";
import { readKioskConfig } from "../../src/proxy/kiosk-config-file.ts";
import { settingsFrom } from "../../src/proxy/settings.ts";
import { StartupError } from "../../src/proxy/startup-error.ts";
import { isIntervals, storedJson } from "../../src/proxy/store/stored-json.ts";
import { DamagedRowError } from "../../src/proxy/store/store-error.ts";
import { profileLookFrom } from "../../src/proxy/target/profile-answer.ts";
import { outcomeFromAnswer } from "../../src/proxy/target/target-outcome.ts";
import { withoutVisitor } from "../../src/proxy/target/redact.ts";
import { createEmulator } from "../../src/emulator/target-emulator.ts";
import { lostNumbers, newReception } from "../../src/proxy/store/reception.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Identity } from "../../src/outbox/identity.ts";
import { aPairingDesk, pairAtDesk, signedHeaders } from "../support/devices.ts";
import { nonceIn, rawKioskOf } from "../support/raw-kiosk.ts";
import {
  aHealth,
  aHeartbeat,
  anUpdateBody,
  aWitness,
  someTroubles,
} from "../support/store-builders.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { fuzz, hostileText, hostileValue, nearly, nearlyBytes, soon } from "./fuzzing.ts";

const CARD = "2912345678906";

let app: Awaited<ReturnType<typeof createApp>>;
let identity: Identity;
const clock = aMovableClock();

beforeAll(async () => {
  const store = await aMemoryStore();
  const desk = await aPairingDesk(store, clock);
  identity = await pairAtDesk(desk, clock);
  app = await createApp({
    store,
    clock,
    ...desk,
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
  });
});

/** A request as its kiosk would send it, bodies opened up so that they are changed too. */
function aRequest(): unknown {
  const kiosk = rawKioskOf("http://127.0.0.1", identity);
  kiosk.add(CARD);
  kiosk.add("2900000000018");
  return JSON.parse(kiosk.request().body);
}

async function post(url: string, payload: Buffer, change: Record<string, string> = {}) {
  // As text, like a browser's: what is no UTF-8 is signed as what stands in its place.
  const body = payload.toString("utf8");
  const nonce = nonceIn(body) ?? "00000000-0000-4000-8000-000000000000";
  const type = { "content-type": "application/json" };
  const init = { method: "POST", headers: type, body, nonce } as const;
  const headers = await signedHeaders(identity, url, init, clock);
  return app.inject({ method: "POST", url, headers: { ...headers, ...change }, payload: body });
}

/** The answer is problem details of a code we know, and repeats no card. */
function expectNamed(statusCode: number, body: string): void {
  const problem = Problem.parse(JSON.parse(body));
  expect(Object.keys(PROBLEMS)).toContain(problem.code);
  expect(problem.status).toBe(statusCode);
  expect(statusCode, body).not.toBe(500);
  expect(body).not.toContain(CARD);
}

describe("what meets the proxy from outside", () => {
  it("[HI1] a batch gets a receipt with a verdict per entry, or a problem that has a name", () =>
    fuzz(
      fc.asyncProperty(nearlyBytes(aRequest()), async (bytes) => {
        const answer = await post(INGEST_PATH, bytes);
        if (answer.statusCode !== 200) {
          expectNamed(answer.statusCode, answer.body);
          return;
        }
        const receipt = IngestReceipt.parse(answer.json());
        const sent: { entries: unknown[] } = JSON.parse(bytes.toString("utf8"));
        const ids = new Set(receipt.verdicts.map(({ id }) => id));
        expect(ids.size).toBe(receipt.verdicts.length);
        expect(ids.size + receipt.unreadable.length).toBeLessThanOrEqual(sent.entries.length);
        expect(ids.size + receipt.unreadable.length).toBeGreaterThan(0);
      }),
    ));

  it("[HI1] an entry's body, nearly right, gets a verdict and takes nobody with it", () => {
    return fuzz(
      fc.asyncProperty(nearlyBytes(anUpdateBody()), async (bytes) => {
        const kiosk = rawKioskOf("http://127.0.0.1", identity);
        kiosk.add(CARD);
        kiosk.add(CARD);
        const request: { entries: Entry[] } = JSON.parse(kiosk.request().body);
        const { kid: _kid, enc: _enc, ...clear } = request.entries[0]!.header;
        const { body, ...key } = sealForTest(clear, bytes.toString("utf8"));
        request.entries[0] = { header: { ...clear, ...key }, body };
        const answer = await post(INGEST_PATH, Buffer.from(JSON.stringify(request)));
        expect(answer.statusCode).toBe(200);
        const verdicts = IngestReceipt.parse(answer.json()).verdicts;
        expect(verdicts).toHaveLength(2);
        const second = kiosk.owed()[1]!.header.id;
        const neighbour = verdicts.find(({ id }) => id === second);
        expect(["accepted", "superseded"]).toContain(neighbour?.verdict);
      }),
    );
  });

  it("[HI1] a heartbeat is heard or refused by name", () =>
    fuzz(
      fc.asyncProperty(
        nearlyBytes(
          aHeartbeat({
            witnesses: [aWitness({ lastSeq: 9 })],
            health: aHealth({ troubles: someTroubles() }),
          }),
        ),
        async (bytes) => {
          const answer = await post(HEARTBEAT_PATH, bytes);
          if (answer.statusCode !== 200) expectNamed(answer.statusCode, answer.body);
        },
      ),
    ));

  it("[HI1] an address and headers, whatever they are, get an answer that repeats nothing", () =>
    fuzz(
      fc.asyncProperty(
        fc.webPath(),
        fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
        fc.stringMatching(/^[!-~]{1,60}$/),
        async (address, method, value) => {
          const url = `/${CARD}${address}`;
          const headers = { origin: value, "content-type": value, "content-encoding": value };
          const answer = await app.inject({ method: method as "GET", url, headers });
          expectNamed(answer.statusCode, answer.body);
        },
      ),
    ));

  it("[HI1] Target's answer to an update is an outcome that names no visitor", () => {
    const pieces = fc.constantFrom(
      "<response>",
      "</response>",
      "<success>true</success>",
      "<success>",
      "false",
      "<message>",
      "</message>",
      "<?xml",
      ">",
      " ".repeat(2_000),
      CARD,
      "29 1234-5678 906",
    );
    const body = fc
      .array(fc.oneof(pieces, hostileText), { maxLength: 30 })
      .map((all) => all.join(""));
    return fuzz(
      fc.property(body, fc.nat({ max: 999 }), hostileText, (body, status, retryAfter) => {
        const outcome = soon(() => outcomeFromAnswer({ status, body, retryAfter }, 0));
        expect(["delivered", "unavailable", "refused"]).toContain(outcome.type);
        const told = withoutVisitor(outcome, { kind: "member", value: CARD });
        expect(JSON.stringify(told).replaceAll(/[ -]/g, "")).not.toContain(CARD);
      }),
    );
  });

  it("[HI1] Target's answer about a profile is a look, however it is broken", () => {
    const profile = {
      client: "demo",
      visitorId: CARD,
      modifiedAt: "2026-11-23T09:30:02.512+00:00",
      profileAttributes: { a: { value: "1", modifiedAt: "2026-11-23T09:30:02.512+00:00" } },
    };
    return fuzz(
      fc.property(
        nearlyBytes(profile),
        fc.constantFrom(200, 204, 401, 404, 500),
        (bytes, status) => {
          const look = soon(() => profileLookFrom(status, bytes.toString("utf8")));
          expect(["found", "unknown", "unavailable"]).toContain(look.type);
          if (look.type !== "found") return;
          for (const { value, modifiedAtMs } of look.attributes.values()) {
            expect(typeof value).toBe("string");
            expect(Number.isFinite(modifiedAtMs)).toBe(true);
          }
        },
      ),
    );
  });

  it("[HI1] the emulator answers every request without breaking", async () => {
    const emulator = createEmulator({ clock: aMovableClock() });
    const form = fc.oneof(
      hostileText,
      hostileText.map((text) => `mbox3rdPartyId=${text}`),
      hostileText.map(
        (text) => `mbox3rdPartyId=${CARD}&profile.a=${encodeURIComponent(text.toWellFormed())}`,
      ),
    );
    const address = fc.oneof(
      fc.webPath().map((path) => `/m2/demo/profile/update${path}`),
      fc.webPath().map((path) => `/rest/v1/profiles${path}`),
      fc.constantFrom("/m2/demo/profile/update", "/_emulator/faults", "/_emulator/visitors"),
    );
    await fuzz(
      fc.asyncProperty(
        address,
        fc.constantFrom("GET", "POST", "DELETE"),
        fc.constantFrom("application/x-www-form-urlencoded", "application/json", "text/xml"),
        fc.oneof(
          form,
          nearly({ faults: [{ type: "status", status: 503 }] }).map((v) => JSON.stringify(v) ?? ""),
        ),
        async (url, method, type, payload) => {
          const headers = { "content-type": type };
          const body = method === "POST" ? { payload } : {};
          const answer = await emulator.app.inject({
            method: method as "GET",
            url,
            headers,
            ...body,
          });
          expect(answer.statusCode, answer.body).not.toBe(500);
        },
      ),
    );
  });
});

describe("what the proxy finds on its own disk and in its environment", () => {
  it("[HI1] a stored row of JSON is what we write there, or is refused by the column's name", () =>
    fuzz(
      fc.property(
        fc.oneof(
          hostileText,
          hostileValue.map((value) => JSON.stringify(value) ?? ""),
          fc.array(fc.tuple(fc.integer(), fc.integer())).map((pairs) => JSON.stringify(pairs)),
        ),
        (text) => {
          try {
            const intervals = soon(() => storedJson("epoch_received.lost", text, isIntervals));
            for (const [from, to] of intervals) expect(from).toBeLessThanOrEqual(to);
          } catch (error) {
            expect(error).toBeInstanceOf(DamagedRowError);
            expect((error as Error).message).toBe(
              "epoch_received.lost does not hold what it should",
            );
          }
        },
      ),
    ));

  it("[HI1] the most scattered numbers a kiosk may tell of are counted at once", () => {
    const every = (step: number, from: number) =>
      Array.from(
        { length: 4_096 },
        (_each, index) => [from + index * step, from + index * step] as const,
      );
    const scattered = {
      ...newReception("", ""),
      received: Array.from(
        { length: 10_000 },
        (_each, index) => [1 + index * 8, 2 + index * 8] as const,
      ),
      owed: every(8, 3),
      void: every(8, 4),
      aside: every(8, 5),
      lastSeq: 100_000,
    };
    soon(() => {
      for (let witness = 0; witness < 16; witness += 1) lostNumbers(scattered);
    });
  });

  it("[HI1] files and variables are taken or refused with one sentence that names them", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-fuzz-"));
    const configFile = path.join(folder, "kiosks.json");
    const tokens = {
      v: 1,
      tokens: [{ name: "a", role: "viewer", digest: "a".repeat(64), createdMs: 1 }],
    };
    const names = ["PORT", "HOST", "TARGET_ORIGIN", "TARGET_CLIENT", "ADMIN_TOKEN", "TRUSTED_HOPS"];
    return fuzz(
      fc.property(
        nearlyBytes(EXAMPLE_CONFIG),
        nearlyBytes(tokens),
        fc.dictionary(fc.constantFrom(...names), hostileText),
        (config, kept, environment) => {
          writeFileSync(configFile, config);
          expectSentence(/^KIOSK_CONFIG: /, () => readKioskConfig(configFile));
          writeFileSync(path.join(folder, "admin-tokens.json"), kept);
          expectSentence(/admin-tokens\.json: /, () => openTokenStore(folder).list());
          const settings = soon(() => settingsFrom(environment));
          if (!settings.ok) expect(settings.error).toMatch(/^[A-Z_]+\S*: ./);
        },
      ),
    ).finally(() => rmSync(folder, { recursive: true }));
  });
});

function expectSentence(sentence: RegExp, act: () => unknown): void {
  try {
    soon(act);
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toMatch(sentence);
  }
}
