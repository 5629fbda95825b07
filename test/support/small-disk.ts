import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { aMachine, type Tale } from "./told.ts";

/** A disk that a test fills. */
export interface SmallDisk {
  /** On it, and empty. */
  readonly folder: string;
  /** For a process that works on it. */
  readonly env: Readonly<Record<string, string>>;
  /** Fills it, or makes room, until so many bytes are free. */
  readonly leave: (bytes: number) => Promise<void>;
  /** What else its machine tells that process. */
  readonly tell: (tale: Omit<Tale, "freeBytes">) => Promise<void>;
  readonly remove: () => void;
}

/**
 * A real file system where this user may mount one; elsewhere a folder of which its process is told
 * how much is free.
 */
export function aSmallDisk(bytes: number): SmallDisk {
  const root = mkdtempSync(path.join(tmpdir(), "tarjeta-small-"));
  const isReal = isMounted(["-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tmpfs", root]);
  const folder = path.join(root, "data");
  const ballast = path.join(root, "ballast");
  let tale: Tale = isReal ? {} : { freeBytes: bytes };
  const machine = aMachine(tale);
  mkdirSync(folder, { mode: 0o700 });
  return {
    folder,
    env: machine.env,
    leave: async (freeBytes) => {
      if (!isReal) {
        tale = { ...tale, freeBytes };
        return machine.tell(tale);
      }
      writeFileSync(ballast, "");
      truncateSync(ballast);
      const { bavail, bsize } = statfsSync(root);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
    },
    tell: (next) => {
      tale = isReal ? next : { ...next, freeBytes: tale.freeBytes ?? bytes };
      return machine.tell(tale);
    },
    remove: () => {
      if (isReal) execFileSync("umount", ["--lazy", root]);
      rmSync(root, { recursive: true, force: true });
      machine.forget();
    },
  };
}

/** Mounts something, and tells whether it did: only root may, and not in every container. */
export function isMounted(words: readonly string[]): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync("mount", words, { stdio: "ignore" });
    return true;
  } catch {
    // `mount` says no by its exit code.
    return false;
  }
}
