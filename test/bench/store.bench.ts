import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Entry } from "../../src/contract/entry.ts";
import { KEYS } from "../support/keys.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { sealId } from "../../src/proxy/store/vault-rows.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createConfigBook } from "../../src/proxy/config-book.ts";
import { createIngest, type Ingest } from "../../src/proxy/ingest.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { MIGRATIONS } from "../../src/proxy/store/migrations.ts";
import { openSqliteStore } from "../../src/proxy/store/sqlite-store.ts";
import type { Gate } from "../../src/proxy/devices/gate.ts";
import type { Identity } from "../../src/outbox/identity.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { aPairingDesk, pairAtDesk, signedHeaders } from "../support/devices.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { sealForTest } from "../support/sealing.ts";
import { aDevice, aHeader, anId, anUpdateBody, LOAD, NOW } from "../support/store-builders.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { percentile } from "./percentile.ts";

/** A store on its way back from an outage: many kiosks, each sending its backlog. */
const CLIENTS = 8;
const UPDATES_PER_REQUEST = 50;
const REQUESTS_PER_ROUND = 400;
const ROUNDS = 4;

/** Share of the highest throughput at which answers are timed. */
const PACED_SHARE = 0.8;

/** What the proxy keeps per second, beside SQLite keeping the same rows in the same groups. */
export const storeBench: Bench = {
  name: "store",
  title: "updates taken in and on disk before the answer, SQLite",
  run: benchStore,
};

