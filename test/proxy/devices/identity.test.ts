import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HEARTBEAT_PATH, HeartbeatReceipt } from "../../../src/contract/heartbeat.ts";
import { INGEST_PATH, IngestReceipt } from "../../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../../src/contract/kiosk-config.ts";
import { SIGNING_ALGORITHM } from "../../../src/contract/request-signature.ts";
import {
  DEVICE_KEY_PATH,
  DEVICE_PATH,
  keyProofText,
  LEAVING_PATH,
} from "../../../src/contract/pairing.ts";
import { Problem } from "../../../src/contract/problem.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { KEY_LIFETIME_MS, rotateKey } from "../../../src/kiosk/key-rotation.ts";
import { newKeyPair } from "../../../src/kiosk/signing-key.ts";
import type { Identity } from "../../../src/outbox/identity.ts";
import { createSignedFetch } from "../../../src/outbox/signed-fetch.ts";
import { KEY_OVERLAP_MS } from "../../../src/proxy/devices/pairing.ts";
import { signedFetchTo, signedHeaders } from "../../support/devices.ts";
import { memoryKept } from "../../support/kiosk-builders.ts";
import { aListener } from "../../support/listener.ts";
import { createRawKiosk, rawKioskOf, type RawKiosk } from "../../support/raw-kiosk.ts";
import { aHeartbeat, aWitness, DAY } from "../../support/store-builders.ts";

type Listener = Awaited<ReturnType<typeof aListener>>;

const CARD = "2912345678906";
const TYPE = { "content-type": "application/json" };

/** Everything that a request that was let in would have changed. */
async function stateOf({ store, clock }: Listener): Promise<string> {
  const [figures, incidents] = [await store.figures(clock.wallMs(), 0), await store.incidents(100)];
  // What goes by the time of asking tells nothing here.
  const { atMs: _at, oldestWaitingMs: _age, lanes: _lanes, ages: _ages, ...rest } = figures;
  const { hours: _hours, days: _days, ...lasting } = rest;
  return JSON.stringify({ figures: lasting, incidents });
}

async function codeOf(answer: Response): Promise<string> {
  if (answer.ok) return "let in";
  expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  const problem = Problem.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return problem.code;
}

/** A batch with one update, and the headers its kiosk signs it with. */
async function aSignedBatch(kiosk: RawKiosk, at?: Clock) {
  kiosk.add(CARD);
  const { body, nonce } = kiosk.request();
  const init = { method: "POST", headers: TYPE, body, nonce } as const;
  return { body, headers: await signedHeaders(kiosk.identity, INGEST_PATH, init, at) };
}

function post(
  { kioskUrl }: Listener,
  body: string,
  headers: Record<string, string>,
  path = INGEST_PATH,
): Promise<Response> {
  return fetch(kioskUrl + path, { method: "POST", body, headers });
}

