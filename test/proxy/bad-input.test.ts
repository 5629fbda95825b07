import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, truncateSync, writeFileSync, statSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { INGEST_PATH, IngestReceipt } from "../../src/contract/ingest.ts";
import { Problem } from "../../src/contract/problem.ts";
import { mergedTwice, readJournal } from "../support/journal.ts";
import { createRawKiosk, type RawKiosk } from "../support/raw-kiosk.ts";
import { startSystem, type System } from "../support/system.ts";

let system: System;
let kiosk: RawKiosk;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

beforeEach(async () => {
  kiosk = await createRawKiosk(system);
});

async function problemOf(answer: Response): Promise<Problem> {
  expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  return Problem.parse(await answer.json());
}

/** What a body of so many bytes is answered, which the proxy need not wait for. */
function statusOfHugeBody(length: number): Promise<number | undefined> {
  return new Promise((answered, failed) => {
    const headers = { "content-type": "application/json", "content-length": length };
    const sent = request(system.kioskUrl + INGEST_PATH, { method: "POST", headers }, (answer) => {
      answered(answer.statusCode);
      sent.destroy();
    });
    sent.on("error", failed);
    sent.write(`{"padding":"${"x".repeat(16_384)}`);
  });
}

describe("bad input over real HTTP", () => {
  it.each([
    ["half a batch", '{"v":1,"nonce":'],
    ["no object", "[]"],
    ["an unknown version", '{"v":99}'],
    ["nothing at all", ""],
  ])("is refused by name and changes nothing: %s", async (_name, body) => {
    const before = readJournal(system.dataDir).length;
    const answer = await kiosk.post(body);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).code).toBe("invalid-body");
    expect(readJournal(system.dataDir)).toHaveLength(before);
  });

  it("refuses a body of 10 MB, and takes the next batch", async () => {
    expect(await statusOfHugeBody(10 * 1_048_576)).toBe(413);
    const id = kiosk.add("2912345678906");
    expect(await kiosk.send()).toEqual([{ id, verdict: "accepted" }]);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json"])(
    "refuses the content type %s",
    async (type) => {
      kiosk.add("2912345678906");
      const { body } = kiosk.request();
      const answer = await kiosk.post(body, { headers: { "content-type": type } });
      expect(answer.status).toBe(415);
      expect((await problemOf(answer)).code).toBe("unsupported-media-type");
    },
  );

  it("[IN2] judges a bad update alone: its neighbours are taken in", async () => {
    const good = kiosk.add("2912345678906");
    const bad = kiosk.add("not a/card");
    const alsoGood = kiosk.add("2900000000018");
    const verdicts = await kiosk.send();
    expect(new Map(verdicts.map(({ id, verdict }) => [id, verdict]))).toEqual(
      new Map([
        [good, "accepted"],
        [bad, "rejected"],
        [alsoGood, "accepted"],
      ]),
    );
    expect(kiosk.owed()).toEqual([]);
  });

  it("[IN2] counts an entry without a readable header, and takes its neighbours in", async () => {
    const good = kiosk.add("2912345678906");
    const request: { entries: unknown[]; nonce: string } = JSON.parse(kiosk.request().body);
    request.entries.unshift({ header: "torn" });
    const answer = await kiosk.post(JSON.stringify(request));
    const receipt = IngestReceipt.parse(await answer.json());
    expect(receipt.unreadable).toEqual([0]);
    expect(receipt.verdicts).toEqual([{ id: good, verdict: "accepted" }]);
  });

  it("[IN4] gives the same bytes the same receipt, and refuses the nonce with others", async () => {
    const id = kiosk.add("2912345678906");
    const { body, nonce } = kiosk.request();
    const first = await (await kiosk.post(body)).text();
    expect(await (await kiosk.post(body)).text()).toBe(first);

    const other = body.replace(/"gift/, '"self').replaceAll(id, randomUUID());
    expect(other).toContain(nonce);
    const answer = await kiosk.post(other);
    expect(answer.status).toBe(409);
    expect((await problemOf(answer)).code).toBe("nonce-reused");
    const ids = readJournal(system.dataDir).map((row) => row.id);
    expect(ids.filter((each) => each === id)).toHaveLength(1);
  });

  it("[IN3] recognises a repeat after a SIGKILL: nothing is merged twice", async () => {
    const id = kiosk.add("2912345678906");
    const { body } = kiosk.request();
    await (await kiosk.post(body)).text();
    await system.kill("SIGKILL");
    await system.restart();
    expect(await kiosk.send()).toEqual([{ id, verdict: "duplicate" }]);
    expect(mergedTwice(readJournal(system.dataDir))).toEqual([]);
  });

  it("says nothing of a card in what it logs", () => {
    expect(system.stderr()).not.toMatch(/29\d{11}/);
  });
});

describe("a damaged store", () => {
  it("[IN1] keeps what was acknowledged before the tear in its write-ahead log", async () => {
    const torn = await startSystem();
    try {
      const early = await createRawKiosk(torn);
      const kept = early.add("2912345678906");
      await early.send();
      const wal = path.join(torn.dataDir, "tarjeta.sqlite-wal");
      await torn.kill("SIGKILL");
      // A torn write at the very end: half a page of noise after the last commit.
      writeFileSync(wal, Buffer.concat([readFileSync(wal), Buffer.alloc(2_048, 0x5a)]));
      await torn.restart();
      expect(readJournal(torn.dataDir).map(({ id }) => id)).toEqual([kept]);
      const next = early.add("2900000000018");
      expect(await early.send()).toEqual([{ id: next, verdict: "accepted" }]);
    } finally {
      await torn.stop();
    }
  });

  it("takes a repeat in again when the tear took the first, so that nothing is lost", async () => {
    const torn = await startSystem();
    try {
      const sender = await createRawKiosk(torn);
      // The pairing is past the log that is torn.
      await torn.kill("SIGTERM");
      await torn.restart();
      const id = sender.add("2912345678906");
      const { body } = sender.request();
      await sender.post(body);
      const wal = path.join(torn.dataDir, "tarjeta.sqlite-wal");
      await torn.kill("SIGKILL");
      truncateSync(wal, Math.floor(statSync(wal).size / 2));
      await torn.restart();
      // The kiosk never saw the receipt and still owes it.
      const [verdict] = await sender.send();
      expect(verdict?.id).toBe(id);
      expect(["accepted", "duplicate"]).toContain(verdict?.verdict);
      expect(readJournal(torn.dataDir).map((row) => row.id)).toEqual([id]);
      expect(readdirSync(torn.dataDir)).toContain("tarjeta.sqlite");
    } finally {
      await torn.stop();
    }
  });
});
