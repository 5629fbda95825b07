import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { backup } from "node:sqlite";
import { BACKUP_PATH, BackupReceipt } from "../contract/admin.ts";
import { Problem } from "../contract/problem.ts";
import { DATABASE_FILE, readArchive, syncToDisk } from "./backup/archive.ts";
import { BACKUP_BY_PG_DUMP } from "./store/open-store.ts";
import { openAlone } from "./backup/open-alone.ts";
import { createStages } from "./backup/stages.ts";
import { takeBackup } from "./backup/take-backup.ts";
import { settingsFrom, type Settings } from "./settings.ts";
import { runCommand } from "./run-command.ts";
import { StartupError } from "./startup-error.ts";
import { systemClock } from "./system-clock.ts";

// Composition root of `npm run backup -- [folder]`: asks the proxy that runs for a backup, since it
// holds its database for itself, or makes one where none runs.

const stages = createStages(process.stderr, systemClock.monoMs);

await runCommand(async () => {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  refuseForPostgres(settings.value);
  const made = (await askProxy(settings.value)) ?? (await makeHere(settings.value));
  const wanted = process.argv[2];
  console.log(
    `Backup    ${wanted === undefined ? made : await moveTo(made, path.resolve(wanted))}`,
  );
});

/** Its own tools know how to copy it; ours would promise what they did not try. */
function refuseForPostgres({ databaseUrl }: Settings): void {
  if (databaseUrl === undefined) return;
  throw new StartupError(`DATABASE_URL: ${BACKUP_BY_PG_DUMP}.`);
}

/** The folder of the archive; nothing when no proxy runs where the settings say. */
async function askProxy(settings: Settings): Promise<string | undefined> {
  const { adminHost, adminPort, dataDir } = settings;
  const tokenFile = path.join(dataDir, "admin-token");
  const token =
    settings.adminToken ?? (existsSync(tokenFile) ? readFileSync(tokenFile, "utf8").trim() : "");
  const host = adminHost.includes(":") ? `[${adminHost}]` : adminHost;
  stages.begin(`asking the proxy at ${host}:${adminPort} for a backup`);
  let answer: Response;
  try {
    answer = await fetch(`http://${host}:${adminPort}${BACKUP_PATH}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      redirect: "error",
    });
  } catch {
    // Nobody listens there; whether one runs after all, its lock on the database tells.
    return undefined;
  }
  const body: unknown = await answer.json().catch(() => undefined);
  const receipt = BackupReceipt.safeParse(body);
  if (answer.ok && receipt.success && isWithin(receipt.data.folder, dataDir)) {
    return receipt.data.folder;
  }
  const problem = Problem.safeParse(body);
  throw new StartupError(
    problem.success
      ? `The proxy at ${host}:${adminPort} made no backup: ${problem.data.title}. ${problem.data.detail}`
      : `ADMIN_PORT: what answers at ${host}:${adminPort} is not the proxy of ${dataDir}; give both as it was started with.`,
  );
}

/** Ours: 40 MB, so that a person sees it move. */
const PAGES_A_STEP = 10_000;

interface BackupProgressInfo {
  readonly totalPages: number;
  readonly remainingPages: number;
}

async function makeHere({ dataDir, keysFile, privacyLogFile }: Settings): Promise<string> {
  const file = path.join(dataDir, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new StartupError(`DATA_DIR: there is no ${file}; set DATA_DIR to the proxy's folder.`);
  }
  const database = openAlone(file);
  try {
    return await takeBackup({
      backupsDir: path.join(dataDir, "backups"),
      keysFile,
      privacyLogFile,
      copyDatabase: async (copy) => {
        const progress = ({ remainingPages, totalPages }: BackupProgressInfo) =>
          stages.part(totalPages - remainingPages, totalPages);
        await backup(database, copy, { rate: PAGES_A_STEP, progress });
      },
      nowMs: systemClock.wallMs(),
      stages,
    });
  } finally {
    database.close();
  }
}

/** Also to another disk; checked there, and only then gone here. */
async function moveTo(made: string, wanted: string): Promise<string> {
  if (existsSync(wanted)) {
    throw new StartupError(`${wanted}: is there already; name another folder. Backup: ${made}`);
  }
  const partial = `${wanted}.partial`;
  stages.begin(`copying it to ${wanted}`);
  cpSync(made, partial, { recursive: true });
  chmodSync(partial, 0o700);
  for (const name of readdirSync(partial)) {
    chmodSync(path.join(partial, name), 0o600);
    syncToDisk(path.join(partial, name));
  }
  stages.begin("checking it there");
  await readArchive(partial);
  renameSync(partial, wanted);
  syncToDisk(path.dirname(wanted));
  rmSync(made, { recursive: true });
  return wanted;
}

function isWithin(file: string, folder: string): boolean {
  return path.resolve(file).startsWith(path.resolve(folder) + path.sep);
}
