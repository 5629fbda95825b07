import path from "node:path";
import { putBack } from "./backup/put-back.ts";
import { createStages } from "./backup/stages.ts";
import { settingsFrom } from "./settings.ts";
import { StartupError } from "./startup-error.ts";
import { systemClock } from "./system-clock.ts";

// Composition root of `npm run restore -- <folder> [--force]`.

try {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const force = process.argv.includes("--force");
  const archive = process.argv.slice(2).find((word) => !word.startsWith("--"));
  if (archive === undefined) {
    throw new StartupError("Name the backup's folder: npm run restore -- <folder> [--force]");
  }
  const { dataDir, databaseUrl, keysFile, privacyLogFile } = settings.value;
  if (databaseUrl !== undefined) {
    throw new StartupError(
      "DATABASE_URL: this restores SQLite in DATA_DIR; put a dump of PostgreSQL back with pg_restore, together with its KEYS_FILE.",
    );
  }
  const restored = await putBack({
    archive: path.resolve(archive),
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
  console.log("Forwarding rests for up to a day: calls made since the backup count as used.");
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
