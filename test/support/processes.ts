import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process that belongs to a browser started on `profileDir`: its children too. */
export function browserProcesses(profileDir: string): readonly number[] {
  const rows = processTable();
  const mine = new Set(
    rows.filter(({ command }) => command.includes(profileDir)).map(({ pid }) => pid),
  );
  for (let before = -1; before !== mine.size;) {
    before = mine.size;
    for (const { pid, parent } of rows) if (mine.has(parent)) mine.add(pid);
  }
  mine.delete(process.pid);
  return [...mine];
}

/** Sends SIGKILL to each; one that ended meanwhile is fine. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Whether a process still runs; one that has ended and is not yet collected does not. */
export function isRunning(pid: number): boolean {
  const row = readStat(pid);
  return row !== undefined && row.state !== "Z";
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a child ended, once all it wrote has been read. */
export function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((ended) => child.once("close", (code, signal) => ended({ code, signal })));
}

/** Linux: what /proc tells of every process. */
function processTable(): readonly ProcessRow[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      const stat = readStat(pid);
      return stat === undefined ? [] : [{ pid, parent: stat.parent, command: commandOf(pid) }];
    });
}

function readStat(pid: number): { readonly state: string; readonly parent: number } | undefined {
  const text = readProc(pid, "stat");
  // The name in brackets may hold anything; what follows the last bracket is fixed.
  const [state, parent] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? [];
  return state === undefined ? undefined : { state, parent: Number(parent) };
}

function commandOf(pid: number): string {
  return readProc(pid, "cmdline") ?? "";
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It ended between listing and reading.
    return undefined;
  }
}