describe("a request that is not let in", () => {
  it.each([
    ["unsigned", "unsigned", async () => TYPE],
    [
      "altered",
      "bad-signature",
      async (_kiosk: RawKiosk, headers: Record<string, string>) => ({
        ...headers,
        signature: headers["signature"]!.replace(/=:.{6}/, "=:AAAAAA"),
      }),
    ],
    [
      "with the digest of another body",
      "bad-signature",
      async (_kiosk: RawKiosk, headers: Record<string, string>) => ({
        ...headers,
        "content-digest": headers["content-digest"]!.replace(/:.{6}/, ":AAAAAA"),
      }),
    ],
    [
      "of a key that nobody paired",
      "unknown-device",
      async (kiosk: RawKiosk) => {
        const { body, nonce } = kiosk.request();
        const stranger = await newKeyPair(crypto.subtle);
        const init = { method: "POST", headers: TYPE, body, nonce } as const;
        return signedHeaders(stranger, INGEST_PATH, init);
      },
    ],
    [
      "of another kiosk's key under its own name",
      "bad-signature",
      async (kiosk: RawKiosk, headers: Record<string, string>) => {
        const stranger = await newKeyPair(crypto.subtle);
        const nonce = /nonce="([^"]+)"/.exec(headers["signature-input"]!)![1]!;
        const init = { method: "POST", headers: TYPE, body: kiosk.request().body, nonce } as const;
        return signedHeaders({ ...stranger, keyId: kiosk.identity.keyId }, INGEST_PATH, init);
      },
    ],
  ])("[AU1] %s is refused as %s and changes nothing", async (_what, code, changed) => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const before = await stateOf(listener);
    const { body, headers } = await aSignedBatch(kiosk);
    expect(await codeOf(await post(listener, body, await changed(kiosk, headers)))).toBe(code);
    expect(await stateOf(listener)).toBe(before);
    // The kiosk itself, and everybody else, is served on.
    expect(await kiosk.send()).toHaveLength(1);
  });

  it("[AU1] stands before every address of a kiosk, whatever is in the body", async () => {
    const listener = await aListener();
    const answers = [
      await post(listener, "{", TYPE),
      await post(listener, JSON.stringify(aHeartbeat()), TYPE, HEARTBEAT_PATH),
      await post(listener, "{}", TYPE, DEVICE_KEY_PATH),
      await post(listener, "{}", TYPE, LEAVING_PATH),
      await fetch(listener.kioskUrl + CONFIG_PATH),
      await fetch(listener.kioskUrl + DEVICE_PATH),
    ];
    for (const answer of answers) expect(await codeOf(answer)).toBe("unsigned");
  });

  it("[AU1] stale, it is told the proxy's time; a byte-identical repeat after its window too", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const { body, headers } = await aSignedBatch(kiosk, listener.clock);
    const first = await (await post(listener, body, headers)).text();
    const afterFirst = await stateOf(listener);
    expect(await (await post(listener, body, headers)).text()).toBe(first);
    expect(await stateOf(listener)).toBe(afterFirst);

    listener.clock.advance(302_000);
    const answer = await post(listener, body, headers);
    expect(answer.status).toBe(401);
    const problem = Problem.parse(await answer.json());
    expect(problem).toMatchObject({ code: "stale", proxyTimeMs: listener.clock.wallMs() });
    expect(await stateOf(listener)).toBe(afterFirst);
  });

  it("[AU1] [IN4] a nonce that returns with another body is refused, batch and heartbeat alike", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    kiosk.add(CARD);
    const { body, nonce } = kiosk.request();
    expect((await kiosk.post(body)).status).toBe(200);
    const before = await stateOf(listener);
    expect(await codeOf(await kiosk.post(`${body} `, { nonce }))).toBe("nonce-reused");
    const beat = JSON.stringify(aHeartbeat({ nonce }));
    const init = { method: "POST", headers: TYPE, body: beat, nonce } as const;
    expect(await codeOf(await kiosk.fetch(HEARTBEAT_PATH, init))).toBe("nonce-reused");
    expect(await stateOf(listener)).toBe(before);
  });

  it("[AU1] [IN4] so is one that brings a key, or wishes to leave; a repeat is told the same", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const bring = async (nonce: string) => {
      const next = await newKeyPair(crypto.subtle);
      const text = new TextEncoder().encode(keyProofText(nonce, kiosk.identity.keyId));
      const signature = await crypto.subtle.sign(SIGNING_ALGORITHM, next.privateKey, text);
      const proof = Buffer.from(signature).toString("base64");
      const body = JSON.stringify({ v: 1, nonce, publicKey: next.publicKey, proof });
      const init = { method: "POST", headers: TYPE, body, nonce } as const;
      return { body, headers: await signedHeaders(kiosk.identity, DEVICE_KEY_PATH, init) };
    };
    const keyNonce = randomUUID();
    const first = await bring(keyNonce);
    const sendFirst = () => post(listener, first.body, first.headers, DEVICE_KEY_PATH);
    const answered = await (await sendFirst()).text();
    const before = await stateOf(listener);
    listener.clock.advance(1_000);
    expect(await (await sendFirst()).text()).toBe(answered);
    const second = await bring(keyNonce);
    const refused = await post(listener, second.body, second.headers, DEVICE_KEY_PATH);
    expect(await codeOf(refused)).toBe("nonce-reused");
    expect(listener.desk.registry.list()).toHaveLength(2);
    expect(await stateOf(listener)).toBe(before);

    const nonce = randomUUID();
    const wish = (owed: readonly unknown[]) => {
      const body = JSON.stringify({ v: 1, nonce, owed });
      return kiosk.fetch(LEAVING_PATH, { method: "POST", headers: TYPE, body, nonce });
    };
    const owed = [{ epoch: kiosk.epoch, owed: [[1, 1]] }];
    expect(await codeOf(await wish(owed))).toBe("still-owes");
    expect(await codeOf(await wish(owed))).toBe("still-owes");
    expect(await codeOf(await wish([]))).toBe("nonce-reused");
    expect(listener.desk.registry.list().every(({ state }) => state === "active")).toBe(true);
    kiosk.add(CARD);
    expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
  });

  it("[AU1] signed for another nonce than the body's, it is refused", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    kiosk.add(CARD);
    const before = await stateOf(listener);
    const answer = await kiosk.post(kiosk.request().body, { nonce: randomUUID() });
    expect(await codeOf(answer)).toBe("bad-signature");
    const beat = JSON.stringify(aHeartbeat());
    const init = { method: "POST", headers: TYPE, body: beat, nonce: randomUUID() } as const;
    expect(await codeOf(await kiosk.fetch(HEARTBEAT_PATH, init))).toBe("bad-signature");
    expect(await stateOf(listener)).toBe(before);
  });

  it("[AU1] a revoked key opens nothing from the next request on; the others are served", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const other = await createRawKiosk(listener);
    const { body, headers } = await aSignedBatch(kiosk);
    expect((await post(listener, body, headers)).status).toBe(200);
    expect(await listener.desk.registry.revoke(kiosk.device.deviceId)).toBe(true);
    const before = await stateOf(listener);
    expect(await codeOf(await kiosk.post(kiosk.request().body))).toBe("revoked");
    // A repeat of what was good before is no way around.
    expect(await codeOf(await post(listener, body, headers))).toBe("revoked");
    expect(await stateOf(listener)).toBe(before);
    other.add(CARD);
    expect(await other.send()).toHaveLength(1);
  });
});

