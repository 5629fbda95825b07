import { spawnSync } from "node:child_process";
import { findChromium } from "./chromium.ts";

/**
 * Makes sure that a Chromium and strace are here: the system's, else Debian's where this user may
 * install them, else a sentence that says what to do.
 */
export function ensureBrowser(): void {
  const missing = [
    ...(findChromium() === undefined ? ["chromium"] : []),
    ...(isOnPath("strace") ? [] : ["strace"]),
  ];
  if (missing.length === 0) return;
  if (isOnPath("apt-get") && process.getuid?.() === 0) {
    aptGet("update");
    aptGet("install", "--yes", "--no-install-recommends", ...missing);
  }
  if (findChromium() === undefined) {
    throw new Error(
      "No Chromium or Chrome was found: install one (Debian: apt-get install chromium strace), " +
        "or name its binary in CHROMIUM.",
    );
  }
}

function aptGet(...parts: string[]): void {
  spawnSync("apt-get", ["--quiet=2", ...parts], {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function isOnPath(tool: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
}
