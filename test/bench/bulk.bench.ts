import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import path from "node:path";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";

/** Source: the largest batch Adobe takes. Ours: as many attributes as a scan and its answers have. */
const ROWS = 500_000;
const BATCHES = 3;

/** What the largest batches cost the emulator: time until each is taken, and memory. */
export const bulkBench: Bench = {
  name: "bulk",
  title: "the emulator takes batches of new visitors with 5 attributes each, and finishes them",
  run: benchBulk,
};

interface Memory {
  readonly nowKb: number;
  readonly peakKb: number;
}

async function benchBulk(options: BenchOptions): Promise<readonly Row[]> {
  const rows = scaled(ROWS, options, 1_000);
  const emulator = fork(path.join(import.meta.dirname, "bulk-emulator.ts"));
  try {
    const [{ port }] = (await once(emulator, "message")) as [{ port: number }];
    const idle = await memoryOf(emulator);
    const memories: Memory[] = [];
    let tookMs = 0;
    for (let batch = 1; batch <= BATCHES; batch += 1) {
      const startMs = performance.now();
      const { bytes, answer } = await send(port, rows, batch);
      tookMs += performance.now() - startMs;
      await expectComplete(answer, rows);
      memories.push(await memoryOf(emulator));
      options.say(`${rows} rows, ${(bytes / 1e6).toFixed(1)} MB, taken and finished`);
    }
    const [first, last] = [memories[0]!, memories.at(-1)!];
    const perFurther = (last.nowKb - first.nowKb) / (BATCHES - 1);
    return [
      { what: "rows taken in", unit: "/s", ours: (rows * BATCHES * 1_000) / tookMs },
      {
        what: "memory at most, one batch",
        unit: "kB",
        ours: first.peakKb,
        beside: { name: "idle", value: idle.nowKb },
        goal: { type: "at-most", value: 300_000 },
      },
      { what: "memory, each further batch", unit: "kB", ours: perFurther },
    ];
  } finally {
    emulator.kill();
  }
}

async function memoryOf(emulator: ChildProcess): Promise<Memory> {
  emulator.send("memory");
  const [memory] = (await once(emulator, "message")) as [Memory];
  return memory;
}

/** Sends a batch as it is made; nobody holds it whole. */
async function send(
  port: number,
  rows: number,
  batch: number,
): Promise<{ readonly bytes: number; readonly answer: string }> {
  const url = "/m2/demo/v2/profile/batchUpdate";
  const request = http.request({ host: "127.0.0.1", port, path: url, method: "POST" });
  let bytes = 0;
  for (const chunk of largeBatch(rows, batch)) {
    bytes += chunk.length;
    if (!request.write(chunk)) await once(request, "drain");
  }
  request.end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let answer = "";
  for await (const chunk of response.setEncoding("utf8")) answer += chunk;
  return { bytes, answer };
}

function* largeBatch(rows: number, batch: number): Generator<Buffer> {
  yield Buffer.from("batch=thirdPartyId,lastStore,lastKiosk,lastScanAt,lastScanDay,favourite\n");
  for (let from = 0; from < rows; from += 1_000) {
    let chunk = "";
    for (let row = from; row < Math.min(rows, from + 1_000); row += 1) {
      const day = 20_000 + (row % 365);
      chunk += `${batch}-${row},store-${row % 97},kiosk-${row % 7},2026-11-27T19%3A49%3A17Z,${day},caf%C3%A9%20${row % 13}\n`;
    }
    yield Buffer.from(chunk);
  }
}

async function expectComplete(answer: string, rows: number): Promise<void> {
  const url = answer.match(/<batchStatus>(.*)<\/batchStatus>/)?.[1];
  if (url === undefined) throw new Error(`The batch was not taken: ${answer}`);
  const status = await (await fetch(`${url}&showDetails=true`)).text();
  if (!status.includes(`<successfulUpdates>${rows}</successfulUpdates>`)) {
    throw new Error(`The batch did not come to its end: ${status}`);
  }
}