describe("a heartbeat", () => {
  it("[AU1] that returns byte for byte is told the same and changes nothing", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const beat = (owed: readonly (readonly [number, number])[]) =>
      JSON.stringify(
        aHeartbeat({ witnesses: [aWitness({ epoch: kiosk.epoch, lastSeq: 9, owed: [...owed] })] }),
      );
    const send = async (body: string) => {
      const { nonce } = JSON.parse(body);
      const init = { method: "POST", headers: TYPE, body, nonce } as const;
      const headers = await signedHeaders(kiosk.identity, HEARTBEAT_PATH, init, listener.clock);
      return { headers, answer: await post(listener, body, headers, HEARTBEAT_PATH) };
    };
    const early = beat([[1, 9]]);
    const first = await send(early);
    const told = HeartbeatReceipt.parse(await first.answer.json());
    listener.clock.advance(60_000);
    await send(beat([[5, 9]]));
    const before = await stateOf(listener);
    const again = await post(listener, early, first.headers, HEARTBEAT_PATH);
    expect(HeartbeatReceipt.parse(await again.json())).toEqual(told);
    expect(await stateOf(listener)).toBe(before);
  });

  it("[AU1] counts for the place that was paired, whatever the kiosk calls itself", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener, { storeId: "madrid-1", kioskId: "door" });
    const body = JSON.stringify(aHeartbeat());
    const { nonce } = JSON.parse(body);
    await kiosk.fetch(HEARTBEAT_PATH, { method: "POST", headers: TYPE, body, nonce });
    const { kiosks } = await listener.store.figures(0, 0);
    expect(kiosks).toMatchObject([
      { deviceId: kiosk.device.deviceId, storeId: "madrid-1", kioskId: "door" },
    ]);
  });
});