async function benchStore(options: BenchOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-"));
  const store = await openSqliteStore({
    path: path.join(folder, "ours.sqlite"),
    keys: KEYS,
    onFatal: (error) => {
      throw error;
    },
  });
  const bare = openBare(path.join(folder, "bare.sqlite"));
  try {
    const requests = scaled(REQUESTS_PER_ROUND, options, CLIENTS * 4);
    const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
    const desk = await aPairingDesk(await aMemoryStore());
    const identity = await pairAtDesk(desk);
    const ingest = createIngest({
      store,
      clock,
      openBody: createBodyOpener(() => KEYS),
      judge: BOOK.judge,
    });
    const proxy: Proxy = { ingest, gate: desk.gate };
    const requestsOf = (round: number) =>
      Promise.all(
        Array.from({ length: requests }, (_, index) => signed(identity, bodyOf(round, index))),
      );
    let ours = 0;
    let besides = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      options.say(round === 0 ? "warming up" : `round ${round} of ${ROUNDS}`);
      const saturated = await saturate(proxy, await requestsOf(round));
      const bareMs = bare(round, saturated.groups);
      // The first round warms everything up.
      if (round === 0) continue;
      ours += saturated.tookMs;
      besides += bareMs;
    }
    const updates = requests * UPDATES_PER_REQUEST * ROUNDS;
    const perSecond = (updates / ours) * 1_000;
    const waits = await pace(proxy, await requestsOf(ROUNDS + 1), perSecond * PACED_SHARE);
    return [
      {
        what: "updates kept, sealing and signing on",
        unit: "/s",
        ours: perSecond,
        beside: { name: "bare SQLite", value: (updates / besides) * 1_000 },
        goal: { type: "ratio-at-least", value: 0.6 },
      },
      { what: "answer at 80 % load, p50", unit: "ms", ours: percentile(waits, 0.5) },
      {
        what: "answer at 80 % load, p99",
        unit: "ms",
        ours: percentile(waits, 0.99),
        goal: { type: "at-most", value: 100 },
      },
    ];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What stands before the store: who sends, and what they bring. */
interface Proxy {
  readonly gate: Gate;
  readonly ingest: Ingest;
}

type Request = Parameters<Gate>[0] & { readonly body: Buffer };

/** Signed beforehand: that is the kiosks' work. */
async function signed(identity: Identity, body: Uint8Array): Promise<Request> {
  const bytes = Buffer.from(body);
  const init = { method: "POST", body: bytes.toString() } as const;
  const headers = await signedHeaders(identity, INGEST_PATH, init);
  return { method: "POST", path: INGEST_PATH, headers, body: bytes };
}

/** All clients as fast as they are answered; `groups` are the requests answered together. */
async function saturate(
  proxy: Proxy,
  requests: readonly Request[],
): Promise<{ readonly tookMs: number; readonly groups: readonly number[] }> {
  const groups: number[] = [];
  const noteAnswer = () => {
    if (groups.at(-1) === undefined || !open) {
      groups.push(0);
      open = true;
      setImmediate(() => (open = false));
    }
    groups[groups.length - 1]! += 1;
  };
  let open = false;
  let next = 0;
  const client = async () => {
    while (next < requests.length) {
      const request = requests[next]!;
      next += 1;
      await expectStored(proxy, request);
      noteAnswer();
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { tookMs: performance.now() - startMs, groups };
}

/** Requests at an even rate, whether or not the one before is answered; how long each waited. */
async function pace(
  proxy: Proxy,
  requests: readonly Request[],
  updatesPerSecond: number,
): Promise<readonly number[]> {
  const everyMs = (UPDATES_PER_REQUEST / updatesPerSecond) * 1_000;
  const startMs = performance.now();
  const waits: number[] = [];
  await Promise.all(
    requests.map(async (request, index) => {
      const dueMs = startMs + index * everyMs;
      await new Promise((due) => setTimeout(due, Math.max(0, dueMs - performance.now())));
      await expectStored(proxy, request);
      waits.push(performance.now() - dueMs);
    }),
  );
  return waits;
}

async function expectStored({ gate, ingest }: Proxy, request: Request): Promise<void> {
  if (!gate(request).ok) throw new Error("the signature was refused");
  const reply = await ingest(request.body, senderOf(request.body));
  if (reply.type === "problem") throw new Error(`${reply.code}: ${reply.detail}`);
  const bad = reply.receipt.verdicts.find(({ verdict }) => verdict !== "accepted");
  if (bad !== undefined) throw new Error(`not accepted: ${JSON.stringify(bad)}`);
}

/** Who a body says that it is from: one kiosk signs for all of them here. */
function senderOf(body: Uint8Array): Parameters<Ingest>[1] {
  const head = Buffer.from(body.buffer, body.byteOffset, 400).toString("latin1");
  const [, nonce = "", device = ""] = /"nonce":"([^"]+)","device":(\{[^}]*\})/.exec(head) ?? [];
  const digest = createHash("sha256").update(body).digest("hex");
  return { device: JSON.parse(device), nonce, digest };
}

/** Five attributes an update; a hundred thousand cards, in no order. */
const ATTRIBUTES = ["lastStore", "lastKiosk", "visitReason", "favourite", "channel"];
const CARDS = 100_000;

/** A configuration that writes those, so that every update is judged as in the product. */
const BOOK = createConfigBook([
  {
    ...EXAMPLE_CONFIG,
    version: "1",
    terms: { version: "2026-01" },
    scanAttributes: ATTRIBUTES.map((name) => ({ name, from: "store" })),
    questions: [],
  },
]);

interface Sketch {
  readonly seq: number;
  readonly card: string;
  readonly epoch: string;
  readonly id: string;
}

function sketchesOf(round: number, request: number): readonly Sketch[] {
  const client = request % CLIENTS;
  const first = (round * REQUESTS_PER_ROUND + request) * UPDATES_PER_REQUEST;
  return Array.from({ length: UPDATES_PER_REQUEST }, (_, index) => ({
    // Gapless within each client's epoch of the round.
    seq: Math.floor(request / CLIENTS) * UPDATES_PER_REQUEST + index + 1,
    card: `2${((first + index) * 7_919) % CARDS}`,
    epoch: anId((round + 1) * 1_000 + client),
    id: anId(0xb_0000_0000 + first + index),
  }));
}

/** A second apart, as fast as a kiosk takes cards: what comes faster is held for an operator. */
function capturedMs(round: number, seq: number): number {
  return NOW + (round * LONGEST_ROUND + seq) * 1_000;
}

/** Numbers one client gives in a round. */
const LONGEST_ROUND = (REQUESTS_PER_ROUND / CLIENTS) * UPDATES_PER_REQUEST;

function bodyOf(round: number, request: number): Uint8Array {
  const device = aDevice(request % CLIENTS);
  const entries = sketchesOf(round, request).map((sketch): Entry => {
    const at = { atMs: capturedMs(round, sketch.seq), ...sketch, device };
    const attributes = Object.fromEntries(
      ATTRIBUTES.map((name) => [name, `${name}-${sketch.seq}`]),
    );
    const update = anUpdateBody({ ...at, attributes });
    const { kid: _kid, enc: _enc, ...clear } = aHeader(at);
    const { body, ...key } = sealForTest(clear, JSON.stringify(update));
    return { header: { ...clear, ...key }, body };
  });
  const nonce = anId(0xa_0000_0000 + round * REQUESTS_PER_ROUND + request);
  const clock = { segment: `${LOAD}.0`, wallMs: NOW + 60_000, monoMs: 86_400_000 };
  return Buffer.from(JSON.stringify({ v: 1, nonce, device, clock, entries }));
}

/**
 * The limit: the same rows by hand, in the same file format with the same durability, one
 * transaction per group, nothing read, parsed or answered.
 */
function openBare(file: string): (round: number, groups: readonly number[]) => number {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000");
  for (const statement of MIGRATIONS.flat()) db.exec(statement);
  const journal = db.prepare(
    `INSERT INTO journal (epoch, seq, copy, id, device_id, visitor, occasion, ground, config_version,
       effective_ms, received_ms, verdict, version, capture_minute)
     VALUES (?1, ?2, 0, ?3, ?4, ?5, 'scan', ?6, '1', ?7, ?7, 'accepted', 1, ?8)`,
  );
  const attribute = db.prepare(
    `INSERT INTO attribute VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, '[]', NULL)
     ON CONFLICT (visitor, name) DO UPDATE SET value = excluded.value,
       effective_ms = excluded.effective_ms, epoch = excluded.epoch, seq = excluded.seq
     WHERE (excluded.effective_ms, excluded.epoch, excluded.seq)
         > (attribute.effective_ms, attribute.epoch, attribute.seq)`,
  );
  const visitor = db.prepare(
    `INSERT INTO visitor (visitor, kind, sealed_id, version, acked_version, state, due_ms, not_before_ms,
       first_dirty_ms, lease_until_ms, fence, claimed_version, charge_bucket, attempts, last_scan_ms,
       open_scans, open_updates)
     VALUES (?1, 'member', ?2, 1, 0, 'waiting', ?3, 0, ?3, 0, 0, 0, 0, 0, ?3, ?4, ?5)
     ON CONFLICT (visitor) DO UPDATE SET version = visitor.version + 1,
       open_scans = excluded.open_scans, open_updates = excluded.open_updates`,
  );
  const openScans = JSON.stringify([[Math.floor(NOW / 86_400_000), 1, 1]]);
  const openUpdates = JSON.stringify([[Math.floor(NOW / 3_600_000), "S-1", "", 1, 1]]);
  const nonce = db.prepare("INSERT INTO nonce VALUES (?1, ?2, ?3, ?4, ?5)");
  const ground = JSON.stringify({ type: "terms", version: "2026-01" });

  return (round, groups) => {
    const requests = groups.reduce((sum, size) => sum + size, 0);
    const known = sealedVisitors(round, requests);
    const startMs = performance.now();
    let request = 0;
    for (const size of groups) {
      db.exec("BEGIN IMMEDIATE");
      for (const last = request + size; request < last; request += 1) {
        const { deviceId } = aDevice(request % CLIENTS);
        const verdicts: unknown[] = [];
        for (const { seq, card, epoch, id } of sketchesOf(round, request)) {
          const { key, sealed } = known.get(card)!;
          const minute = String(Math.floor(capturedMs(round, seq) / 60_000)).padStart(10, "0");
          const counted = deviceId.slice(-16) + minute;
          journal.run(epoch, seq, id, deviceId, key, ground, NOW + round, counted);
          for (const name of ATTRIBUTES) {
            attribute.run(key, name, `${name}-${seq}`, NOW + round, epoch, seq);
          }
          visitor.run(key, sealed, NOW, openScans, openUpdates);
          verdicts.push({ id, verdict: "accepted" });
        }
        const id = anId(0xa_0000_0000 + round * REQUESTS_PER_ROUND + request);
        nonce.run(deviceId, id, "d".repeat(64), JSON.stringify({ verdicts }), NOW);
      }
      db.exec("COMMIT");
    }
    return performance.now() - startMs;
  };
}

/** What the store writes for each visitor, made beforehand: the limit hashes and seals nothing. */
function sealedVisitors(
  round: number,
  requests: number,
): ReadonlyMap<string, { readonly key: string; readonly sealed: string }> {
  const vault = createVault(KEYS);
  const cards = Array.from({ length: requests }, (_, request) => sketchesOf(round, request)).flat();
  return new Map(
    cards.map(({ card }) => {
      const visitor = { kind: "member", value: card } as const;
      const key = vault.hashOf(visitor);
      return [card, { key, sealed: sealId(vault, key, visitor) }];
    }),
  );
}
