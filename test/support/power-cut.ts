import { existsSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { isRunning, killAll } from "./processes.ts";
import { replaySyncs, traceSyncs } from "./sync-trace.ts";
import { waitFor } from "./wait.ts";

/**
 * The power-cut model: whatever was written to a database and not yet synced is gone.
 *
 * It is the worst a kernel may do, which writes back on its own after some seconds. A SIGKILL alone
 * cannot tell a synced write from one in the page cache; this can.
 */
export interface PoweredMachine {
  /** Kills every process at once and takes away what no sync had reached. */
  readonly cutPower: () => Promise<CutReport>;
}

export interface CutReport {
  /** Bytes that were written and are gone. */
  readonly lostBytes: number;
  /** Files that lost some. */
  readonly tornFiles: number;
}

export interface MachineParts {
  readonly pids: readonly number[];
  /** Folders whose databases lose what was not synced; they need not exist yet. */
  readonly folders: readonly string[];
}

/** From now on `pids` may lose their power. */
export async function underPower({ pids, folders }: MachineParts): Promise<PoweredMachine> {
  const trace = await traceSyncs(pids);
  return {
    cutPower: async () => {
      killAll(pids);
      await waitFor("the killed processes to be gone", () => !pids.some(isRunning));
      const reaches = replaySyncs(await trace.finish());
      let lostBytes = 0;
      let tornFiles = 0;
      for (const file of folders.flatMap(logsIn)) {
        const { written, synced } = reaches.get(file) ?? { written: 0, synced: 0 };
        const lost = Math.min(written - synced, statSync(file).size);
        if (lost === 0) continue;
        truncateSync(file, statSync(file).size - lost);
        lostBytes += lost;
        tornFiles += 1;
      }
      for (const file of folders.flatMap(filesIn)) if (file.endsWith("-shm")) rmSync(file);
      return { lostBytes, tornFiles };
    },
  };
}

/** Where Chromium keeps what a kiosk must not forget: its databases and the witness beside them. */
export function databasesOf(profileDir: string): readonly string[] {
  return ["IndexedDB", "Local Storage"].map((name) => path.join(profileDir, "Default", name));
}

/** LevelDB's and SQLite's write-ahead logs, the files that grow by appending. */
function logsIn(folder: string): readonly string[] {
  return filesIn(folder).filter((file) => /\.log$|-wal$/.test(file));
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
