import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { endingOf } from "./processes.ts";
import { waitFor } from "./wait.ts";

/**
 * How far a file reaches, and how much of that a disk was told to keep, in bytes. Counted from where
 * the trace found it, so that only the difference means something when it was not new.
 */
export interface FileReach {
  readonly written: number;
  readonly synced: number;
}

/** What a set of processes writes and syncs, as the kernel saw it. */
export interface SyncTrace {
  /** The text of the trace, once every traced process is dead: kill them first. */
  readonly finish: () => Promise<string>;
}

const CALLS = "trace=write,pwrite64,ftruncate,fsync,fdatasync";

/** Ours: a killed browser is gone in a fraction of this. */
const LONGEST_DEATH_MS = 20_000;

/** Attaches strace to every thread of `pids`; resolves when none can write unseen. */
export async function traceSyncs(pids: readonly number[]): Promise<SyncTrace> {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-trace-"));
  const log = path.join(folder, "strace.log");
  const tracer = spawn(
    "strace",
    ["-f", "-y", "-s", "0", "-e", CALLS, "-o", log, ...pids.flatMap((pid) => ["-p", String(pid)])],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = endingOf(tracer);
  let said = "";
  tracer.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
  await waitFor("strace to attach to every process", () =>
    pids.every((pid) =>
      new RegExp(`\\b[Pp]rocess ${pid} attached|: ${pid}\\b.*No such`).test(said),
    ),
  );
  return {
    finish: async () => {
      // Asking it to stop while threads still die leaves it waiting for ever for one of them.
      const patience = setTimeout(() => tracer.kill("SIGKILL"), LONGEST_DEATH_MS);
      const { signal } = await ended;
      clearTimeout(patience);
      if (signal !== null) throw new Error("A traced process did not die; the trace is not whole.");
      const text = readFileSync(log, "utf8");
      rmSync(folder, { recursive: true, force: true });
      return text;
    },
  };
}

/**
 * Replays a trace: how far each file was written, and how far when its last finished sync began.
 *
 * A call that other threads interrupt is printed in two halves; a write counts from its second half,
 * a sync covers what was written before its first. Both err on the side of losing. What was there
 * when the trace began is taken to be safe.
 */
export function replaySyncs(trace: string): ReadonlyMap<string, FileReach> {
  const written = new Map<string, number>();
  const synced = new Map<string, number>();
  /** By thread: the call whose second half is still to come. */
  const begun = new Map<string, Begun>();

  for (const line of trace.split("\n")) {
    const [, thread, rest] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (thread === undefined || rest === undefined) continue;
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const call = resumed === undefined ? callFrom(rest, written) : begun.get(thread);
    if (call === undefined) continue;
    if (rest.endsWith("<unfinished ...>")) {
      begun.set(thread, call);
      continue;
    }
    begun.delete(thread);
    const result = Number(/= (-?\d+)[^=]*$/.exec(rest)?.[1] ?? -1);
    if (result < 0) continue;
    settle(call, result, resumed ?? rest, written, synced);
  }
  return new Map(
    [...written].map(([file, bytes]) => [file, { written: bytes, synced: synced.get(file) ?? 0 }]),
  );
}

interface Begun {
  readonly name: string;
  readonly file: string;
  /** Bytes of the file when the call began. */
  readonly reach: number;
  /** Of `pwrite64` and `ftruncate`, when it stood in the first half. */
  readonly position: number | undefined;
}

function callFrom(text: string, written: ReadonlyMap<string, number>): Begun | undefined {
  const [, name, file] = /^(\w+)\(\d+<([^>]+)>/.exec(text) ?? [];
  if (name === undefined || file === undefined) return undefined;
  return { name, file, reach: written.get(file) ?? 0, position: lastArgument(text) };
}

/** The last number before the closing bracket, which is the offset or the new length. */
function lastArgument(text: string): number | undefined {
  const found = /, (\d+)(?:\)|\s*<unfinished)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function settle(
  call: Begun,
  result: number,
  text: string,
  written: Map<string, number>,
  synced: Map<string, number>,
): void {
  const reach = written.get(call.file) ?? 0;
  switch (call.name) {
    case "write":
      written.set(call.file, reach + result);
      break;
    case "pwrite64": {
      const from = call.position ?? lastArgument(text) ?? 0;
      // Offsets are counted from the file's beginning: what lies before the first was there.
      if (!written.has(call.file)) synced.set(call.file, from);
      written.set(call.file, Math.max(reach, from + result));
      break;
    }
    case "ftruncate": {
      const length = call.position ?? lastArgument(text) ?? 0;
      written.set(call.file, length);
      synced.set(call.file, Math.min(length, synced.get(call.file) ?? 0));
      break;
    }
    case "fsync":
    case "fdatasync":
      synced.set(call.file, call.reach);
      break;
  }
}
