import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PAIRINGS_PATH, SESSION_PATH, TOKENS_PATH } from "../../src/contract/admin.ts";
import { VISITOR_RECEIPTS_PATH } from "../../src/contract/consent-receipts.ts";
import { Entry } from "../../src/contract/entry.ts";
import { ExportHeader, IMPORTS_PATH } from "../../src/contract/outbox-export.ts";
import { DEVICE_KEY_PATH, LEAVING_PATH, PAIRING_PATH } from "../../src/contract/pairing.ts";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../src/contract/privacy.ts";
import { Problem, PROBLEMS } from "../../src/contract/problem.ts";
import { isSignedCode, setupCodeFrom, SETUP_PREFIX } from "../../src/contract/setup-code.ts";
import { newKeyPair } from "../../src/kiosk/signing-key.ts";
import { describeFile, readArchive } from "../../src/proxy/backup/archive.ts";
import { createSetupCodes } from "../../src/proxy/devices/setup-code.ts";
import { readKeysFile, writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { textOfPrivateKey } from "../../src/proxy/keys/keys.ts";
import { openPrivacyLog } from "../../src/proxy/privacy/privacy-log.ts";
import { StartupError } from "../../src/proxy/startup-error.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { openIdFile } from "../../src/proxy/visitor-ids/id-file.ts";
import { createIdService } from "../../src/proxy/visitor-ids/id-service.ts";
import { ADMIN_TOKEN, anAdminOf } from "../support/admin-routes.ts";
import { signedHeaders } from "../support/devices.ts";
import { stateOf } from "../support/hostile-request.ts";
import { KEYS } from "../support/keys.ts";
import { aListener } from "../support/listener.ts";
import { createRawKiosk, nonceIn } from "../support/raw-kiosk.ts";
import { fuzz, hostileText, nearly, nearlyBytes, soon } from "./fuzzing.ts";

const CARD = "2912345678906";
const NONCE = "00000000-0000-4000-8000-00000000abcd";
const EPOCH = "00000000-0000-4000-8000-00000000000e";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tarjeta-fuzz-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Taken, or a problem of a name we know that repeats no card; never a fault of ours. */
function expectTakenOrNamed(status: number, text: string): void {
  expect(status, text).not.toBe(500);
  expect(text.includes(CARD), text).toBe(false);
  if (status < 300) return;
  const problem = Problem.parse(JSON.parse(text));
  expect(Object.keys(PROBLEMS)).toContain(problem.code);
  expect(problem.status).toBe(status);
}

/** What must not happen to whoever starts something on a file: anything but one sentence. */
async function expectSentence(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toContain(folder);
    expect((error as Error).message).not.toContain(CARD);
  }
}

