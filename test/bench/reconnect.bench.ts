import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { openStore } from "../../src/proxy/store/open-store.ts";
import { KEYS } from "../support/keys.ts";
import { startPostgres } from "../support/postgres.ts";
import { startSystem } from "../support/system.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import type { FleetAsk, FleetReply, MadeKiosk, ServedKiosk } from "./fleet-messages.ts";
import { percentile } from "./percentile.ts";
import { processMemory } from "./process-memory.ts";

const KIOSKS = 10_000;
const SCANS = 100;

/** Ours: as many as the machine has cores that would otherwise only wait. */
const PROCESSES = 2;

/** Ours: a kiosk that was served last waited about twice as long as the one in the middle. */
const MAX_OVER_MEDIAN = 3;

/** A whole chain gets its network back at the same moment, each kiosk with what it captured meanwhile. */
export const reconnectBench: Bench = {
  name: "reconnect",
  title: `kiosks with ${SCANS} scans each reconnect at once, over HTTP into the running proxy`,
  run: benchReconnect,
};

async function benchReconnect(options: BenchOptions): Promise<readonly Row[]> {
  const kiosks = scaled(KIOSKS, options, 20);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-"));
  const server = options.postgres ? await startPostgres() : undefined;
  const databaseUrl = await server?.newDatabase();
  const parts = Array.from({ length: PROCESSES }, () =>
    fork(path.join(import.meta.dirname, "fleet-process.ts")),
  );
  try {
    options.say(`${kiosks} kiosks are made, and seal ${SCANS} scans each`);
    const made = await makeFleet(parts, kiosks, dataDir);
    await pairAll(made, { dataDir, databaseUrl });
    const served = await serveFleet(parts, { dataDir, databaseUrl, kiosks });
    options.say(`${sum(served.fleet, "sentAway")} times somebody was sent away`);
    const cutOff = sum(served.fleet, "cutOff");
    if (cutOff > 0) options.say(`${cutOff} requests got no answer, and were sent again`);
    return rowsOf(served);
  } finally {
    for (const part of parts) part.kill();
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Place {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

interface Served {
  readonly fleet: readonly ServedKiosk[];
  readonly idleKb: number;
  readonly peakKb: number;
}

async function makeFleet(
  parts: readonly ChildProcess[],
  kiosks: number,
  folder: string,
): Promise<readonly MadeKiosk[]> {
  const size = Math.ceil(kiosks / parts.length);
  const made = parts.map(async (part, index) => {
    const first = index * size;
    const count = Math.min(size, kiosks - first);
    const reply = await askPart(part, { type: "make", kiosks: count, first, scans: SCANS, folder });
    return reply.type === "made" ? reply.kiosks : [];
  });
  return (await Promise.all(made)).flat();
}

/** Straight into the store: ten thousand codes, each hashed slowly, would take the night. */
async function pairAll(fleet: readonly MadeKiosk[], place: Place): Promise<void> {
  const fail = (trouble: unknown) => {
    throw trouble instanceof Error ? trouble : new Error(String(trouble));
  };
  const store = await openStore(place, { keys: KEYS, onFatal: fail, warn: fail });
  for (let from = 0; from < fleet.length; from += 100) {
    await Promise.all(
      fleet.slice(from, from + 100).map(({ device, keyId, publicKey }) => {
        const { deviceId, storeId, kioskId, timeZone } = device;
        const name = kioskId;
        const grant = {
          type: "link",
          storeId,
          kioskId,
          timeZone,
          name,
          replaces: undefined,
        } as const;
        const atMs = Date.now();
        return store.pair({
          grant,
          keyId,
          publicKey,
          deviceId,
          timeZone,
          atMs,
          needsApproval: false,
        });
      }),
    );
  }
  await store.close();
}

async function serveFleet(
  parts: readonly ChildProcess[],
  { dataDir, databaseUrl, kiosks }: Place & { readonly kiosks: number },
): Promise<Served> {
  const keysFile = path.join(dataDir, "keys.json");
  writeKeysFile(keysFile, KEYS);
  const postgres: Record<string, string> =
    databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, KEYS_FILE: keysFile };
  // One call a day: nothing is forwarded meanwhile.
  const system = await startSystem({ dataDir, env: { TARGET_DAILY_CALLS: "1", ...postgres } });
  try {
    const idleKb = processMemory(system.pid()).nowKb;
    const replies = await Promise.all(
      parts.map((part) => askPart(part, { type: "reconnect", url: system.kioskUrl })),
    );
    const fleet = replies.flatMap((reply) => (reply.type === "done" ? reply.kiosks : []));
    const kept =
      (await system.metric('tarjeta_updates{verdict="accepted"}')) +
      (await system.metric('tarjeta_updates{verdict="superseded"}'));
    if (fleet.length !== kiosks || kept !== kiosks * SCANS) {
      throw new Error(`${kiosks * SCANS} scans were sent, and the proxy has ${kept}.`);
    }
    return { fleet, idleKb, peakKb: processMemory(system.pid()).peakKb };
  } finally {
    await system.stop();
  }
}

function rowsOf({ fleet, idleKb, peakKb }: Served): readonly Row[] {
  const done = fleet.map(({ doneMs }) => doneMs);
  const [median, last] = [percentile(done, 0.5), Math.max(...done)];
  const sentAway = fleet.map((kiosk) => kiosk.sentAway);
  return [
    { what: "scans taken in, none lost", unit: "/s", ours: (fleet.length * SCANS * 1_000) / last },
    {
      what: "until the last kiosk was served",
      unit: "ms",
      ours: last,
      beside: { name: "the one in the middle", value: median },
      goal: { type: "ratio-at-most", value: MAX_OVER_MEDIAN },
    },
    { what: "times a kiosk was sent away, p50", unit: "", ours: percentile(sentAway, 0.5) },
    { what: "times a kiosk was sent away, most", unit: "", ours: Math.max(...sentAway) },
    {
      what: "memory of the proxy at most",
      unit: "kB",
      ours: peakKb,
      beside: { name: "before", value: idleKb },
      goal: { type: "at-most", value: 300_000 },
    },
  ];
}

/** A process that fails ends everything: what it was sending is not known. */
async function askPart(part: ChildProcess, ask: FleetAsk): Promise<FleetReply> {
  part.send(ask);
  const ended = once(part, "exit").then(() => {
    throw new Error("A part of the fleet ended.");
  });
  ended.catch(() => undefined); // After its work it may.
  const [reply] = (await Promise.race([once(part, "message"), ended])) as [FleetReply];
  return reply;
}

function sum(fleet: readonly ServedKiosk[], name: "sentAway" | "cutOff"): number {
  return fleet.reduce((total, kiosk) => total + kiosk[name], 0);
}
