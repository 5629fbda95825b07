import { request as sendRequest } from "node:http";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import {
  DEVICE_KEY_PATH,
  DEVICE_PATH,
  LEAVING_PATH,
  PAIRING_PATH,
} from "../../src/contract/pairing.ts";
import { Problem } from "../../src/contract/problem.ts";
import { newKeyPair } from "../../src/kiosk/signing-key.ts";
import { checkSignature, claimedSignature } from "../../src/proxy/devices/check-signature.ts";
import { verifierOf } from "../../src/proxy/devices/registry.ts";
import { signedHeaders } from "../support/devices.ts";
import { changesNothing, stateOf } from "../support/hostile-request.ts";
import { aListener } from "../support/listener.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { fuzz, hostileText, soon } from "./fuzzing.ts";

const NAMES = ["signature", "signature-input", "content-digest"] as const;

const NAMED = ["unsigned", "bad-signature", "unknown-device", "stale"];

const CARD = "2912345678906";
const BODY = JSON.stringify({ card: CARD });

/** A header's text with one or a few places of it cut out, put in, put twice or in another case. */
function nearlyText(good: string): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat({ max: good.length }),
    length: fc.nat({ max: 12 }),
    how: fc.constantFrom(
      "turn",
      "turn",
      "turn",
      "cut",
      "insert",
      "replace",
      "double",
      "case",
      "again",
    ),
    by: fc.oneof(
      { weight: 4, arbitrary: fc.stringMatching(/^[ -~]{1,8}$/) },
      fc.constantFrom('"', ";", "=", ":", "\\", ",", "\t", "AA==", "é", "kiosk=:AA==:", CARD),
      hostileText,
    ),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce((text, { at, length, how, by }) => {
      const [before, there, after] = [
        text.slice(0, at),
        text.slice(at, at + length),
        text.slice(at + length),
      ];
      switch (how) {
        case "turn":
          return before + there.replaceAll(/[0-9a-z]/g, turned) + after;
        case "cut":
          return before + after;
        case "insert":
          return before + by + there + after;
        case "replace":
          return before + by + after;
        case "double":
          return before + there + there + after;
        case "case":
          return before + there.toUpperCase() + after.toLowerCase();
        default:
          return `${text}, ${text}`;
      }
    }, good),
  );
}

/** Digits and letters that can stand in each other's place. */
const RINGS = ["0123456789", "abcdef", "ghijklmnopqrstuvwxyz"];

/** Another one that could stand there as well: what is written right, and is wrong. */
function turned(character: string): string {
  const ring = RINGS.find((each) => each.includes(character)) ?? character;
  return ring[(ring.indexOf(character) + 1) % ring.length]!;
}

/** One of the three headers changed, or some of them, or left out. */
function nearlyHeaders(
  good: Readonly<Record<string, string>>,
): fc.Arbitrary<Record<string, string | undefined>> {
  const one = fc
    .constantFrom(...NAMES)
    .chain((name) => nearlyText(good[name]!).map((text) => ({ ...good, [name]: text })));
  const values = NAMES.map((name) =>
    fc.oneof(nearlyText(good[name]!), fc.constantFrom(good[name], undefined), hostileText),
  );
  const some = fc
    .tuple(...values)
    .map((texts) => Object.fromEntries(NAMES.map((name, index) => [name, texts[index]])));
  return fc.oneof({ weight: 3, arbitrary: one }, { weight: 1, arbitrary: some });
}

/** HTTP lets blanks around a value go. */
function isGood(
  sent: Readonly<Record<string, string | undefined>>,
  good: Readonly<Record<string, string>>,
): boolean {
  return NAMES.every((name) => sent[name]?.replaceAll(/^[ \t]+|[ \t]+$/g, "") === good[name]);
}

/** What `node:http` can be made to send. */
function canBeSent(sent: Readonly<Record<string, string | undefined>>): boolean {
  const values = NAMES.map((name) => sent[name] ?? "");
  return values.every((value) => /^[\t -~\u0080-\u00ff]{0,3000}$/.test(value));
}

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Over a real socket, with a body where the method has one. */
function answerTo({ method, url, headers }: Sent): Promise<{ status: number; text: string }> {
  const given = NAMES.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, headers[name]]],
  );
  return new Promise((answered, failed) => {
    const sending = sendRequest(url, {
      method,
      headers: { ...Object.fromEntries(given), "content-type": "application/json" },
    });
    sending.on("error", failed);
    sending.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => answered({ status: answer.statusCode ?? 0, text }));
    });
    sending.end(method === "GET" ? undefined : BODY);
  });
}

