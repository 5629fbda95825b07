import fs, { readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { performance } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

// Preloaded into a process under test: what its machine tells it of time and of its disks is what the
// file `TOLD_WORLD_FILE` says, also when that changes while it runs. See `told.ts`.

const file = process.env["TOLD_WORLD_FILE"];
if (file === undefined) throw new Error("TOLD_WORLD_FILE is not set.");

interface Told {
  readonly wallMs?: number;
  readonly monoMs?: number;
  readonly freeBytes?: number;
  readonly fileSystem?: number;
}

/** Ours: short beside everything that a test waits for. */
const LOOK_EVERY_MS = 20;

const realWallMs = Date.now;
const realMonoMs = performance.now.bind(performance);
const realStatfs = fs.statfsSync;

let told: Told = {};
let heard = "";

const look = () => {
  const text = readFileSync(file, "utf8");
  if (text === heard) return;
  heard = text;
  told = JSON.parse(text);
  if (isMainThread) writeFileSync(`${file}.heard`, text);
};
look();
setInterval(look, LOOK_EVERY_MS).unref();

Date.now = () => realWallMs() + (told.wallMs ?? 0);
performance.now = () => realMonoMs() + (told.monoMs ?? 0);

const toldStatfs = (path: fs.PathLike) => {
  const real = realStatfs(path);
  const { freeBytes, fileSystem } = told;
  return Object.assign(real, {
    ...(freeBytes === undefined ? {} : { bavail: Math.floor(freeBytes / real.bsize) }),
    ...(fileSystem === undefined ? {} : { type: fileSystem }),
  });
};
fs.statfsSync = toldStatfs as typeof fs.statfsSync;
syncBuiltinESMExports();
