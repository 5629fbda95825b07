import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import type { Identity } from "../../src/outbox/identity.ts";
import type { Gate } from "../../src/proxy/devices/gate.ts";
import { createIngest, type Ingest } from "../../src/proxy/ingest.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { openStore } from "../../src/proxy/store/open-store.ts";
import type { Store } from "../../src/proxy/store/store.ts";
import { aPairingDesk, pairAtDesk, signedHeaders } from "../support/devices.ts";
import { KEYS } from "../support/keys.ts";
import { startPostgres } from "../support/postgres.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { openBarePostgres, openBareSqlite } from "./bare-databases.ts";
import { bareRowsOf, type BareDatabase } from "./bare-rows.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { percentile } from "./percentile.ts";
import {
  BOOK,
  bodyOf,
  CLIENTS,
  REQUESTS_PER_ROUND,
  ROUNDS,
  UPDATES_PER_REQUEST,
} from "./store-load.ts";

/** Share of the highest throughput at which answers are timed. */
const PACED_SHARE = 0.8;

/** What the proxy keeps per second, beside the engine keeping the same rows in the same groups. */
export const storeBench: Bench = {
  name: "store",
  title: "updates taken in and on disk before the answer, sealing and signing on",
  run: async (options) => [
    ...(await onSqlite((engine) => benchStore(engine, options))),
    ...(await onPostgres((engine) => benchStore(engine, options))),
  ],
};

interface Engine {
  readonly name: string;
  readonly store: Store;
  /** Two, since rows that are there already cost nothing to write again. */
  readonly bare: { readonly grouped: BareDatabase; readonly single: BareDatabase };
  /** What the design says of SQLite; of PostgreSQL, which shares the machine with its client here, nothing. */
  readonly goals?: { readonly minShareOfBare: number; readonly maxAckMs: number };
}

const GOALS = { minShareOfBare: 0.6, maxAckMs: 100 };

const failing = {
  keys: KEYS,
  onFatal: (error: Error) => {
    throw error;
  },
  warn: (sentence: string) => {
    throw new Error(sentence);
  },
};

async function onSqlite<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-"));
  const store = await openStore({ dataDir: folder, databaseUrl: undefined }, failing);
  const bare = {
    grouped: await openBareSqlite(path.join(folder, "grouped.sqlite")),
    single: await openBareSqlite(path.join(folder, "single.sqlite")),
  };
  try {
    return await use({ name: "SQLite", store, bare, goals: GOALS });
  } finally {
    await store.close();
    await bare.grouped.close();
    await bare.single.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onPostgres<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
  const server = await startPostgres();
  const databaseUrl = await server.newDatabase();
  const store = await openStore({ dataDir: "", databaseUrl }, failing);
  const bare = {
    grouped: await openBarePostgres(await server.newDatabase(), CLIENTS),
    single: await openBarePostgres(await server.newDatabase(), CLIENTS),
  };
  try {
    return await use({ name: "PostgreSQL", store, bare });
  } finally {
    await store.close();
    await bare.grouped.close();
    await bare.single.close();
    await server.stop();
  }
}

async function benchStore(engine: Engine, options: BenchOptions): Promise<readonly Row[]> {
  const { name, store, bare } = engine;
  const requests = scaled(REQUESTS_PER_ROUND, options, CLIENTS * 4);
  const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
  const desk = await aPairingDesk(await aMemoryStore());
  const identity = await pairAtDesk(desk);
  const openBody = createBodyOpener(() => KEYS);
  const ingest = createIngest({ store, clock, openBody, judge: BOOK.judge });
  const proxy: Proxy = { ingest, gate: desk.gate };
  const requestsOf = (round: number) =>
    Promise.all(
      Array.from({ length: requests }, (_, index) => signed(identity, bodyOf(round, index))),
    );
  let ours = 0;
  let grouped = 0;
  let single = 0;
  let groups = 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    options.say(`${name}: ${round === 0 ? "warming up" : `round ${round} of ${ROUNDS}`}`);
    const saturated = await saturate(proxy, await requestsOf(round));
    const rows = Array.from({ length: requests }, (_, index) => bareRowsOf(round, index));
    const groupedMs = await bare.grouped.commit(inGroups(rows, saturated.groups));
    const singleMs = await bare.single.commit(rows.map((each) => [each]));
    // The first round warms everything up.
    if (round === 0) continue;
    ours += saturated.tookMs;
    grouped += groupedMs;
    single += singleMs;
    groups += saturated.groups.length;
  }
  options.say(`${name}: ${((requests * ROUNDS) / groups).toFixed(1)} requests in a group`);
  const perSecond = (ms: number) => ((requests * UPDATES_PER_REQUEST * ROUNDS) / ms) * 1_000;
  const load = perSecond(ours) * PACED_SHARE;
  const waits = await pace(proxy, await requestsOf(ROUNDS + 1), load);
  const { goals } = engine;
  return [
    {
      what: `${name}: updates kept`,
      unit: "/s",
      ours: perSecond(ours),
      beside: { name: "bare, same groups", value: perSecond(grouped) },
      ...(goals && { goal: { type: "ratio-at-least", value: goals.minShareOfBare } }),
    },
    {
      what: `${name}: the same`,
      unit: "/s",
      ours: perSecond(ours),
      beside: { name: "bare, a commit a request", value: perSecond(single) },
    },
    { what: `${name}: answer at 80 % load, p50`, unit: "ms", ours: percentile(waits, 0.5) },
    {
      what: `${name}: answer at 80 % load, p99`,
      unit: "ms",
      ours: percentile(waits, 0.99),
      ...(goals && { goal: { type: "at-most", value: goals.maxAckMs } }),
    },
  ];
}

function inGroups<T>(rows: readonly T[], sizes: readonly number[]): readonly (readonly T[])[] {
  let from = 0;
  return sizes.map((size) => rows.slice(from, (from += size)));
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
