import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { BulkState } from "../../src/proxy/target/bulk/bulk-row.ts";
import { createBulkWriter } from "../../src/proxy/target/bulk/bulk-writer.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import { createTargetConnection } from "../../src/proxy/target/target-connection.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { KEYS } from "../support/keys.ts";

// The bulk writer in a process of its own: what it costs is its own. Tells what it did and its memory.

export interface WriterFigures {
  readonly writeMs: number;
  readonly submitMs: number;
  readonly totalMs: number;
  readonly sentBytes: number;
  readonly successful: number;
  readonly files: number;
  readonly idleKb: number;
  readonly peakKb: number;
}

const NAMES = ["lastStore", "lastKiosk", "lastScanAt", "lastScanDay", "favourite"];

const [origin = "", rows = "0"] = process.argv.slice(2);
const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-"));
try {
  process.send!(await measure(Number(rows)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.disconnect!();

async function measure(rows: number): Promise<WriterFigures> {
  const idleKb = process.resourceUsage().maxRSS;
  const connection = createTargetConnection({ origin, client: "demo" });
  const calls = { submitMs: 0, sentBytes: 0 };
  const writer = createBulkWriter({
    connection: {
      ...connection,
      request: async (request) => {
        const startMs = performance.now();
        const answer = await connection.request(request);
        if (request.method === "POST") {
          calls.submitMs += performance.now() - startMs;
          calls.sentBytes += Number(request.headers?.["content-length"]);
        }
        return answer;
      },
    },
    connectTo: () => {
      throw new Error("the emulator is one host");
    },
    vault: createVault(KEYS),
    folder,
    clock: systemClock,
  });
  const startMs = performance.now();
  let writeMs = 0;
  const report = await writer.run(
    { kind: "member", names: NAMES, states: statesOf(rows) },
    {
      onProgress: ({ phase }) => {
        if (phase === "sending" && writeMs === 0) writeMs = performance.now() - startMs;
      },
    },
  );
  await connection.close();
  const successful = report.batches.reduce(
    (sum, { end }) => sum + (end.type === "complete" ? (end.counts.successfulUpdates ?? 0) : 0),
    0,
  );
  return {
    writeMs,
    totalMs: performance.now() - startMs,
    ...calls,
    successful,
    files: report.files,
    idleKb,
    peakKb: process.resourceUsage().maxRSS,
  };
}

/** Made as they are asked for; nobody holds them. */
function* statesOf(rows: number): Generator<BulkState> {
  for (let row = 0; row < rows; row += 1) {
    yield {
      id: `29${String(row).padStart(11, "0")}`,
      attributes: new Map([
        ["lastStore", `store-${row % 97}`],
        ["lastKiosk", `kiosk-${row % 7}`],
        ["lastScanAt", "2026-11-27T19:49:17Z"],
        ["lastScanDay", String(20_000 + (row % 365))],
        ["favourite", `café ${row % 13}`],
      ]),
    };
  }
}
