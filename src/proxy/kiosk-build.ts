import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

/** What the kiosk is made from. Newer than the build means the build is stale. */
const SOURCES = [
  "index.html",
  "vite.config.ts",
  "package.json",
  "package-lock.json",
  "public",
  "src/kiosk",
  "src/scanner",
  "src/outbox",
  "src/sw",
  "src/contract",
  "src/domain",
];

/** Builds the kiosk into `dist` under `root` if it is missing or stale; gives that folder. */
export async function buildKioskIfStale(root: string): Promise<string> {
  const dist = path.join(root, "dist");
  // The worker is written last, so its age is the build's.
  const built = path.join(dist, "sw.js");
  if (existsSync(built)) {
    const builtAtMs = statSync(built).mtimeMs;
    const newestMs = Math.max(...SOURCES.map((source) => newestChangeMs(path.join(root, source))));
    if (newestMs <= builtAtMs) return dist;
  }
  // Only here: a proxy that serves what is built has no use for the bundler's memory.
  const { build } = await import("vite");
  await build({ root, logLevel: "warn" });
  return dist;
}

function newestChangeMs(file: string): number {
  if (!existsSync(file)) return 0;
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(file).map((name) => newestChangeMs(path.join(file, name)));
  return Math.max(stat.mtimeMs, ...inside);
}
