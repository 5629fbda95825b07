import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { DATABASE_FILE } from "./backup/archive.ts";
import { readKeysFile } from "./keys/keys-file.ts";
import { createMoveProgress } from "./move/move-progress.ts";
import { moveToPostgres } from "./move/move-to-postgres.ts";
import { takeBack } from "./move/take-back.ts";
import { settingsFrom, type Settings } from "./settings.ts";
import { runCommand } from "./run-command.ts";
import { StartupError } from "./startup-error.ts";
import { dayOf } from "./store/moved-mark.ts";
import { systemClock } from "./system-clock.ts";

// Composition root of `npm run move [-- --back]`.

await runCommand(async () => {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const words = process.argv.slice(2);
  if (words.some((word) => word !== "--back")) {
    // Others on this machine can read a command line, and an address holds a password.
    throw new StartupError(
      "npm run move takes nothing but --back: give the database's address as DATABASE_URL or DATABASE_URL_FILE.",
    );
  }
  const file = path.join(settings.value.dataDir, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new StartupError(`DATA_DIR: there is no ${file}; set DATA_DIR to the proxy's folder.`);
  }
  await (words.length > 0 ? back(file) : move(file, settings.value));
});

async function move(file: string, { databaseUrl, keysFile }: Settings): Promise<void> {
  if (databaseUrl === undefined) {
    throw new StartupError(
      "DATABASE_URL: give the address of an empty PostgreSQL database to move to, best as DATABASE_URL_FILE.",
    );
  }
  const moved = await moveToPostgres({
    file,
    url: databaseUrl,
    keys: readKeysFile(keysFile),
    newId: randomUUID,
    wallMs: systemClock.wallMs,
    progress: createMoveProgress({
      monoMs: systemClock.monoMs,
      say: (line) => console.log(line),
    }),
  });
  console.log(
    moved.type === "moved"
      ? `Moved     ${moved.rows} rows of ${moved.tables} tables, each compared`
      : `Moved     already, ${dayOf(moved.atMs)}`,
  );
  console.log(
    "Start the proxies with this DATABASE_URL and KEYS_FILE, the first of them on the same DATA_DIR.",
  );
  console.log(
    `${file} stays as it is, marked as moved: no proxy starts on it. To go back to it: npm run move -- --back`,
  );
}

async function back(file: string): Promise<void> {
  const movedAtMs = await takeBack(file);
  console.log(`Back      ${file} as of ${dayOf(movedAtMs)}`);
  console.log(
    "Kiosks send again what came in since, up to seven days. Forwarding rests for up to a day: calls made since count as used.",
  );
}
