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
import packageJson from "../../package.json" with { type: "json" };
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { buildConsoleIfStale, buildKioskIfStale } from "../../src/proxy/kiosk-build.ts";
import { configFile } from "./config-file.ts";
import type { Stand } from "./devices.ts";
import { openEmulator, type RunningEmulator } from "./emulator.ts";
import { KEYS } from "./keys.ts";
import { startLifeHere } from "./life-here.ts";
import { nodeEnv } from "./node-env.ts";
import { endingOf, type Ending } from "./processes.ts";
import { pause, waitFor } from "./wait.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

export interface SystemOptions {
  /** Beside what a test always sets: ports, folder, Target. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run on this folder and leave it; otherwise on a new one that goes with the system. */
  readonly dataDir?: string;
  /** Where it runs unless a restart says otherwise; in a process of its own, unless told to be quick. */
  readonly where?: Where;
}

/**
 * In a process of its own, that can be killed; or in this one, which is many times quicker to start, and
 * serves no kiosk's page. For tests that restart it often and need no process.
 */
export type Where = "process" | "here";

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
  /** Starts again on the same folder and ports. `MOVED_CLOCK_MS` moves the clocks of a process ahead. */
  readonly restart: (env?: Readonly<Record<string, string>>, where?: Where) => Promise<void>;
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
  const { where: usualPlace = "process" } = options;
  if (usualPlace === "process") {
    await buildKioskIfStale(ROOT);
    await buildConsoleIfStale(ROOT);
  }
  const emulator = await openEmulator();
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), "tarjeta-proxy-"));
  const keysFile = path.join(dataDir, "keys.json");
  if (!existsSync(keysFile)) writeKeysFile(keysFile, KEYS);
  let stderr = "";
  let stdout = "";
  let life = await startProxy({ PORT: "0", ADMIN_PORT: "0" });

  const { kioskUrl, adminUrl } = life;
  const ports = { PORT: new URL(kioskUrl).port, ADMIN_PORT: new URL(adminUrl).port };

  function startProxy(env: Readonly<Record<string, string>>, where = usualPlace): Promise<Life> {
    const whole = {
      DATA_DIR: dataDir,
      TARGET_CLIENT: emulator.client,
      TARGET_ORIGIN: emulator.url,
      KIOSK_CONFIG: configFile({}),
      ...options.env,
      ...env,
    };
    const onStderr = (text: string) => void (stderr += text);
    if (where === "here") return startLifeHere(whole, onStderr);
    return startLife(whole, onStderr, (text) => void (stdout += text));
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
    pid: () => life.pid,
    stderr: () => stderr,
    stdout: () => stdout,
    kill: (signal) => {
      life.kill(signal);
      return life.ended;
    },
    restart: async (env = {}, where) => {
      life = await withFreePorts(() => startProxy({ ...ports, ...env }, where));
    },
    metric: async (name) => {
      const text = await (await ask("/metrics")).text();
      const line = text.split("\n").find((each) => each.startsWith(`${name} `));
      return Number(line?.slice(name.length + 1) ?? 0);
    },
    incidents: async () => (await (await ask(INCIDENTS_PATH)).json()).incidents,
    deadLetters: async () => (await (await ask(DEAD_LETTERS_PATH)).json()).deadLetters,
    stop: async () => {
      life.kill(usualPlace === "here" ? "SIGTERM" : "SIGKILL");
      await life.ended;
      await emulator.close();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Somebody else's connection may have got the port of a dead proxy; it lets go of it soon. */
async function withFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && / is in use on /.test(error.message);
      if (!isTaken || attempt === MOST_ATTEMPTS) throw error;
      await pause(500);
    }
  }
}

const MOST_ATTEMPTS = 20;

/** One life of the product, from its start to its end. */
export interface Life {
  /** Of the process it runs in. */
  readonly pid: number;
  readonly kill: (signal: "SIGKILL" | "SIGTERM") => void;
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
    new RegExp(`^${word}\\s+(http\\S+?)/(?:\\s|$)`, "m").exec(said.stdout())?.[1];
  const ready = waitFor("the proxy to be ready", async () => {
    const kioskUrl = urlAfter("Kiosk");
    const adminUrl = urlAfter("Console");
    if (kioskUrl === undefined || adminUrl === undefined) return undefined;
    return (await fetch(`${kioskUrl}/readyz`)).ok ? { kioskUrl, adminUrl } : undefined;
  });
  const early = ended.then(({ code, signal }) => {
    throw new Error(`The proxy ended at once (${code ?? signal}): ${said.stderr()}`);
  });
  early.catch(() => undefined); // Later deaths are the test's own doing.
  return {
    pid: child.pid!,
    kill: (signal) => void child.kill(signal),
    ended,
    ...(await Promise.race([ready, early])),
  };
}

/** `npm start` without npm: the same file under the same Node, and nothing of our environment. */
export function spawnProduct(env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(
    process.execPath,
    [...START_FLAGS, "--import", path.join(import.meta.dirname, "moved-clock.ts"), MAIN],
    {
      cwd: ROOT,
      env: { ...nodeEnv(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
}

const MAIN = "src/proxy/main.ts";

/** What `npm start` tells Node. */
const START_FLAGS = (
  / node ((?:--\S+ )*)src\/proxy\/main\.ts$/.exec(packageJson.scripts.start)?.[1] ?? ""
)
  .split(" ")
  .filter((flag) => flag !== "");

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
    env: { ...nodeEnv(), ...env },
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
