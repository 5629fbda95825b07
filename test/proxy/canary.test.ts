import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  DEAD_LETTERS_PATH,
  INCIDENTS_PATH,
  PAIRINGS_PATH,
  TOKENS_PATH,
} from "../../src/contract/admin.ts";
import {
  RECEIPTS_PATH,
  TEXTS_PATH,
  VISITOR_RECEIPTS_PATH,
} from "../../src/contract/consent-receipts.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { KEYS_PATH } from "../../src/contract/keys.ts";
import { JOURNEYS_PATH } from "../../src/contract/journey.ts";
import { MATCH_RATE_PATH } from "../../src/contract/match-rate.ts";
import { OVERVIEW_PATH } from "../../src/contract/overview.ts";
import { IMPORTS_PATH } from "../../src/contract/outbox-export.ts";
import { DEVICE_KEY_PATH, PAIRING_PATH } from "../../src/contract/pairing.ts";
import { filesHolding, holds } from "../support/find-bytes.ts";
import { readJournal, scannedCards } from "../support/journal.ts";
import { createRawKiosk, nonceIn, postBatch, type RawKiosk } from "../support/raw-kiosk.ts";
import { sealForTest } from "../support/sealing.ts";
import { anUpdateBody } from "../support/store-builders.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

/** Card numbers that exist nowhere else, one for each thing that can become of a scan. */
const CANARY = {
  delivered: "2917000000011",
  refused: "2917000000028",
  serverError: "2917000000035",
  portal: "2917000000042",
  lostReply: "2917000000059",
  halfAnswer: "2917000000066",
  unknown: "2917000000073",
  malformed: "2917000000097",
} as const;
const ALL = Object.values(CANARY);
const BYSTANDER = "2912345678906";

let system: System;
let kiosk: RawKiosk;
/** Every answer the proxy gave, to anybody. */
const answers: string[] = [];

const keep = async (answering: Promise<Response>) => {
  const answer = await answering;
  answers.push(JSON.stringify([...answer.headers]), await answer.text());
  return answer.status;
};

/** Signed by a paired kiosk, so that what is in the body is read; and by nobody. */
const post = async (address: string, body: string, type = "application/json") => {
  const init = { method: "POST", body, headers: { "content-type": type } } as const;
  await keep(fetch(system.kioskUrl + address, init));
  const nonce = nonceIn(body);
  return keep(kiosk.fetch(address, nonce === undefined ? init : { ...init, nonce }));
};

/** Where a number can be found: files by name, what was printed, what was answered. */
function tracesOf(card: string): readonly string[] {
  const said = { stderr: system.stderr(), stdout: system.stdout(), answers: answers.join("\n") };
  return [
    ...filesHolding(system.dataDir, card),
    ...Object.entries(said).flatMap(([name, text]) => (holds(text, card) ? [name] : [])),
  ];
}

async function askAdmin(): Promise<void> {
  const token = readFileSync(path.join(system.dataDir, "admin-token"), "utf8").trim();
  for (const address of ["/metrics", "/healthz", INCIDENTS_PATH, DEAD_LETTERS_PATH]) {
    const headers = { authorization: `Bearer ${token}` };
    expect(await keep(fetch(system.adminUrl + address, { headers }))).toBe(200);
  }
  await keep(fetch(`${system.adminUrl}${DEAD_LETTERS_PATH}/${CANARY.malformed}`));
  await keep(fetch(`${system.adminUrl}${DEAD_LETTERS_PATH}?card=${CANARY.malformed}`));
}

beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: "trace" } });
  kiosk = await createRawKiosk(system);
});

afterAll(() => system.stop());

