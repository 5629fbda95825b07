import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createTargetClient, type TargetClient } from "../../src/proxy/target/target-client.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";

/** Source: what Target allows in any rolling 24 hours. */
const CALLS = 1_000_000;

/** Calls under way at once: as many as the client has connections. */
const AT_ONCE = 8;

/** Ours: so many calls in, whatever is allocated once has been allocated. */
const WARM_SHARE = 0.2;

/** A whole day's allowance in one go: how fast, and whether anything grows with the calls. */
export const updatesBench: Bench = {
  name: "updates",
  title: "a day's allowance of single updates, 5 attributes each, through client and emulator",
  run: benchUpdates,
};

async function benchUpdates(options: BenchOptions): Promise<readonly Row[]> {
  const calls = scaled(CALLS, options, 1_000);
  const emulator = fork(path.join(import.meta.dirname, "bulk-emulator.ts"));
  try {
    const [{ port }] = (await once(emulator, "message")) as [{ port: number }];
    const client = createTargetClient({ origin: `http://127.0.0.1:${port}`, client: "demo" });
    const startMs = performance.now();
    const warm = Math.round(calls * WARM_SHARE);
    await callMany(client, 0, warm, options);
    const [warmClient, warmEmulator] = [ownKb(), await emulatorKb(emulator)];
    await callMany(client, warm, calls, options);
    const seconds = (performance.now() - startMs) / 1_000;
    const [client1, emulator1] = [ownKb(), await emulatorKb(emulator)];
    await client.close();
    return [
      {
        what: "calls, acknowledged",
        unit: "/s",
        ours: calls / seconds,
        beside: { name: "what Target allows", value: CALLS / 86_400 },
        goal: { type: "ratio-at-least", value: 1 },
      },
      flat("memory of the client's process", client1, warmClient),
      flat("memory of the emulator's process", emulator1, warmEmulator),
    ];
  } finally {
    emulator.kill();
  }
}

/** Flat: what is left of it after five times the calls, within what a garbage collector leaves. */
function flat(what: string, endKb: number, warmKb: number): Row {
  return {
    what,
    unit: "kB",
    ours: endKb,
    beside: { name: "after a fifth of them", value: warmKb },
    goal: { type: "ratio-at-most", value: 1.25 },
  };
}

async function callMany(
  client: TargetClient,
  from: number,
  to: number,
  { say }: BenchOptions,
): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) {
      const call = next;
      next += 1;
      const { outcome } = await client.update(
        VISITORS[call % VISITORS.length]!,
        attributesOf(call),
      );
      if (outcome.type !== "delivered") throw new Error(`Call ${call} was ${outcome.type}.`);
      if ((call + 1) % 250_000 === 0) say(`${(call + 1).toLocaleString("en")} calls`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Half of them known to the emulator, half not: it says the same to both. */
const VISITORS = ["2912345678906", "2900000000018", "2999999999990", "2999999999983"].map(
  (value) => ({ kind: "member", value }) as const,
);

function attributesOf(call: number) {
  return [
    { name: "lastStore", value: `store-${call % 97}` },
    { name: "lastKiosk", value: `kiosk-${call % 7}` },
    { name: "lastScanAt", value: "2026-11-27T19:49:17Z" },
    { name: "lastScanDay", value: String(20_000 + (call % 365)) },
    { name: "favourite", value: `café ${call % 13}` },
  ];
}

function ownKb(): number {
  return process.memoryUsage().rss / 1_000;
}

async function emulatorKb(emulator: ChildProcess): Promise<number> {
  emulator.send("memory");
  const [{ nowKb }] = (await once(emulator, "message")) as [{ nowKb: number }];
  return nowKb;
}
