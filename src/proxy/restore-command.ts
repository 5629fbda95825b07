import path from "node:path";
import { putBack } from "./backup/put-back.ts";
import { takeUpPostgres } from "./backup/take-up-postgres.ts";
import { settingsFrom, type Settings } from "./settings.ts";
import { createStages } from "./backup/stages.ts";
import { runCommand } from "./run-command.ts";
import { StartupError } from "./startup-error.ts";
import { systemClock } from "./system-clock.ts";

// Composition root of `npm run restore -- <folder> [--force]`, and, for a PostgreSQL that pg_restore
// put back, of `npm run restore -- --database <privacy log>… [--log-lost]`.

const RESTS = "Forwarding rests for up to a day: calls made since the backup count as used.";

const words = process.argv.slice(2);
const isGiven = (option: string) => words.includes(option);
const named = words.filter((word) => !word.startsWith("--")).map((word) => path.resolve(word));

await runCommand(async () => {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const { databaseUrl } = settings.value;
  if (databaseUrl !== undefined) await takeUpDatabase(settings.value, databaseUrl);
  else await restoreFolder(settings.value);
});

async function takeUpDatabase(settings: Settings, databaseUrl: string): Promise<void> {
  if (!isGiven("--database")) {
    throw new StartupError(
      "DATABASE_URL: stop every proxy and put the dump back with pg_restore, together with its KEYS_FILE; then say so: npm run restore -- --database <privacy log of every proxy>",
    );
  }
  const isLogLost = isGiven("--log-lost");
  if (named.length === 0 && !isLogLost) {
    throw new StartupError(
      "--database: name the PRIVACY_LOG_FILE of every proxy, one after the other: who withdrew since the dump stands only there. Give --log-lost where one is gone.",
    );
  }
  const { dataDir, keysFile, clearedValues: cleared } = settings;
  const { visitors, kiosks, privacyLog } = await takeUpPostgres({
    databaseUrl,
    keysFile,
    privacyLogs: named,
    isLogLost,
    dataDir,
    cleared,
    nowMs: systemClock.wallMs(),
    warn: (sentence) => console.error(sentence),
  });
  console.log(
    `Restored  the database of DATABASE_URL; ${visitors} withdrawn or erased, ${kiosks} kiosks shut out`,
  );
  if (privacyLog === "behind") {
    console.log(
      "Warning   a privacy log is missing or older than the dump: withdrawals, erasures and revocations made since are not known any more; do them again.",
    );
  }
  console.log(RESTS);
}

async function restoreFolder(settings: Settings): Promise<void> {
  const force = isGiven("--force");
  const [archive] = named;
  if (isGiven("--database")) {
    throw new StartupError(
      "--database: is for PostgreSQL; set DATABASE_URL, or name a backup's folder.",
    );
  }
  if (archive === undefined) {
    throw new StartupError("Name the backup's folder: npm run restore -- <folder> [--force]");
  }
  const { dataDir, keysFile, privacyLogFile } = settings;
  const restored = await putBack({
    archive,
    dataDir,
    keysFile,
    privacyLogFile,
    force,
    nowMs: systemClock.wallMs(),
    stages: createStages(process.stderr, systemClock.monoMs),
  });
  console.log(`Restored  ${dataDir} as of ${new Date(restored.madeAtMs).toISOString()}`);
  if (restored.formerKeysFile !== undefined) {
    console.log(
      `Old keys  ${restored.formerKeysFile}  (a copy; those of this installation are still in use)`,
    );
  }
  if (restored.privacyLog !== "current") {
    console.log(
      `Warning   ${privacyLogFile} was ${restored.privacyLog === "missing" ? "missing" : "older than the backup"}: withdrawals, erasures and revocations made since the backup are not known any more; do them again.`,
    );
  }
  console.log(RESTS);
}