describe("a kiosk whose clock is wrong", () => {
  it.each([-365 * DAY, 365 * DAY])(
    "[AU1] by %d ms is served after one try that was stale",
    async (offMs) => {
      const listener = await aListener();
      const { identity } = await createRawKiosk(listener);
      const statuses: number[] = [];
      const kept = memoryKept();
      const wrong = { wallMs: () => listener.clock.wallMs() + offMs };
      const signedFetch = createSignedFetch({
        fetch: async (path, init) => {
          const answer = await fetch(listener.kioskUrl + path, init);
          statuses.push(answer.status);
          return answer;
        },
        key: async () => identity,
        kept,
        clock: { ...wrong, monoMs: () => 0 },
        newNonce: randomUUID,
      });
      const get = () => signedFetch(CONFIG_PATH, { method: "GET" });
      expect((await get()).status).toBe(200);
      expect((await get()).status).toBe(200);
      expect(statuses).toEqual([401, 200, 200]);
      expect(Math.abs(Number(kept.values["proxy-offset"]) + offMs)).toBeLessThan(10_000);
    },
  );

  it("[AU1] retries a stale refusal once, and no other", async () => {
    let asked = 0;
    const refusing = (code: string) =>
      createSignedFetch({
        fetch: async () => {
          asked += 1;
          return Response.json({ code, proxyTimeMs: 1_800_000_000_000 }, { status: 401 });
        },
        key: async () => newKeyPair(crypto.subtle),
        kept: memoryKept(),
        clock: { wallMs: () => 0, monoMs: () => 0 },
        newNonce: randomUUID,
      });
    expect((await refusing("stale")(CONFIG_PATH, { method: "GET" })).status).toBe(401);
    expect(asked).toBe(2);
    expect((await refusing("revoked")(CONFIG_PATH, { method: "GET" })).status).toBe(401);
    expect(asked).toBe(3);
  });

  it("[AU1] sends nothing at all before it is paired", async () => {
    const signedFetch = createSignedFetch({
      fetch: () => Promise.reject(new Error("something was sent")),
      key: async () => undefined,
      kept: memoryKept(),
      clock: { wallMs: () => 0, monoMs: () => 0 },
      newNonce: randomUUID,
    });
    expect((await signedFetch(INGEST_PATH, { method: "POST", body: "{}" })).status).toBe(401);
  });
});

describe("a kiosk that is paired again", () => {
  it("[AU1] delivers what it owed under its earlier key, each once", async () => {
    const listener = await aListener();
    const before = await createRawKiosk(listener);
    const early = before.add(CARD);
    await before.send();
    const owed = [before.add("2900000000018"), before.add("2900000000025")];
    await listener.desk.registry.revoke(before.device.deviceId);
    await expect(before.send()).rejects.toThrow();
    expect(before.owed()).toHaveLength(2);

    const after = await before.pairAgain(listener);
    expect(after.device.deviceId).not.toBe(before.device.deviceId);
    const verdicts = await after.send();
    expect(verdicts).toEqual(owed.map((id) => ({ id, verdict: "accepted" })));
    expect(owed).not.toContain(early);
    expect((await listener.store.figures(0, 0)).updatesByVerdict["accepted"]).toBe(3);
  });

  it("[AU1] as its hardware's successor takes the place, and the old key ends at once", async () => {
    const listener = await aListener();
    const old = await createRawKiosk(listener, { storeId: "madrid-1", kioskId: "door" });
    old.add(CARD);
    // It said once that it owes something; then it broke.
    const witnesses = [aWitness({ epoch: old.epoch, lastSeq: 1, owed: [[1, 1]] })];
    const body = JSON.stringify(aHeartbeat({ witnesses }));
    const { nonce } = JSON.parse(body);
    await old.fetch(HEARTBEAT_PATH, { method: "POST", headers: TYPE, body, nonce });

    const stand = { storeId: "madrid-1", kioskId: "door", replaces: old.device.deviceId };
    const next = await createRawKiosk(listener, stand);
    expect(await codeOf(await old.post(old.request().body))).toBe("revoked");
    next.add(CARD);
    expect(await next.send()).toHaveLength(1);
    const records = listener.desk.registry.list();
    expect(records.map(({ device, state }) => [device.kioskId, state])).toEqual([
      ["door", "active"],
      ["door", "revoked"],
    ]);
    // What the old one owes stays known to be missing.
    const { kiosks } = await listener.store.figures(0, 0);
    expect(kiosks.find(({ deviceId }) => deviceId === old.device.deviceId)?.owed).toBe(1);
  });
});