describe("what stands in the signature headers", () => {
  it("[HI1] [AU1] is read whole or refused by name, whatever it is", async () => {
    const key = await newKeyPair(crypto.subtle);
    const verifier = verifierOf(key.publicKey)!;
    const init = { method: "POST", headers: {}, body: BODY } as const;
    const good = await signedHeaders(key, INGEST_PATH, init);
    const request = { method: "POST", path: INGEST_PATH, body: Buffer.from(BODY) };
    const isLetIn = (headers: Readonly<Record<string, string | undefined>>): boolean => {
      const claimed = soon(() => claimedSignature(headers));
      const checked = claimed.ok
        ? soon(() => checkSignature(claimed.value, { ...request, headers }, verifier))
        : claimed;
      if (!checked.ok) {
        expect(NAMED).toContain(checked.error.code);
        expect(checked.error.detail).not.toContain(CARD);
      }
      return checked.ok;
    };
    expect(isLetIn(good)).toBe(true);
    await fuzz(
      fc.property(nearlyHeaders(good), (headers) => {
        fc.pre(!isGood(headers, good));
        expect(isLetIn(headers)).toBe(false);
      }),
    );
  });

  it("[HI1] [AU1] any 64 bytes are no signature, and any two coordinates no crash", async () => {
    const key = await newKeyPair(crypto.subtle);
    const good = await signedHeaders(key, INGEST_PATH, { method: "POST", body: BODY });
    const claimed = claimedSignature(good);
    if (!claimed.ok) throw new Error("The good headers are not read.");
    const request = { method: "POST", path: INGEST_PATH, headers: {}, body: Buffer.from(BODY) };
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.constantFrom(new Uint8Array(64), new Uint8Array(64).fill(255)),
    );
    const coordinate = fc.oneof(
      fc.constantFrom(key.publicKey.x, key.publicKey.y, "A".repeat(43)),
      fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      hostileText,
    );
    await fuzz(
      fc.property(bytes, coordinate, coordinate, (signature, x, y) => {
        const verifier = soon(() => verifierOf({ x, y }));
        const claim = { ...claimed.value, signature: Buffer.from(signature) };
        for (const each of [verifier, verifierOf(key.publicKey)]) {
          if (each === undefined) continue;
          const checked = soon(() => checkSignature(claim, request, each));
          expect(checked).toMatchObject({ ok: false, error: { code: "bad-signature" } });
        }
      }),
    );
  });

  it("[HI1] [AU1] nearly right, over a socket and at every address, lets nobody in and changes nothing", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const init = { method: "POST", headers: {}, body: BODY } as const;
    const good = await signedHeaders(kiosk.identity, INGEST_PATH, init);
    const address = fc.constantFrom(
      ["POST", INGEST_PATH],
      ["POST", HEARTBEAT_PATH],
      ["POST", DEVICE_KEY_PATH],
      ["POST", LEAVING_PATH],
      ["POST", PAIRING_PATH],
      ["GET", CONFIG_PATH],
      ["GET", DEVICE_PATH],
    );
    const before = await stateOf(listener);
    await changesNothing(listener, () =>
      fuzz(
        fc.asyncProperty(nearlyHeaders(good), address, async (headers, [method, path]) => {
          fc.pre(canBeSent(headers) && !isGood(headers, good));
          const url = listener.url + path;
          const { status, text } = await answerTo({ method: method!, url, headers });
          const problem = Problem.parse(JSON.parse(text));
          // Pairing looks at its body first, since the key is in it.
          const names = path === PAIRING_PATH ? ["invalid-body"] : NAMED;
          expect(names, text).toContain(problem.code);
          expect([400, 401]).toContain(status);
          expect(problem.status).toBe(status);
          expect(text).not.toContain(CARD);
        }),
      ),
    );
    expect(await stateOf(listener)).toBe(before);
    kiosk.add(CARD);
    expect((await kiosk.send()).map(({ verdict }) => verdict)).toEqual(["accepted"]);
  });

  it("[HI1] [AU1] a good signature of any other moment is stale, and is told the proxy's time", async () => {
    const listener = await aListener();
    const { identity } = await createRawKiosk(listener);
    const moment = fc.oneof(
      fc.integer({ min: 0, max: 99_999_999_999 }),
      fc.constantFrom(0, 1, 2 ** 31, 99_999_999_999),
    );
    await changesNothing(listener, () =>
      fuzz(
        fc.asyncProperty(moment, async (created) => {
          const clock = { wallMs: () => created * 1_000, monoMs: () => 0 };
          fc.pre(Math.abs(clock.wallMs() - listener.clock.wallMs()) > 310_000);
          const headers = await signedHeaders(identity, CONFIG_PATH, { method: "GET" }, clock);
          const sent = { method: "GET", url: listener.url + CONFIG_PATH, headers };
          const { status, text } = await answerTo(sent);
          expect(status).toBe(401);
          expect(Problem.parse(JSON.parse(text))).toMatchObject({
            code: "stale",
            proxyTimeMs: listener.clock.wallMs(),
          });
        }),
      ),
    );
  });
});
