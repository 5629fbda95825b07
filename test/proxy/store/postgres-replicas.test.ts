import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Claim, IngestBatch, IngestResult, Store } from "../../../src/proxy/store/store.ts";
import { StoreUnreachableError } from "../../../src/proxy/store/store-error.ts";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import { ask, startPostgres, type TestServer } from "../../support/postgres.ts";
import { openPostgresLine } from "../../support/postgres-line.ts";
import { anEmptiedStore, aPostgresStore } from "../../support/postgres-store.ts";
import { aMemoryStore } from "../../support/store-files.ts";
import {
  aBatch,
  aDevice,
  aHeartbeat,
  anId,
  anUpdate,
  MINUTE,
  NOW,
} from "../../support/store-builders.ts";
import { pause, waitFor } from "../../support/wait.ts";

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.newDatabase();
});
afterAll(() => server?.stop());

const ASK = { nowMs: NOW, ledgerMs: NOW, maxCallMs: 1, allowed: 1_000, leaseMs: 60_000, limit: 3 };

async function twoReplicas(): Promise<readonly [Store, Store]> {
  return [await anEmptiedStore(url), await aPostgresStore(url)];
}

async function count(sql: string): Promise<number> {
  const [row] = await ask(url, sql);
  return Number(row!["n"]);
}

const CARDS = 12;

/** What three kiosks captured of a few cards, a few updates to a batch, with repeats among them. */
function batches(): readonly IngestBatch[] {
  return [1, 2, 3].flatMap((kiosk) =>
    Array.from({ length: 14 }, (_, index) => {
      const device = aDevice(kiosk);
      const updates = [0, 1, 2, 3].map((offset) => {
        const seq = index * 3 + offset + 1; // The last of a batch is the first of the next.
        return anUpdate({
          id: anId(kiosk * 1_000 + seq),
          epoch: anId(0xe0 + kiosk),
          seq,
          device,
          card: `29${(seq * 7 + kiosk) % CARDS}`,
          atMs: NOW - 30 * MINUTE + seq * 20_000 + kiosk,
          attributes: { [`a${seq % 3}`]: `${kiosk}-${seq}` },
        });
      });
      return aBatch(updates, { device });
    }),
  );
}

const UPDATES = 3 * (14 * 3 + 1);

async function attributesOf(store: Store): Promise<readonly string[]> {
  const all = { ...ASK, nowMs: NOW + 60 * MINUTE, limit: 1_000, allowed: 1e9 };
  const { claims } = await store.claim(all);
  return claims
    .flatMap(({ visitorKey, attributes }) =>
      attributes.map((each) => `${visitorKey} ${each.name}=${each.value}@${each.effectiveMs}`),
    )
    .toSorted();
}

