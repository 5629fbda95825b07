import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { StartupError } from "./startup-error.ts";

/** What the kiosk is made from. Newer than the build means the build is stale. */
const KIOSK_SOURCES = [
  "index.html",
  "vite.config.ts",
  "package.json",
  "package-lock.json",
  "public",
  "src/proxy/precompressed.ts",
  "src/kiosk",
  "src/camera",
  "src/scanner",
  "src/outbox",
  "src/sw",
  "src/contract",
  "src/domain",
];

const CONSOLE_SOURCES = [
  "vite.console.config.ts",
  "package.json",
  "package-lock.json",
  "src/proxy/precompressed.ts",
  "src/console",
  "src/contract",
  "src/domain",
];

/**
 * Builds the kiosk into `dist` under `root` if it is missing or stale; gives that folder. What builds it
 * is loaded only then: it is most of what a start would load, and an installation need not have it.
 */
export async function buildKioskIfStale(root: string): Promise<string> {
  const dist = path.join(root, "dist");
  // The worker is written last, so its age is the build's.
  if (isStale(root, path.join(dist, "sw.js"), KIOSK_SOURCES)) {
    await build(`The kiosk in ${dist}`, root, "vite.config.ts");
  }
  return dist;
}

/** Builds the console into `dist-console` under `root`, likewise: no kiosk ever loads any of it. */
export async function buildConsoleIfStale(root: string): Promise<string> {
  const dist = path.join(root, "dist-console");
  if (isStale(root, path.join(dist, "index.html"), CONSOLE_SOURCES)) {
    await build(`The console in ${dist}`, root, "vite.console.config.ts");
  }
  return dist;
}

/** In a process of its own, which takes with it what it needed: 250 MB that a proxy would keep. */
async function build(what: string, root: string, configFile: string): Promise<void> {
  const vite = path.join(path.dirname(builder(what)), "bin/vite.js");
  const ask = [vite, "build", "--config", configFile, "--logLevel", "warn"];
  const child = spawn(process.execPath, ask, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0)
    throw new StartupError(`${what} could not be built; run npm run build to see why.`);
}

function builder(what: string): string {
  try {
    return fileURLToPath(import.meta.resolve("vite/package.json"));
  } catch (cause) {
    throw new StartupError(
      `${what} is missing or older than its sources, and what builds it is not installed; run npm ci and npm run build.`,
      { cause },
    );
  }
}

function isStale(root: string, built: string, sources: readonly string[]): boolean {
  if (!existsSync(built)) return true;
  const newestMs = Math.max(...sources.map((source) => newestChangeMs(path.join(root, source))));
  return newestMs > statSync(built).mtimeMs;
}

function newestChangeMs(file: string): number {
  if (!existsSync(file)) return 0;
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(file).map((name) => newestChangeMs(path.join(file, name)));
  return Math.max(stat.mtimeMs, ...inside);
}