describe("the bodies that meet the proxy beside batches", () => {
  it("[HI1] of pairing, a next key and leaving are taken or refused by name, and pair nobody", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const { publicKey } = await newKeyPair(crypto.subtle);
    const proof = `${"A".repeat(86)}==`;
    const pairing = { v: 1, nonce: NONCE, code: "ABCD2345", publicKey, timeZone: "Europe/Madrid" };
    const owed = [{ epoch: EPOCH, owed: [[1, 3]] }];
    const bodyFor = (url: string, good: object) =>
      nearlyBytes(good).map((body) => [url, body] as const);
    const cases = fc.oneof(
      bodyFor(PAIRING_PATH, { ...pairing, storeId: "s", kioskId: CARD }),
      bodyFor(DEVICE_KEY_PATH, { v: 1, nonce: NONCE, publicKey, proof }),
      bodyFor(LEAVING_PATH, { v: 1, nonce: NONCE, owed }),
    );
    const before = await stateOf(listener);
    await fuzz(
      fc.asyncProperty(cases, async ([url, bytes]) => {
        const body = bytes.toString("utf8");
        const nonce = nonceIn(body) ?? NONCE;
        const init = { method: "POST", body, nonce } as const;
        const signed = await signedHeaders(kiosk.identity, url, init, listener.clock);
        const headers = { ...signed, "content-type": "application/json" };
        const answer = await listener.app.inject({ method: "POST", url, headers, payload: body });
        // A kiosk that says it owes nothing is let go: that is no hostile wish.
        fc.pre(!(url === LEAVING_PATH && answer.statusCode === 200));
        expectTakenOrNamed(answer.statusCode, answer.body);
        expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      }),
    );
    const leftBy = (state: string) => JSON.parse(state).devices.length;
    expect(leftBy(await stateOf(listener))).toBe(leftBy(before));
  });

  it("[HI1] of imports, withdrawals, tokens and codes are taken or refused by name", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const admin: FastifyInstance = anAdminOf(listener);
    kiosk.add(CARD);
    const { device, clock, entries } = JSON.parse(kiosk.request().body);
    const header = { v: 1, type: "tarjeta-outbox", device, clock, proxyTimeMs: 1, entries: 1 };
    const about = { kind: "member", value: CARD };
    const cases = fc.oneof(
      ...(
        [
          [IMPORTS_PATH, { v: 1, header, entries }],
          [WITHDRAWALS_PATH, about],
          [ERASURES_PATH, about],
          [VISITOR_RECEIPTS_PATH, about],
          [PAIRINGS_PATH, { storeId: "s", kioskId: "k", name: "k", timeZone: "Europe/Madrid" }],
          [TOKENS_PATH, { name: "maria", role: "store", storeId: "s" }],
          [SESSION_PATH, { token: ADMIN_TOKEN }],
          [`/v1/devices/${device.deviceId}/write-off`, {}],
          [`/v1/held/${device.deviceId}/release`, {}],
          [`/v1/keys/sealing/e9/retire`, {}],
        ] as const
      ).map(([url, good]) => nearlyBytes(good).map((payload) => [url, payload] as const)),
    );
    await fuzz(
      fc.asyncProperty(cases, async ([url, payload]) => {
        const headers = {
          "content-type": "application/json",
          authorization: `Bearer ${ADMIN_TOKEN}`,
        };
        const answer = await admin.inject({ method: "POST", url, headers, payload });
        expectTakenOrNamed(answer.statusCode, answer.body);
      }),
    );
    // What was written down of all that names no card either.
    expect(JSON.stringify(await listener.store.audit(10_000))).not.toContain(CARD);
  });
});

describe("a set-up code", () => {
  const codes = createSetupCodes(KEYS);
  const signed = codes.sign("ABCD2345");

  it("[HI1] is this proxy's own or nobody's, whatever a reader read", () => {
    const near = fc.tuple(fc.nat({ max: 47 }), hostileText).map(([at, text]) => {
      const whole = SETUP_PREFIX + signed;
      return whole.slice(0, at) + text + whole.slice(at + 1);
    });
    const inAlphabet = fc.stringMatching(/^TARJETA:[2-9A-HJ-NP-Z]{40}$/);
    return fuzz(
      fc.property(fc.oneof(near, inAlphabet, hostileText), (text) => {
        const code = soon(() => setupCodeFrom(text));
        if (code !== undefined) expect(isSignedCode(code)).toBe(true);
        for (const each of [code, text]) {
          if (each === undefined || each === signed) continue;
          expect(soon(() => codes.verified(each))).toBeUndefined();
        }
      }),
    );
  });
});

describe("what the proxy is told by the site's service and file of ids", () => {
  let service: Server;
  let answer: { readonly status: number; readonly body: Buffer };

  beforeAll(async () => {
    service = createServer((request, response) => {
      request.resume();
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
    });
    await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
  });

  afterAll(() => void service.close());

  it("[HI1] a service's answer is an id, none, or a reason to come back", async () => {
    const { port } = service.address() as AddressInfo;
    const ids = createIdService({
      url: new URL(`http://127.0.0.1:${port}/ids`),
      isLoopback: true,
      monoMs: () => 0,
      perSecond: 1_000_000,
      remembered: 0,
    });
    const body = fc.oneof(
      nearlyBytes({ id: "shopper-1" }),
      hostileText.map((text) => Buffer.from(text)),
    );
    await fuzz(
      fc.asyncProperty(body, fc.constantFrom(200, 201, 400, 404, 500), async (bytes, status) => {
        answer = { status, body: bytes };
        const mapped = await ids.idFor({ kind: "member", value: CARD });
        expect(["mapped", "unmapped", "unavailable"]).toContain(mapped.type);
        if (mapped.type === "mapped") {
          expect(status).toBe(200);
          expect(mapped.visitor.value.length).toBeLessThanOrEqual(128);
        }
      }),
    );
    await ids.close();
  });

  it("[HI1] a file of them is taken, or refused by its line and by nothing that stands there", () => {
    const file = path.join(folder, "ids.csv");
    const line = fc.oneof(
      fc.constantFrom(
        `${CARD},shopper-1`,
        `${CARD},`,
        `,${CARD}`,
        "card,id",
        "",
        `${CARD.repeat(12)},a`,
        `"${CARD}","a"`,
      ),
      hostileText.map((text) => `${CARD},${text}`),
      hostileText,
    );
    const bytes = fc.oneof(
      fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(lines.join("\n"))),
      fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw)),
    );
    return fuzz(
      fc.asyncProperty(bytes, async (content) => {
        writeFileSync(file, content);
        await expectSentence(async () => {
          const ids = await openIdFile({ file, monoMs: () => 0 });
          await ids.close();
        });
      }),
    );
  });
});