describe("a key that has served its time", () => {
  async function rotate(listener: Listener, identity: Identity, lostAnswers = 0) {
    const keptOnes: Identity[] = [];
    let lost = lostAnswers;
    const signed = signedFetchTo(listener.kioskUrl, identity, listener.clock);
    const isNew = await rotateKey(identity, listener.clock.wallMs(), {
      fetch: async (path, init) => {
        const answer = await signed(path, init);
        lost -= 1;
        if (lost >= 0) throw new TypeError("the answer was lost");
        return answer;
      },
      subtle: crypto.subtle,
      newNonce: randomUUID,
      keep: async (next) => void keptOnes.push(next),
    }).catch(() => false);
    return { isNew, latest: keptOnes.at(-1) };
  }

  it("[AU1] is followed by another; the old one goes on for a week and then ends", async () => {
    const listener = await aListener();
    const { identity } = await createRawKiosk(listener);
    expect((await rotate(listener, identity)).isNew).toBe(false);
    listener.clock.advance(KEY_LIFETIME_MS);
    const { isNew, latest } = await rotate(listener, identity);
    expect(isNew).toBe(true);
    expect(latest!.keyId).not.toBe(identity.keyId);
    const get = async (key: Identity) =>
      codeOf(
        await signedFetchTo(listener.kioskUrl, key, listener.clock)(CONFIG_PATH, { method: "GET" }),
      );
    expect([await get(identity), await get(latest!)]).toEqual(["let in", "let in"]);
    listener.clock.advance(KEY_OVERLAP_MS);
    expect([await get(identity), await get(latest!)]).toEqual(["revoked", "let in"]);
    // Revoking takes both.
    await listener.desk.registry.revoke(identity.device.deviceId);
    expect(await get(latest!)).toBe("revoked");
  });

  it("[AU1] is brought again when the answer was lost, and is the same key", async () => {
    const listener = await aListener();
    const { identity } = await createRawKiosk(listener);
    listener.clock.advance(KEY_LIFETIME_MS);
    const first = await rotate(listener, identity, 1);
    expect(first.isNew).toBe(false);
    const again = await rotate(listener, first.latest!);
    expect(again.isNew).toBe(true);
    expect(again.latest!.keyId).toBe(first.latest!.next!.keyId);
    expect(listener.desk.registry.list()).toHaveLength(2);
  });

  it("[AU1] is not replaced by a key that nobody shows to hold", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const nonce = randomUUID();
    const { publicKey } = await newKeyPair(crypto.subtle);
    const proof = `${"A".repeat(86)}==`;
    const body = JSON.stringify({ v: 1, nonce, publicKey, proof });
    const init = { method: "POST", headers: TYPE, body, nonce } as const;
    expect(await codeOf(await kiosk.fetch(DEVICE_KEY_PATH, init))).toBe("bad-signature");
    expect(listener.desk.registry.list()).toHaveLength(1);
  });
});

describe("who may send", () => {
  it("[AU1] is known again after a restart", async () => {
    const listener = await aListener();
    const kiosk = await createRawKiosk(listener);
    const gone = await createRawKiosk(listener);
    await listener.desk.registry.revoke(gone.device.deviceId);
    const keyed = await listener.store.keyedDevices();
    expect(keyed.map(({ keyId, state }) => [keyId, state]).toSorted()).toEqual(
      [
        [kiosk.identity.keyId, "active"],
        [gone.identity.keyId, "revoked"],
      ].toSorted(),
    );
    const same = rawKioskOf(listener.kioskUrl, kiosk.identity);
    same.add(CARD);
    const receipt = IngestReceipt.parse(await (await same.post(same.request().body)).json());
    expect(receipt.verdicts).toHaveLength(1);
  });
});