describe("replicas on one PostgreSQL", () => {
  it("[PG2] take every update in once, and answer one request once, whoever is asked", async () => {
    const [a, b] = await twoReplicas();
    const all = batches();
    const answers = await Promise.all(
      all.map((batch) => Promise.all([a.ingest(batch), b.ingest(batch)])),
    );
    for (const pair of answers) {
      expect(pair.map(({ type }) => type).toSorted()).toEqual(["repeated", "stored"]);
      const receipts = pair.map((each: IngestResult) => "receipt" in each && each.receipt);
      expect(receipts[0]).toEqual(receipts[1]);
    }
    expect(await count("SELECT count(*) AS n FROM journal")).toBe(UPDATES);
    expect(await count("SELECT count(DISTINCT id) AS n FROM journal")).toBe(UPDATES);
    expect(await count("SELECT sum(scans) AS n FROM scan_count")).toBe(UPDATES);
    const kept = await ask(url, "SELECT received FROM epoch_received ORDER BY epoch");
    expect(kept).toEqual([1, 2, 3].map(() => ({ received: "[[1,43]]" })));

    const alone = await aMemoryStore();
    for (const batch of all) await alone.ingest(batch);
    expect(await attributesOf(b)).toEqual(await attributesOf(alone));
  });

  it("[PG2] lease no visitor twice and charge exactly what they call, under load", async () => {
    const [a, b] = await twoReplicas();
    const allowed = 40;
    const inFlight = new Set<string>();
    let calls = 0;
    let isOver = false;
    const forward = async (store: Store) => {
      let idle = 0;
      while (idle < 3) {
        // All of them fresh: what holds them back here is the allowance alone.
        const { claims } = await store.claim({ ...ASK, allowed, freshFromMs: 0 });
        idle = claims.length === 0 && isOver ? idle + 1 : 0;
        for (const claim of claims) {
          expect(inFlight.has(claim.visitorKey)).toBe(false);
          inFlight.add(claim.visitorKey);
        }
        await Promise.all(claims.map((claim) => callFor(store, claim)));
      }
    };
    const callFor = async (store: Store, claim: Claim) => {
      expect(
        await store.recordSending(
          claim,
          claim.attributes.map(({ name }) => name),
        ),
      ).toBe(true);
      calls += 1;
      // Before it is settled: from then on another may have it.
      inFlight.delete(claim.visitorKey);
      const { version } = claim;
      const settled = { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW } as const;
      expect(await store.settle(claim, settled)).toBe(true);
    };
    const forwarding = Promise.all([a, b, a, b].map(forward));
    await Promise.all(batches().map((batch, index) => (index % 2 === 0 ? a : b).ingest(batch)));
    isOver = true;
    await forwarding;
    expect(await count("SELECT sum(calls) AS n FROM allowance_bucket")).toBe(calls);
    expect(calls).toBeLessThanOrEqual(allowed);
    expect(calls).toBeGreaterThanOrEqual(CARDS);
    expect(await count("SELECT sum(scans) AS n FROM scan_count")).toBe(UPDATES);
  });

  it("[PG2] grant the last calls once, however many ask at once", async () => {
    const [a, b] = await twoReplicas();
    const order = { ledgerMs: NOW, maxCallMs: 1, allowed: 7 };
    const asks = Array.from({ length: 24 }, (_, index) => (index % 2 === 0 ? a : b));
    const granted = await Promise.all(asks.map((store) => store.chargeAnother(order)));
    expect(granted.filter(Boolean)).toHaveLength(7);
  });

  it("[PG2] [QT3] keep one pace for the backlog, however many ask", async () => {
    const [a, b] = await twoReplicas();
    const cards = Array.from({ length: 40 }, (_, index) =>
      anUpdate({ seq: index + 1, card: `2${index}`, atMs: NOW - 60 * MINUTE + index }),
    );
    await a.ingest(aBatch(cards));
    const asks = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? a : b));
    const paced = { ...ASK, allowed: 86_400 };
    const claimed = async (ledgerMs: number) => {
      const results = await Promise.all(asks.map((store) => store.claim({ ...paced, ledgerMs })));
      return results.reduce((sum, { claims }) => sum + claims.length, 0);
    };
    // What nobody took lately, and then a call a second, nearly.
    const atOnce = await claimed(NOW);
    expect(atOnce).toBeGreaterThanOrEqual(11);
    expect(atOnce).toBeLessThanOrEqual(12);
    expect(await claimed(NOW + 3_100)).toBe(15 - atOnce);
    expect(await claimed(NOW + 3_100)).toBe(0);
  });

  it("[PG2] [FW2] leave a visitor to one whose ledger is far behind", async () => {
    const [a, b] = await twoReplicas();
    await a.ingest(aBatch([anUpdate()]));
    const lagMs = 5 * MINUTE;
    // As the forwarder asks: the call is charged, and may arrive, that much later.
    const behind = { ...ASK, ledgerMs: NOW - lagMs, maxCallMs: ASK.leaseMs + lagMs };
    expect((await b.claim(behind)).claims).toHaveLength(1);
    expect((await a.claim({ ...ASK, ledgerMs: NOW + ASK.leaseMs - 1 })).claims).toEqual([]);
    expect((await a.claim({ ...ASK, ledgerMs: NOW + ASK.leaseMs })).claims).toHaveLength(1);
  });

  it("[PG3] let nothing of a visitor slip in behind their withdrawal", async () => {
    const [a, b] = await twoReplicas();
    const vault = createVault(KEYS);
    for (let turn = 1; turn <= 25; turn += 1) {
      const card = `2800${turn}`;
      const scans = [1, 2].map((kiosk) => {
        const device = aDevice(kiosk);
        return aBatch([anUpdate({ card, seq: turn, epoch: anId(0xe0 + kiosk), device })], {
          device,
        });
      });
      const visitorKey = vault.hashOf({ kind: "member", value: card });
      const order = { act: "withdraw", visitorKey, atMs: NOW, nowMs: NOW, cleared: {} } as const;
      await Promise.all([a.ingest(scans[0]!), b.suppress(order), b.ingest(scans[1]!)]);
      expect((await a.claim({ ...ASK, limit: 9 })).claims).toEqual([]);
    }
    expect(await count("SELECT count(*) AS n FROM attribute")).toBe(0);
  });

  it("[PG3] give a kiosk that is shut out by one no new key by another", async () => {
    const [a, b] = await twoReplicas();
    const publicKey = { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) } as const;
    for (let turn = 0; turn < 25; turn += 1) {
      const deviceId = randomUUID();
      const stand = { storeId: "S", kioskId: "K", name: "", timeZone: "UTC", replaces: undefined };
      const grant = { type: "link", ...stand } as const;
      const key = { publicKey, deviceId, atMs: NOW };
      const first = { ...key, grant, keyId: randomUUID(), timeZone: "Europe/Madrid" };
      await a.pair({ ...first, needsApproval: false });
      const wish = { nonce: randomUUID(), digest: "d", endsMs: NOW + MINUTE };
      await Promise.all([
        a.revokeDevice(deviceId),
        b.followKey({ ...key, ...wish, keyId: randomUUID() }),
      ]);
    }
    expect(await count("SELECT count(*) AS n FROM device_key WHERE state = 'active'")).toBe(0);
  });

  it("[PG4] keep a kiosk's time going forward at once, and another's within a second", async () => {
    const [a, b] = await twoReplicas();
    const ahead = NOW + 5 * MINUTE;
    // From here on the second replica knows how far the others are, as of now.
    await b.heartbeat(aHeartbeat({ device: aDevice(2) }), NOW);
    await a.heartbeat(aHeartbeat({ atMs: ahead }), ahead);
    const same = await b.ingest(aBatch([anUpdate()]));
    expect(same).toMatchObject({ receipt: { proxyTimeMs: ahead } });
    const later = aBatch([], { device: aDevice(2), receiptMs: NOW + 1_001 });
    expect(await b.ingest(later)).toMatchObject({ receipt: { proxyTimeMs: ahead } });
  });

  it("[PG2] keep all numbers of an outbox that two pairings begin to bring at once", async () => {
    const [a, b] = await twoReplicas();
    for (let turn = 1; turn <= 20; turn += 1) {
      const epoch = anId(0xe00 + turn);
      const parts = [1, 2].map((seq) =>
        aBatch([anUpdate({ epoch, seq })], { device: aDevice(seq) }),
      );
      await Promise.all([a.ingest(parts[0]!), b.ingest(parts[1]!)]);
    }
    const rows = await ask(url, "SELECT DISTINCT received FROM epoch_received");
    expect(rows).toEqual([{ received: "[[1,2]]" }]);
  });

  it("[PG2] hold what is beyond a kiosk's cards a minute, though each sees half of it", async () => {
    const limits = { cardsPerMinute: 8 };
    await anEmptiedStore(url);
    const a = await aPostgresStore(url, { limits });
    const b = await aPostgresStore(url, { limits });
    const scans = Array.from({ length: 24 }, (_, index) =>
      aBatch([anUpdate({ epoch: anId(0xe00 + index), card: `29${index}` })]),
    );
    await Promise.all(scans.map((scan, index) => (index % 2 === 0 ? a : b).ingest(scan)));
    expect(await count("SELECT count(*) AS n FROM visitor")).toBe(8);
    expect(await count("SELECT count(*) AS n FROM held_update")).toBe(16);
  });
});

