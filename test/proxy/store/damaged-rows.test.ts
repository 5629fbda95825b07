import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VISITOR_RECEIPTS_PATH } from "../../../src/contract/consent-receipts.ts";
import { HEARTBEAT_PATH } from "../../../src/contract/heartbeat.ts";
import { KEYS_PATH } from "../../../src/contract/keys.ts";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../../src/contract/privacy.ts";
import { writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { makeSealingKey } from "../../../src/proxy/keys/keys.ts";
import { memberCards } from "../../support/cards.ts";
import { KEYS } from "../../support/keys.ts";
import { createRawKiosk, type RawKiosk } from "../../support/raw-kiosk.ts";
import { aHeartbeat } from "../../support/store-builders.ts";
import { startSystem, type System, type Where } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";

// One row of JSON is damaged in the real file, as a bad disk or another tool would; each time the
// product is started on it, and whoever does not need that row is served. It starts in this process:
// there are some fifty starts, and only what is killed needs one of its own.

/** Neither JSON, nor what should stand there. */
const DAMAGES = ['{"torn":', "7"];

const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-damaged-"));
const cards = memberCards(60, 9_400);
let system: System;
/** Whose rows are damaged, and another one. */
let kiosk: RawKiosk;
let other: RawKiosk;

beforeAll(async () => {
  // An older sealing key, so that somebody asks whom it is kept for.
  const keys = { ...KEYS, sealing: [...KEYS.sealing, makeSealingKey()] };
  writeKeysFile(path.join(dataDir, "keys.json"), keys);
  system = await startSystem({ dataDir, where: "here" });
  system.emulator.know(cards);
  kiosk = await createRawKiosk(system, { kioskId: "damaged" });
  other = await createRawKiosk(system, { kioskId: "other" });
});

afterAll(async () => {
  await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const query = (sql: string, ...values: string[]) => {
  const database = new DatabaseSync(path.join(dataDir, "tarjeta.sqlite"));
  try {
    return database.prepare(sql).all(...values);
  } finally {
    database.close();
  }
};

/** Starts the product on a file in which that column is damaged; puts it right again after. */
async function withDamage(
  table: string,
  column: string,
  text: string,
  act: () => Promise<void>,
  where?: Where,
) {
  await system.kill("SIGTERM");
  const isOfKiosk = ["device", "device_key", "epoch_received", "nonce", "segment"].includes(table);
  const whose = isOfKiosk ? `WHERE device_id = '${kiosk.device.deviceId}'` : "";
  const before = query(`SELECT rowid AS row, ${column} AS held FROM ${table} ${whose}`);
  expect(before).not.toEqual([]);
  query(`UPDATE ${table} SET ${column} = ? ${whose}`, text);
  // Nobody waits here for the call after a call.
  query("UPDATE visitor SET not_before_ms = 0");
  await system.restart({}, where);
  try {
    await act();
    // Whoever does not need the row is served.
    expect(await scan(other)).toBe(200);
  } finally {
    await system.kill("SIGTERM");
    for (const { row, held } of before) {
      query(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`, String(held), String(row));
    }
    await system.restart();
  }
}

/** One scan of a new card, sent at once. */
async function scan(by: RawKiosk): Promise<number> {
  by.add(nextCard());
  const answer = await by.post(by.request().body);
  if (answer.status !== 200) expect(await answer.text()).toContain("does not hold what it should");
  return answer.status;
}

let used = 0;
const nextCard = () => {
  used += 1;
  return cards[used - 1]!;
};

async function order(address: string, value: string) {
  const answer = await system.admin(address, {
    method: "POST",
    body: JSON.stringify({ kind: "member", value }),
  });
  return answer.json();
}

async function beat(by: RawKiosk): Promise<number> {
  const body = aHeartbeat({ device: by.device, atMs: Date.now(), sealedTo: ["k-old"] });
  const answer = await by.fetch(HEARTBEAT_PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    nonce: body.nonce,
  });
  return answer.status;
}

const cases: Readonly<Record<string, () => Promise<void>>> = {
  ...Object.fromEntries(
    ["received", "owed", "void", "aside", "kept", "lost", "written_off"].map((column) => [
      `epoch_received.${column}`,
      async () => expect(await scan(kiosk)).toBe(503),
    ]),
  ),
  "device.clocks": async () => expect(await scan(kiosk)).toBe(503),
  "segment.dating": async () => expect(await scan(kiosk)).toBe(503),
  "device_key.public_key": async () => {
    kiosk.add(nextCard());
    expect((await kiosk.post(kiosk.request().body)).status).toBe(401);
    expect(system.stderr()).toContain(`The key of kiosk ${kiosk.device.deviceId} is damaged`);
  },
  "sealing_word.sealed_to": async () => {
    await expect(system.admin(KEYS_PATH)).rejects.toThrow("503");
  },
  "journal.ground": async () => {
    await expect(order(VISITOR_RECEIPTS_PATH, cards[0]!)).rejects.toThrow("503");
  },
};

/** Worth less than that somebody's update goes on: what was lost is begun anew. */
const BEGUN_ANEW = [
  "visitor.open_scans",
  "visitor.open_updates",
  "visitor.calls",
  "read_back.book",
];

describe("a stored row that is damaged", () => {
  it("[HI1] is among those tried here, whatever is read as JSON", () => {
    const folder = "src/proxy/store";
    const sources = readdirSync(folder).map((name) =>
      readFileSync(path.join(folder, name), "utf8"),
    );
    const columns = sources.flatMap((text) =>
      [...text.matchAll(/storedJson\(\s*"([a-z_.]+)"/g)].map(([, column]) => column),
    );
    expect(sources.join("")).not.toMatch(/JSON\.parse\((?!text\))/);
    // What is held lies sealed: damaged it does not open, which `held.test.ts` shows.
    expect(new Set(columns)).toEqual(
      new Set([
        ...Object.keys(cases),
        "attribute.sent_values",
        "nonce.receipt",
        "held_update.sealed",
      ]),
    );
  });

  it.each(Object.keys(cases))(
    "[HI1] keeps waiting whoever needs it, and nobody else: %s",
    async (name) => {
      expect(await beat(kiosk)).toBe(200);
      expect(await scan(kiosk)).toBe(200);
      const [table = "", column = ""] = name.split(".");
      if (table === "sealing_word") expect(await beat(other)).toBe(200);
      const text = DAMAGES[Object.keys(cases).indexOf(name) % 2]!;
      await withDamage(table, column, text, cases[name]!);
      // Nothing was lost by it.
      await kiosk.send();
      expect(kiosk.owed()).toEqual([]);
    },
  );

  it.each(BEGUN_ANEW.flatMap((column) => DAMAGES.map((text) => [column, text] as const)))(
    "[HI1] stops nobody, where something is begun anew instead: %s is %s",
    async (name, text) => {
      const card = nextCard();
      kiosk.add(card);
      await kiosk.send();
      await system.emulator.arrived([card]);
      const [table = "", column = ""] = name.split(".");
      await withDamage(table, column, text, async () => {
        const before = system.emulator.callsFor(card).length;
        kiosk.add(card);
        await kiosk.send();
        await waitFor("its next call", () => system.emulator.callsFor(card).length > before);
        await order(WITHDRAWALS_PATH, card);
      });
    },
  );

  it.each(DAMAGES)(
    "[HI1] sets the visitor aside whose values it was, and sends the others: %s",
    async (text) => {
      const [card, bystander] = [nextCard(), nextCard()];
      kiosk.add(card);
      await kiosk.send();
      await system.emulator.arrived([card]);
      await system.kill("SIGTERM");
      query("UPDATE attribute SET sent_values = ?", text);
      query("UPDATE visitor SET due_ms = 0, not_before_ms = 0");
      await system.restart();
      const usedBefore = await system.metric("tarjeta_allowance_used_calls");
      kiosk.add(card);
      kiosk.add(bystander);
      await kiosk.send();
      await system.emulator.arrived([bystander]);
      await waitFor("the damaged one to be aside", async () =>
        (await system.deadLetters()).some(({ reason }) =>
          String(reason).startsWith("attribute.sent_values does not hold"),
        ),
      );
      // What could not be sent was not paid for.
      expect(await system.metric("tarjeta_allowance_used_calls")).toBe(usedBefore + 1);
      await order(WITHDRAWALS_PATH, card);
      await system.kill("SIGTERM");
      await system.restart();
    },
  );

  it("[HI1] keeps nobody from being erased, and the proxy from no start: nonce.receipt", async () => {
    const [card, kept] = [nextCard(), nextCard()];
    kiosk.add(card);
    kiosk.add(kept);
    const request = kiosk.request();
    await kiosk.send();
    expect(await beat(kiosk)).toBe(200);
    const eraseAndDie = async () => {
      await order(ERASURES_PATH, card);
      await system.kill("SIGKILL");
      await system.restart({}, "process");
      kiosk.add(card);
      expect(await kiosk.send()).toMatchObject([{ verdict: "rejected", reason: "withdrawn" }]);
    };
    await withDamage("nonce", "receipt", DAMAGES[0]!, eraseAndDie, "process");
    expect(request.body).not.toContain(card);
  });

  it("[HI1] is answered 503 where a repeat finds it in place of its receipt", async () => {
    kiosk.add(nextCard());
    const { body } = kiosk.request();
    expect((await kiosk.post(body)).status).toBe(200);
    await withDamage("nonce", "receipt", DAMAGES[1]!, async () => {
      const answer = await kiosk.post(body);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain("nonce.receipt does not hold what it should");
    });
    await kiosk.send();
  });

  it("[PV6] erases whom a kiosk that is alive has scanned", async () => {
    const card = nextCard();
    kiosk.add(card);
    await kiosk.send();
    // What a heartbeat was answered lies among the receipts, and names no update.
    expect(await beat(kiosk)).toBe(200);
    expect(await order(ERASURES_PATH, card)).toMatchObject({ act: "erase" });
  });
});