describe("[PV2] [PV8] a canary pushed through every path", () => {
  it("is found by the search where it was planted, in clear or in disguise", () => {
    const planted = "2918000000010";
    const shapes = [
      planted,
      Buffer.from(planted, "utf16le"),
      Buffer.from(planted).toString("hex"),
      ...["", "a", "ab"].map((before) => Buffer.from(`${before}${planted}z`).toString("base64")),
    ];
    for (const shape of shapes) {
      writeFileSync(path.join(system.dataDir, "planted"), shape);
      expect(tracesOf(planted)).toEqual(["planted"]);
    }
    writeFileSync(path.join(system.dataDir, "planted"), "");
    answers.push(`{"detail":"${planted}"}`);
    expect(tracesOf(planted)).toEqual(["answers"]);
  });

  it("reaches Target, or is refused there, or meets every error on the way", async () => {
    const { emulator } = system;
    emulator.know([BYSTANDER, ...ALL.filter((card) => card !== CANARY.unknown)]);
    const about = (value: string, route = "update") => ({ match: { value, route } });
    emulator.inject(
      {
        type: "refused-body",
        message: `visitor ${CANARY.refused} is not wanted`,
        ...about(CANARY.refused),
      },
      {
        type: "status",
        status: 500,
        body: `stack of ${CANARY.serverError}`,
        ...about(CANARY.serverError),
      },
      { type: "lost-reply", ...about(CANARY.lostReply) },
      { type: "half-answer", ...about(CANARY.halfAnswer) },
      { type: "html", ...about(CANARY.portal) },
    );
    kiosk.add(BYSTANDER);
    kiosk.add(CANARY.delivered);
    kiosk.add(CANARY.unknown);
    await kiosk.send();
    await emulator.arrived([BYSTANDER, CANARY.delivered]);
    kiosk.add(CANARY.refused);
    await kiosk.send();
    await waitFor("a dead letter", async () => (await system.deadLetters()).length === 1);
    const erring = [CANARY.serverError, CANARY.lostReply, CANARY.halfAnswer, CANARY.portal];
    for (const card of erring) kiosk.add(card);
    await kiosk.send();
    await emulator.arrived(erring);
  }, 200_000);

  it("is refused at the door in every wrong shape", async () => {
    const card = CANARY.malformed;
    kiosk.add(card);
    const { body } = kiosk.request();
    const request = JSON.parse(body);
    const changed = (changes: object) => JSON.stringify({ ...request, ...changes });
    const entry = request.entries[0];
    const inner = anUpdateBody({ device: kiosk.device, card });
    const { kid: _kid, enc: _enc, ...clear } = entry.header;
    const sealed = (text: string, changes: object) => {
      const header = { ...clear, id: randomUUID(), ...changes };
      const { body: sealedBody, ...key } = sealForTest(header, text);
      return { header: { ...header, ...key }, body: sealedBody };
    };
    const entries = (...list: unknown[]) => changed({ nonce: randomUUID(), entries: list });
    const shapes = [
      body.slice(0, -20),
      changed({ nonce: card }),
      changed({ [card]: card }),
      changed({ device: { ...request.device, [card]: 1 } }),
      changed({ device: { ...request.device, storeId: `${card}/..` } }),
      entries(card, [card], { [card]: card }),
      entries({ ...entry, header: { ...entry.header, id: card } }),
      entries({ ...entry, [card]: card }),
      entries({ ...entry, header: { ...entry.header, id: randomUUID(), kid: "s9" } }),
      ...[
        { ...inner, [card]: card },
        { ...inner, visitor: { kind: "member", value: `${card}/x` } },
        { ...inner, visitor: { kind: card, value: card } },
        { ...inner, attributes: [{ name: card, value: card }] },
        { ...inner, attributes: { [card]: card } },
        card,
      ].map((wrong) => entries(sealed(JSON.stringify(wrong), { seq: 900 }))),
      entries(sealed(`{"visitor":"${card}"`, {})),
      entries({ ...entry, body: `{"visitor":"${card}"` }),
    ];
    for (const shape of shapes) await post(INGEST_PATH, shape);
    await post(INGEST_PATH, body, "text/plain");
    await post(INGEST_PATH, body, `application/json; card=${card}`);
    // The same nonce with another body: a named refusal.
    await keep(kiosk.post(body));
    await keep(postBatch(system.kioskUrl, body));
    expect(await post(INGEST_PATH, `${body} `)).toBe(409);
    await post(`/v1/${card}`, body);
    await keep(fetch(`${system.kioskUrl}/${card}?card=${card}`));
    const nobody = { "signature-input": card, signature: card, "content-digest": card };
    await keep(postBatch(system.kioskUrl, body, { ...nobody, "content-type": "application/json" }));
    await post(PAIRING_PATH, JSON.stringify({ v: 1, nonce: randomUUID(), code: card, [card]: 1 }));
    await post(DEVICE_KEY_PATH, JSON.stringify({ v: 1, nonce: card }));
    await keep(fetch(`${system.kioskUrl}/%`, { headers: { "x-card": card } }));

    const witness = { epoch: kiosk.epoch, firstSeq: 1, lastSeq: 0, owed: [], void: [], aside: [] };
    const beat = {
      v: 1,
      nonce: randomUUID(),
      device: kiosk.device,
      clock: request.clock,
      appVersion: "1",
      witnesses: [witness],
      incidents: [
        {
          type: "outbox-torn",
          epoch: randomUUID(),
          lastSeq: 4,
          detail: `scan of ${card} was torn`,
        },
      ],
      storagePersisted: true,
      refusedScans: { [card]: 1 },
    };
    expect(await post(HEARTBEAT_PATH, JSON.stringify(beat))).toBe(200);
    for (const wrong of [{ refusedScans: { [card]: -1 } }, { [card]: 1 }, { nonce: card }]) {
      await post(HEARTBEAT_PATH, JSON.stringify({ ...beat, ...wrong }));
    }
    await askAdmin();
  });

  it("is asked about, imported and taken for a code by those who run the proxy", async () => {
    const card = CANARY.malformed;
    const token = readFileSync(path.join(system.dataDir, "admin-token"), "utf8").trim();
    const ask = (address: string, body: unknown) =>
      keep(
        fetch(system.adminUrl + address, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
    expect(await ask(VISITOR_RECEIPTS_PATH, { kind: "member", value: CANARY.delivered })).toBe(200);
    expect(await ask(VISITOR_RECEIPTS_PATH, { kind: card, value: card })).toBe(400);
    const visitor = { kind: "member", value: CANARY.delivered };
    expect(await ask(JOURNEYS_PATH, { visitor })).toBe(200);
    expect(await ask(JOURNEYS_PATH, { visitor: { ...visitor, [card]: card } })).toBe(400);
    const { body } = kiosk.request();
    const { device, clock, entries } = JSON.parse(body);
    const header = { v: 1, type: "tarjeta-outbox", device, clock, proxyTimeMs: 1, entries: 1 };
    expect(await ask(IMPORTS_PATH, { v: 1, header, entries: [...entries, card] })).toBe(200);
    expect(await ask(IMPORTS_PATH, { v: 1, header: { ...header, [card]: card }, entries })).toBe(
      400,
    );
    expect(await ask(PAIRINGS_PATH, { storeId: "s", kioskId: "k", name: "k", [card]: card })).toBe(
      400,
    );
    for (const address of [
      RECEIPTS_PATH,
      `${RECEIPTS_PATH}?after=${card}`,
      `${TEXTS_PATH}/${card}`,
      KEYS_PATH,
      "/v1/held",
      OVERVIEW_PATH,
      `${MATCH_RATE_PATH}?days=${card}`,
      `${MATCH_RATE_PATH}?${card}`,
    ]) {
      const headers = { authorization: `Bearer ${token}`, "x-request-id": card };
      await keep(fetch(system.adminUrl + address, { headers }));
    }
    expect(await ask(TOKENS_PATH, { name: "a", role: "viewer", [card]: card })).toBe(400);
    await ask(`${KEYS_PATH}/sealing/${card}/retire`, {});
    await ask(`/v1/devices/${card}/write-off`, {});
  });

  it("left no trace in database, log, answers, lists or metrics: while running, killed, stopped", async () => {
    const found = () => ALL.flatMap((card) => tracesOf(card).map((where) => `${card} ${where}`));
    expect(system.stderr().length).toBeGreaterThan(0);
    expect(found()).toEqual([]);
    await system.kill("SIGKILL");
    expect(found()).toEqual([]);
    await system.restart();
    await askAdmin();
    expect(await system.incidents()).not.toEqual([]);
    await system.kill("SIGTERM");
    expect(found()).toEqual([]);
    // And all of them are known to it all the same.
    const cards = new Set(scannedCards(readJournal(system.dataDir)));
    expect(ALL.filter((card) => !cards.has(card))).toEqual([]);
  });
});
