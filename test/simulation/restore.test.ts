import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { KEYS } from "../support/keys.ts";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, type TestContext } from "vitest";
import { putBack } from "../../src/proxy/backup/put-back.ts";
import { takeBackup } from "../../src/proxy/backup/take-backup.ts";
import { openSqliteStore } from "../../src/proxy/store/sqlite-store.ts";
import { NOW } from "../support/store-builders.ts";
import { simulateAllowance } from "./allowance-world.ts";

const ALLOWED = 20;

/** Days of clock steps, crashes and restores by seed; `unmark` breaks what a restore left behind. */
async function daysWithRestores(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  seed: number,
  unmark = false,
) {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-restore-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const file = path.join(dataDir, "tarjeta.sqlite");
  const keysFile = path.join(dataDir, "keys.json");
  writeKeysFile(keysFile, KEYS);
  const open = () =>
    openSqliteStore({
      path: file,
      keys: KEYS,
      onFatal: (error) => {
        throw error;
      },
    });
  let store = await open();
  onTestFinished(() => store.close());
  const privacyLogFile = path.join(dataDir, "privacy.log");
  let made = 0;
  const take = async () => {
    made += 1;
    archive = await takeBackup({
      backupsDir: path.join(dataDir, "backups"),
      keysFile,
      privacyLogFile,
      copyDatabase: store.copyTo,
      nowMs: NOW + made,
    });
  };
  let archive = "";
  await take();
  return simulateAllowance({
    seed,
    steps: 60,
    allowed: ALLOWED,
    store,
    isRough: true,
    backups: {
      take,
      putBack: async () => {
        await store.close();
        await putBack({ archive, dataDir, keysFile, privacyLogFile, force: true, nowMs: NOW });
        if (unmark) withoutMark(file);
        store = await open();
        return store;
      },
    },
  });
}

function withoutMark(file: string): void {
  const db = new DatabaseSync(file);
  db.exec("UPDATE allowance_clock SET restored = 0");
  db.close();
}

// Side by side: each waits for its own disk most of the time.
describe.concurrent("[QT1] [BK3] no 24 hours hold more calls than allowed", () => {
  it.for([1, 2, 3, 4, 5, 6])(
    "however often a backup is put back, by seed %i",
    { timeout: 120_000 },
    async (seed, test) => {
      const report = await daysWithRestores(test, seed);
      expect(report.restores).toBeGreaterThan(0);
      expect(report.maxInAnyWindow).toBeLessThanOrEqual(ALLOWED);
      // Not by standing still.
      expect(report.total).toBeGreaterThan(ALLOWED);
    },
  );

  it("and the simulation catches a restore that charges nothing", async (test) => {
    let most = 0;
    for (const seed of [1, 2, 3]) {
      if (most > ALLOWED) break;
      most = Math.max(most, (await daysWithRestores(test, seed, true)).maxInAnyWindow);
    }
    expect(most).toBeGreaterThan(ALLOWED);
  }, 120_000);
});
