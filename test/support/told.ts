import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { waitFor } from "./wait.ts";

/** What a machine tells the processes on it; what is left out is as it is. */
export interface Tale {
  /** How far its wall clock and its monotonic clock are ahead of ours, in milliseconds. */
  readonly wallMs?: number;
  readonly monoMs?: number;
  /** Free on every disk. */
  readonly freeBytes?: number;
  /** Of every disk, by Linux's number. */
  readonly fileSystem?: number;
}

/** Makes a process of the product believe what a test tells it, while it runs. */
export interface Machine {
  /** For its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Replaces all that was told before. Resolves when the process that runs has heard it. */
  readonly tell: (tale: Tale) => Promise<void>;
  readonly forget: () => void;
}

export function aMachine(tale: Tale = {}): Machine {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-told-"));
  const file = path.join(folder, "tale.json");
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  write(JSON.stringify(tale));
  const preload = pathToFileURL(path.join(import.meta.dirname, "told-world.ts"));
  return {
    env: { TOLD_WORLD_FILE: file, NODE_OPTIONS: `--import=${preload.href}` },
    tell: async (next) => {
      const text = JSON.stringify(next);
      write(text);
      await waitFor("it to be heard", () => readFileSync(`${file}.heard`, "utf8") === text);
    },
    forget: () => rmSync(folder, { recursive: true, force: true }),
  };
}
