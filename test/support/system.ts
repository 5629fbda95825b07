import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  INCIDENTS_PATH,
  DEAD_LETTERS_PATH,
  DEVICES_PATH,
  NewPairingAnswer,
  PAIRINGS_PATH,
  type PairedDevice,
} from "../../src/contract/admin.ts";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { buildKioskIfStale } from "../../src/proxy/kiosk-build.ts";
import type { Stand } from "./devices.ts";
import { openEmulator, type RunningEmulator } from "./emulator.ts";
import { KEYS } from "./keys.ts";
import { endingOf, type Ending } from "./processes.ts";
import { waitFor } from "./wait.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

export interface SystemOptions {
  /** Beside what a test always sets: ports, folder, Target. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run on this folder and leave it; otherwise on a new one that goes with the system. */
  readonly dataDir?: string;
}

/** The real product in a process of its own, and a Target that outlives its deaths. */
export interface System {
  readonly kioskUrl: string;
  readonly adminUrl: string;
  readonly emulator: RunningEmulator;
  readonly dataDir: string;
  readonly pid: () => number;
  /** What the process wrote so far, all lives together. */
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** Resolves when the process is gone. */
  readonly kill: (signal: "SIGKILL" | "SIGTERM") => Promise<Ending>;
  /** Starts again on the same folder and ports. `movedClockMs` moves its clocks ahead. */
  readonly restart: (env?: Readonly<Record<string, string>>) => Promise<void>;
  /** The figure of one metric, labels as they are printed; 0 while it has none. */
  readonly metric: (name: string) => Promise<number>;
  /** Incidents or dead letters, as the admin listener lists them. */
  readonly incidents: () => Promise<readonly Record<string, unknown>[]>;
  readonly deadLetters: () => Promise<readonly Record<string, unknown>[]>;
  /** A one-time code for a kiosk, made on the admin side. */
  readonly pairingCode: (stand?: Stand) => Promise<string>;
  /** An address that pairs the browser that opens it, once. `base` stands in for `kioskUrl`. */
  readonly pairingLink: (stand?: Stand, base?: string) => Promise<string>;
  /** As the admin listener lists them. */
  readonly devices: () => Promise<readonly PairedDevice[]>;
  /** Asks the admin listener for something, as its operator. */
  readonly admin: (address: string, init?: RequestInit) => Promise<Response>;
  /** Ends everything and removes the folder. */
  readonly stop: () => Promise<void>;
}

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  await buildKioskIfStale(ROOT);
  const emulator = await openEmulator();
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), "tarjeta-proxy-"));
  const keysFile = path.join(dataDir, "keys.json");
  if (!existsSync(keysFile)) writeKeysFile(keysFile, KEYS);
  let stderr = "";
  let stdout = "";
  let life = await startProxy({ PORT: "0", ADMIN_PORT: "0" });

  const { kioskUrl, adminUrl } = life;
  const ports = { PORT: new URL(kioskUrl).port, ADMIN_PORT: new URL(adminUrl).port };

  function startProxy(env: Readonly<Record<string, string>>): Promise<Life> {
    return startLife(
      {
        DATA_DIR: dataDir,
        TARGET_CLIENT: emulator.client,
        TARGET_ORIGIN: emulator.url,
        ...options.env,
        ...env,
      },
      (text) => (stderr += text),
      (text) => (stdout += text),
    );
  }

  const ask = async (address: string, init: RequestInit = {}) => {
    const token = readFileSync(path.join(dataDir, "admin-token"), "utf8").trim();
    const answer = await fetch(adminUrl + address, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}.`);
    return answer;
  };

  const pairingCode = async ({ storeId = "store-1", kioskId = "kiosk-1", ...rest }: Stand = {}) => {
    const body = JSON.stringify({ storeId, kioskId, ...rest });
    const answer = await ask(PAIRINGS_PATH, { method: "POST", body });
    return NewPairingAnswer.parse(await answer.json()).code;
  };

  return {
    pairingCode,
    pairingLink: async (stand, base = kioskUrl) => `${base}/?pair=${await pairingCode(stand)}`,
    devices: async () => (await (await ask(DEVICES_PATH)).json()).devices,
    admin: ask,
    kioskUrl,
    adminUrl,
    emulator,
    dataDir,
    pid: () => life.child.pid!,
    stderr: () => stderr,
    stdout: () => stdout,
    kill: (signal) => {
      life.child.kill(signal);
      return life.ended;
    },
    restart: async (env = {}) => {
      life = await startProxy({ ...ports, ...env });
    },
    metric: async (name) => {
      const text = await (await ask("/metrics")).text();
      const line = text.split("\n").find((each) => each.startsWith(`${name} `));
      return Number(line?.slice(name.length + 1) ?? 0);
    },
    incidents: async () => (await (await ask(INCIDENTS_PATH)).json()).incidents,
    deadLetters: async () => (await (await ask(DEAD_LETTERS_PATH)).json()).deadLetters,
    stop: async () => {
      life.child.kill("SIGKILL");
      await life.ended;
      await emulator.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

interface Life {
  readonly child: ChildProcess;
  readonly kioskUrl: string;
  readonly adminUrl: string;
  readonly ended: Promise<Ending>;
}

async function startLife(
  env: Readonly<Record<string, string>>,
  onStderr: (text: string) => void,
  onStdout: (text: string) => void,
): Promise<Life> {
  const child = spawnProduct(env);
  const said = collect(child);
  child.stderr!.on("data", (chunk: Buffer) => onStderr(String(chunk)));
  child.stdout!.on("data", (chunk: Buffer) => onStdout(String(chunk)));
  const ended = endingOf(child);

  const urlAfter = (word: string) =>
    new RegExp(`^${word}\\s+(http\\S+?)/(?:metrics)?(?:\\s|$)`, "m").exec(said.stdout())?.[1];
  const ready = waitFor("the proxy to be ready", async () => {
    const kioskUrl = urlAfter("Kiosk");
    const adminUrl = urlAfter("Admin");
    if (kioskUrl === undefined || adminUrl === undefined) return undefined;
    return (await fetch(`${kioskUrl}/readyz`)).ok ? { kioskUrl, adminUrl } : undefined;
  });
  const early = ended.then(({ code, signal }) => {
    throw new Error(`The proxy ended at once (${code ?? signal}): ${said.stderr()}`);
  });
  early.catch(() => undefined); // Later deaths are the test's own doing.
  return { child, ended, ...(await Promise.race([ready, early])) };
}

/** `npm start` without npm: the same file under the same Node, and nothing of our environment. */
export function spawnProduct(env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(
    process.execPath,
    ["--import", path.join(import.meta.dirname, "moved-clock.ts"), "src/proxy/main.ts"],
    {
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

const COMMANDS = {
  backup: "src/proxy/backup-command.ts",
  restore: "src/proxy/restore-command.ts",
  move: "src/proxy/move-command.ts",
  import: "src/proxy/import-command.ts",
  pair: "src/proxy/devices/main.ts",
  keys: "src/proxy/keys/main.ts",
} as const;

/** One of the product's commands without npm, to its end. */
export async function runCommand(
  name: keyof typeof COMMANDS,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ending & { readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [COMMANDS[name], ...words], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = collect(child);
  const ending = await endingOf(child);
  return { ...ending, stdout: said.stdout(), stderr: said.stderr() };
}

/** Ours: a start that must fail and has not by then never will. */
const MAX_REFUSAL_MS = 20_000;

/** Runs the product until it ends by itself; for starts that must fail. */
export async function runToTheEnd(
  env: Readonly<Record<string, string>>,
): Promise<Ending & { readonly stdout: string; readonly stderr: string }> {
  const child = spawnProduct(env);
  const patience = setTimeout(() => child.kill("SIGKILL"), MAX_REFUSAL_MS);
  const said = collect(child);
  const ending = await endingOf(child);
  clearTimeout(patience);
  return { ...ending, stdout: said.stdout(), stderr: said.stderr() };
}

function collect(child: ChildProcess): {
  readonly stdout: () => string;
  readonly stderr: () => string;
} {
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr!.on("data", (chunk: Buffer) => (stderr += String(chunk)));
  return { stdout: () => stdout, stderr: () => stderr };
}
