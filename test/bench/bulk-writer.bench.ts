import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import type { WriterFigures } from "./bulk-writer-process.ts";

/** Source: the most rows Adobe takes in a file. */
const ROWS = 500_000;

/** Ours: the design's figure for a proxy that drains everything at once. */
const MOST_KB = 300_000;

/** What the largest file costs the proxy that writes, submits and follows it. */
export const bulkWriterBench: Bench = {
  name: "bulk-writer",
  title: "full states of 5 attributes written, submitted and followed to their end",
  run: benchBulkWriter,
};

async function benchBulkWriter(options: BenchOptions): Promise<readonly Row[]> {
  const rows = scaled(ROWS, options, 1_000);
  const emulator = fork(path.join(import.meta.dirname, "bulk-emulator.ts"));
  try {
    const [{ port }] = await messageOf<{ readonly port: number }>(emulator);
    const args = [`http://127.0.0.1:${port}`, String(rows)];
    const writer = fork(path.join(import.meta.dirname, "bulk-writer-process.ts"), args);
    const [figures] = await messageOf<WriterFigures>(writer);
    if (figures.successful !== rows) {
      throw new Error(`Of ${rows} rows ${figures.successful} came to their end.`);
    }
    const { writeMs, submitMs, totalMs, sentBytes, files } = figures;
    const megabytes = (sentBytes / 1e6).toFixed(1);
    options.say(`${rows} rows, ${megabytes} MB in ${files} files, complete`);
    return [
      { what: "rows written and on disk, sealed", unit: "/s", ours: (rows * 1_000) / writeMs },
      { what: "rows sent and taken", unit: "/s", ours: (rows * 1_000) / submitMs },
      { what: "from the first state to the end, pace included", unit: "ms", ours: totalMs },
      {
        what: "memory of the writer at most",
        unit: "kB",
        ours: figures.peakKb,
        beside: { name: "idle", value: figures.idleKb },
        goal: { type: "at-most", value: MOST_KB },
      },
    ];
  } finally {
    emulator.kill();
  }
}

/** The next message of a child, or an error when it ends without one. */
async function messageOf<T>(child: ChildProcess): Promise<[T]> {
  const ended = once(child, "exit").then(() => {
    throw new Error("a process of the bench ended early");
  });
  return (await Promise.race([once(child, "message"), ended])) as [T];
}
