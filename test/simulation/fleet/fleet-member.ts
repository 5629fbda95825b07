import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { endingOf, type Ending } from "../../support/processes.ts";
import { openTcpLine, type TcpLine } from "../../support/tcp-line.ts";
import type { FleetClock } from "./fleet-clock.ts";

/** One proxy of a fleet: a process of its own that lives and dies, and the lines it hangs on. */
export interface FleetMember {
  readonly dataDir: string;
  /** To the database, and to Target. */
  readonly database: TcpLine;
  readonly target: TcpLine;
  /** The same in every life. */
  readonly kioskUrl: () => string;
  /** Throws when it ended without having been told to. */
  readonly isUp: () => boolean;
  /** Resolves when it answers. Tries again where something else that was broken kept it from starting. */
  readonly start: () => Promise<void>;
  readonly kill: (signal: "SIGKILL" | "SIGTERM") => Promise<Ending>;
  /** Asks its admin listener, as its operator. */
  readonly admin: (address: string, body: object) => Promise<unknown>;
  readonly privacyLogFile: string;
  readonly close: () => Promise<void>;
}

export interface MemberOptions {
  readonly databaseUrl: string;
  readonly targetPort: number;
  readonly keysFile: string;
  readonly allowed: number;
  readonly clock: FleetClock;
}

/** Ours: real milliseconds a proxy waits for Target; short, since nobody waits for the other clock. */
const CALL_MS = 1_000;

/** Ours: a start meets one fault of the others', or two. */
const MAX_STARTS = 5;

const ADMIN_TOKEN = "the-operator-of-a-fleet";

const Ready = z.object({ kioskUrl: z.string(), adminUrl: z.string() });

/** Not yet started. */
export async function createMember(options: MemberOptions): Promise<FleetMember> {
  const { clock } = options;
  const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-fleet-"));
  const privacyLogFile = path.join(dataDir, "privacy.log");
  const databaseUrl = new URL(options.databaseUrl);
  const database = await openTcpLine(Number(databaseUrl.port));
  const target = await openTcpLine(options.targetPort);
  databaseUrl.port = String(database.port);
  let urls = { kioskUrl: "http://127.0.0.1:0", adminUrl: "http://127.0.0.1:0" };
  let life: { readonly child: ChildProcess; readonly ended: Promise<Ending> } | undefined;
  let endedByItself: string | undefined;

  const startOnce = async (): Promise<string | undefined> => {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "fleet-proxy.ts")], {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        PORT: new URL(urls.kioskUrl).port,
        ADMIN_PORT: new URL(urls.adminUrl).port,
        ADMIN_TOKEN,
        DATA_DIR: dataDir,
        DATABASE_URL: databaseUrl.href,
        KEYS_FILE: options.keysFile,
        TARGET_CLIENT: "demo",
        TARGET_ORIGIN: `http://127.0.0.1:${target.port}`,
        TARGET_DAILY_CALLS: String(options.allowed),
        LOG_LEVEL: "fatal",
        FLEET_NOW_MS: String(clock.wallMs()),
        FLEET_CALL_MS: String(CALL_MS),
      },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    clock.attach(child);
    let said = "";
    child.stderr!.on("data", (chunk: Buffer) => (said += String(chunk)));
    const ended = endingOf(child);
    const ready = new Promise<z.infer<typeof Ready>>((resolve) => {
      child.on("message", (message) => {
        const told = Ready.safeParse(message);
        if (told.success) resolve(told.data);
      });
    });
    const first = await Promise.race([ready, ended]);
    if (!("kioskUrl" in first)) return said;
    urls = first;
    life = { child, ended };
    void ended.then(() => {
      if (life?.child === child) endedByItself = said;
    });
    return undefined;
  };

  return {
    dataDir,
    database,
    target,
    privacyLogFile,
    kioskUrl: () => urls.kioskUrl,
    isUp: () => {
      if (endedByItself !== undefined) throw new Error(`A proxy ended by itself: ${endedByItself}`);
      return life !== undefined;
    },
    start: async () => {
      let said: string | undefined;
      for (let tries = 0; tries < MAX_STARTS; tries += 1) {
        said = await startOnce();
        if (said === undefined) return;
      }
      throw new Error(`A proxy does not start: ${said}`);
    },
    kill: async (signal) => {
      if (life === undefined) throw new Error("It is not up.");
      const { child, ended } = life;
      life = undefined;
      child.kill(signal);
      return ended;
    },
    admin: async (address, body) => {
      const answer = await fetch(urls.adminUrl + address, {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${address} answered ${answer.status}.`);
      return answer.json();
    },
    close: async () => {
      const last = life;
      life = undefined;
      last?.child.kill("SIGKILL");
      await last?.ended;
      await database.close();
      await target.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