/** A way to the server on which everything may get lost without a word. */
async function openWire(port: number) {
  let isSwallowing = false;
  const ends = new Set<Socket>();
  const wire = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on("data", (bytes: Buffer) => isSwallowing || to.write(bytes));
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(wire, "listening");
  return {
    port: (wire.address() as AddressInfo).port,
    swallow: (swallowing: boolean) => void (isSwallowing = swallowing),
    close: async () => {
      for (const end of ends) end.destroy();
      wire.close();
      await once(wire, "close");
    },
  };
}

/** Ingests until told to stop, each batch until it is taken; gives the numbers that were answered. */
async function ingestOn(store: Store, kiosk: number, isOver: () => boolean) {
  const device = aDevice(kiosk);
  const epoch = anId(0xe0 + kiosk);
  const answered: number[] = [];
  let refused = 0;
  for (let seq = 1; !isOver(); seq += 1) {
    const update = anUpdate({ seq, epoch, device, card: `29${seq % 50}` });
    for (let isTaken = false; !isTaken;) {
      try {
        await store.ingest(aBatch([update], { device }));
        isTaken = true;
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnreachableError);
        refused += 1;
        await pause(10);
      }
    }
    answered.push(seq);
  }
  return { answered, refused, epoch };
}

describe("a PostgreSQL that fails", () => {
  it("[PG5] loses nothing that was answered, and is used again once it is back", async () => {
    const [a, b] = await twoReplicas();
    let isOver = false;
    const running = [a, b, a, b].map((store, index) => ingestOn(store, index + 1, () => isOver));
    const taken = () => count("SELECT count(*) AS n FROM journal");
    for (let turn = 1; turn <= 5; turn += 1) {
      const before = await taken();
      await waitFor("updates to be taken in", async () => (await taken()) > before + 5);
      await ask(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND application_name = 'tarjeta'`,
      );
    }
    for (let turn = 1; turn <= 2; turn += 1) {
      await server.kill();
      await expect(a.ledgerTimeMs()).rejects.toThrow(StoreUnreachableError);
      await server.start();
      const before = await taken();
      await waitFor("updates to be taken in again", async () => (await taken()) > before + 5);
    }
    isOver = true;
    const kiosks = await Promise.all(running);
    for (const { answered, epoch } of kiosks) {
      const rows = await ask(url, `SELECT seq FROM journal WHERE epoch = '${epoch}' ORDER BY seq`);
      expect(rows.map((row) => Number(row["seq"]))).toEqual(answered);
    }
    expect(kiosks.reduce((sum, { refused }) => sum + refused, 0)).toBeGreaterThan(0);
  });

  it("[PG5] waits for nobody's lock for long, and says so", async () => {
    await anEmptiedStore(url);
    const store = await aPostgresStore(url, { postgres: { lockMs: 100 } });
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query("BEGIN");
    await other.query("SELECT * FROM allowance_clock FOR UPDATE");
    await expect(store.claim(ASK)).rejects.toThrow(/did not take it \(55P03\)/);
    await other.query("ROLLBACK");
    await other.end();
    expect(await store.claim(ASK)).toEqual({ claims: [] });
  });

  it("[PG5] waits for no answer for long where the network swallows them", async () => {
    await anEmptiedStore(url);
    const wire = await openWire(Number(new URL(url).port));
    const limits = { answerMs: 300, connectMs: 300 };
    const store = await aPostgresStore(url.replace(/:\d+\//, `:${wire.port}/`), {
      postgres: limits,
    });
    await store.ingest(aBatch([anUpdate({ seq: 1 })]));
    wire.swallow(true);
    const update = anUpdate({ seq: 2 });
    await expect(store.ingest(aBatch([update]))).rejects.toThrow(StoreUnreachableError);
    await expect(store.ingest(aBatch([update]))).rejects.toThrow(StoreUnreachableError);
    wire.swallow(false);
    await store.ingest(aBatch([update]));
    expect(await count("SELECT count(*) AS n FROM journal")).toBe(2);
    await wire.close();
  });

  it.each([
    ["it was kept", "after", "repeated"],
    ["it was not", "before", "stored"],
  ] as const)(
    "[ST5] says that it does not know when the answer to a COMMIT is lost: %s",
    async (_what, when, outcome) => {
      const direct = await anEmptiedStore(url);
      const line = await openPostgresLine(url);
      const store = await aPostgresStore(line.url);
      const batch = aBatch([anUpdate()]);
      const last = line.stopAt("COMMIT\0", when);
      const asked = store.ingest(batch);
      const said = expect(asked).rejects.toMatchObject({
        name: "StoreUnreachableError",
        message: expect.stringMatching(/^whether the database kept it is not known \(/),
      });
      await last;
      line.cut();
      await said;
      expect(await direct.ingest(batch)).toMatchObject({ type: outcome });
      expect(await store.ingest(batch)).toMatchObject({ type: "repeated" });
      expect(await count("SELECT count(*) AS n FROM journal")).toBe(1);
      await store.close();
      await line.close();
    },
  );

  it("[PG7] cleans up behind an erasure", async () => {
    const store = await anEmptiedStore(url);
    const visitorKey = createVault(KEYS).hashOf({ kind: "member", value: "2912345678906" });
    await store.ingest(aBatch([anUpdate()]));
    const cleaned = () =>
      count("SELECT vacuum_count AS n FROM pg_stat_user_tables WHERE relname = 'journal'");
    const before = await cleaned();
    await store.suppress({ act: "erase", visitorKey, atMs: NOW, nowMs: NOW, cleared: {} });
    await waitFor("VACUUM", async () => (await cleaned()) > before);
  });
});

describe("a PostgreSQL that must not be used", () => {
  const refused = (address: string) => aPostgresStore(address);
  const withPassword = (address: string) => address.replace("tarjeta@", "tarjeta:hunter2-hunter2@");

  it.each([
    ["fsync off", "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET fsync", /fsync is off/],
    [
      "synchronous_commit off",
      "ALTER SYSTEM SET synchronous_commit = off",
      "ALTER SYSTEM RESET synchronous_commit",
      /synchronous_commit is off/,
    ],
  ])("[PG8] is refused by name at start: %s", async (_what, spoil, mend, sentence) => {
    const isSpoilt = () => refusalOf(withPassword(url)).then((text) => sentence.test(text));
    await ask(url, spoil);
    await ask(url, "SELECT pg_reload_conf()");
    await waitFor("the refusal", isSpoilt);
    expect(await refusalOf(withPassword(url))).toMatch(/^DATABASE_URL: the server cannot be used/);
    await ask(url, mend);
    await ask(url, "SELECT pg_reload_conf()");
    await waitFor("it to be taken", async () => (await refusalOf(url)) === "");
  });

  it("[PG8] is refused in one sentence that never repeats the address", async () => {
    await anEmptiedStore(url);
    const address = withPassword(url);
    const nowhere = address.replace(/:\d+\//, ":1/");
    expect(await refusalOf(nowhere)).toMatch(/^DATABASE_URL: .* be reached \(ECONNREFUSED\)/);
    expect(await refusalOf(address.replace(/\w+$/, "none"))).toMatch(/no database of that name/);
    await ask(url, "UPDATE schema_version SET version = version + 1");
    expect(await refusalOf(address)).toMatch(/^DATABASE_URL: .*by a newer version/);
    await ask(url, "UPDATE schema_version SET version = version - 1");
    const pepper = createVaultKeys();
    expect(await refusalOf(address, pepper)).toMatch(/^KEYS_FILE: these are not the keys/);
    await refused(url);
  });
});

function createVaultKeys() {
  return { ...KEYS, pepper: makeKeys().pepper };
}

/** Why a store did not open, or the empty text. */
async function refusalOf(address: string, keys = KEYS): Promise<string> {
  try {
    await (await aPostgresStore(address, { keys })).close();
    return "";
  } catch (error) {
    const text = String((error as Error).message);
    expect(text).not.toContain("hunter2");
    return text;
  }
}