describe("what the proxy finds in its own files", () => {
  it("[HI1] keys are read whole or refused with one sentence that holds none of them", () => {
    const file = path.join(folder, "keys.json");
    writeKeysFile(file, KEYS);
    const secret = KEYS.pepper.export().toString("base64url");
    const { kid, publicKey, privateKey } = KEYS.sealing[0]!;
    const good = {
      v: 1,
      sealing: [{ kid, publicKey, privateKey: textOfPrivateKey(privateKey) }],
      storage: [{ kid: "s1", key: secret }],
      pepper: secret,
      visitorIdKey: secret,
    };
    return fuzz(
      fc.asyncProperty(nearlyBytes(good), (content) => {
        writeFileSync(file, content, { mode: 0o600 });
        return expectSentence(() => {
          try {
            soon(() => readKeysFile(file));
          } catch (error) {
            expect((error as Error).message).not.toContain(secret);
            throw error;
          }
        });
      }),
    );
  });

  it("[HI1] the log of withdrawals is read whole, cut where a record was not finished, or refused", async () => {
    const file = path.join(folder, "privacy.log");
    const vault = createVault(KEYS);
    const log = await openPrivacyLog(file, vault);
    for (let each = 0; each < 3; each += 1) {
      await log.append({ act: "withdraw", visitorKey: `visitor-${each}`, atMs: each });
    }
    await log.close();
    const good = readFileSync(file);
    const lastFrom = (good.length / 3) * 2;
    const change = fc.record({
      at: fc.nat({ max: good.length }),
      cut: fc.nat({ max: 40 }),
      by: fc.uint8Array({ maxLength: 20 }),
    });
    await fuzz(
      fc.asyncProperty(change, async ({ at, cut, by }) => {
        const bytes = Buffer.concat([good.subarray(0, at), by, good.subarray(at + cut)]);
        writeFileSync(file, bytes, { mode: 0o600 });
        await expectSentence(async () => {
          const opened = await openPrivacyLog(file, vault);
          // Only the end may be missing: what was changed before the last record is refused.
          const isCut = good.subarray(0, bytes.length).equals(bytes);
          if (!isCut && at < lastFrom && by.some((byte) => byte !== 0)) {
            expect(opened.records).toHaveLength(3);
          }
          expect(opened.records.map(({ atMs }) => atMs)).toEqual(
            [0, 1, 2].slice(0, opened.records.length),
          );
          await opened.close();
        });
      }),
    );
  });

  it("[HI1] a backup's list is read whole or refused by its field", async () => {
    const archive = path.join(folder, "archive");
    mkdirSync(archive);
    writeFileSync(path.join(archive, "tarjeta.sqlite"), "a database");
    const good = { v: 1, madeAtMs: 1, files: [await describeFile(archive, "tarjeta.sqlite")] };
    await fuzz(
      fc.asyncProperty(nearlyBytes(good), async (content) => {
        writeFileSync(path.join(archive, "manifest.json"), content);
        await expectSentence(() => readArchive(archive));
      }),
    );
  });

  it("[HI1] the lines of a saved outbox are its header, an entry, or nothing", () => {
    const device = { deviceId: NONCE, storeId: "s", kioskId: "k", timeZone: "Europe/Madrid" };
    const clock = { segment: `${NONCE}.0`, wallMs: 1, monoMs: 1 };
    const header = { v: 1, type: "tarjeta-outbox", device, clock, proxyTimeMs: 1, entries: 1 };
    return fuzz(
      fc.property(nearly(header), (line) => {
        const parsed = soon(() => ExportHeader.safeParse(line));
        if (parsed.success) expect(Object.keys(parsed.data)).toHaveLength(6);
        const entry = soon(() => Entry.safeParse(line));
        expect(entry.success).toBe(false);
      }),
    );
  });
});
