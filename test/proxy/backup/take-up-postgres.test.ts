import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { takeUpPostgres, type TakeUpOptions } from "../../../src/proxy/backup/take-up-postgres.ts";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { writePrivacyLog, type PrivacyRecord } from "../../../src/proxy/privacy/privacy-log.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import { ask, startPostgres, type TestServer } from "../../support/postgres.ts";
import { anEmptiedStore } from "../../support/postgres-store.ts";
import { aBatch, anId, anUpdate, NOW } from "../../support/store-builders.ts";
import { aFolder } from "../../support/store-files.ts";
import { runCommand } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";

const CARD = "2912345678906";
const vault = createVault(KEYS);
const visitorKey = vault.hashOf({ kind: "member", value: CARD });

let server: TestServer;
let databaseUrl: string;
let options: TakeUpOptions;
beforeAll(async () => {
  server = await startPostgres();
  databaseUrl = await server.newDatabase();
});
afterAll(() => server?.stop());

/** A database in which a member's scan waits, as a dump had it, and nobody is on. */
beforeEach(async () => {
  const store = await anEmptiedStore(databaseUrl);
  await store.ingest(aBatch([anUpdate({ card: CARD, attributes: { lastStore: "S" } })]));
  await store.close();
  await waitFor("nobody to be on the database", async () => (await onIt()) === 0);
  const dataDir = aFolder();
  const keysFile = path.join(dataDir, "keys.json");
  writeKeysFile(keysFile, KEYS);
  options = {
    databaseUrl,
    keysFile,
    dataDir,
    privacyLogs: [await aLog([])],
    isLogLost: false,
    cleared: { "*": "-" },
    nowMs: NOW,
    warn: (sentence) => {
      throw new Error(sentence);
    },
  };
});

async function onIt(): Promise<number> {
  const [row] = await ask(
    databaseUrl,
    "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'tarjeta'",
  );
  return Number(row!["n"]);
}

async function aLog(records: readonly PrivacyRecord[]): Promise<string> {
  const file = path.join(aFolder(), "privacy.log");
  await writePrivacyLog(file, records, vault);
  return file;
}

const rows = (sql: string) => ask(databaseUrl, sql);
const isMarked = async () => (await rows("SELECT restored FROM allowance_clock"))[0];
const incidents = () => rows("SELECT type FROM incident WHERE open = 1");

describe("[FC1] a PostgreSQL that pg_restore put back", () => {
  it("[BK3] is marked, and again when asked again; files that create members are gone", async () => {
    const creation = path.join(options.dataDir, "creation");
    mkdirSync(creation);
    writeFileSync(path.join(creation, "run"), "sealed");
    for (let time = 0; time < 2; time += 1) {
      expect(await takeUpPostgres(options)).toEqual({
        visitors: 0,
        kiosks: 0,
        privacyLog: "current",
      });
      expect(await isMarked()).toEqual({ restored: 1 });
    }
    expect(existsSync(creation)).toBe(false);
    expect(await incidents()).toEqual([]);
  });

  it("[PV6] [PR4] knows what any proxy's log has, whatever another's has of the same", async () => {
    const order = { act: "withdraw", visitorKey, atMs: NOW } as const;
    // What a proxy wrote down that only heard of it from the database.
    const heardOf = await aLog([order, { act: "shut-out", deviceId: anId(7), atMs: NOW }]);
    const asked = await aLog([{ ...order, attributes: ["lastStore", "lastKiosk"] }]);
    const found = await takeUpPostgres({ ...options, privacyLogs: [heardOf, asked] });
    expect(found).toEqual({ visitors: 1, kiosks: 1, privacyLog: "current" });
    expect(await rows("SELECT act FROM suppression")).toEqual([{ act: "withdraw" }]);
    const attributes = "SELECT name, value FROM attribute ORDER BY name";
    // `lastStore` never left as far as the dump knows, and the log knows better.
    expect(await rows(attributes)).toEqual([
      { name: "lastKiosk", value: "-" },
      { name: "lastStore", value: "-" },
    ]);
  });

  it("[BK4] opens an incident where a log is lost, or older than the dump", async () => {
    const lost = await takeUpPostgres({ ...options, privacyLogs: [], isLogLost: true });
    expect(lost.privacyLog).toBe("behind");
    expect(await incidents()).toEqual([{ type: "privacy-log-behind" }]);
    await rows("UPDATE incident SET open = 0");
    await rows(`INSERT INTO suppression VALUES ('${visitorKey}', 'erase', 1)`);
    expect((await takeUpPostgres(options)).privacyLog).toBe("behind");
    expect(await incidents()).toEqual([{ type: "privacy-log-behind" }]);
  });

  it("is refused by name, and unchanged, with other keys, an unreadable log, or a proxy on it", async () => {
    const other = path.join(aFolder(), "keys.json");
    writeKeysFile(other, makeKeys());
    const empty = path.join(aFolder(), "none.log");
    await expect(takeUpPostgres({ ...options, privacyLogs: [empty] })).rejects.toThrow(
      /none\.log: cannot be read \(ENOENT\); name the PRIVACY_LOG_FILE of every proxy/,
    );
    writeFileSync(empty, "");
    const wrongKeys = { ...options, keysFile: other, privacyLogs: [empty] };
    await expect(takeUpPostgres(wrongKeys)).rejects.toThrow(/^KEYS_FILE: these are not the keys/);
    const store = await anEmptiedStore(databaseUrl);
    await store.ledgerTimeMs();
    await expect(takeUpPostgres(options)).rejects.toThrow(/^DATABASE_URL: a proxy runs on that/);
    await store.close();
    expect(await isMarked()).toEqual({ restored: 0 });
  });

  it("is asked for by a command that says what it needs", async () => {
    const env = { DATABASE_URL: databaseUrl, KEYS_FILE: options.keysFile };
    const refused = await Promise.all([
      runCommand("restore", ["--database"], env),
      runCommand("restore", ["--database"], {}),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([1, 1]);
    expect(refused[0]!.stderr).toMatch(/^--database: name the PRIVACY_LOG_FILE of every proxy/);
    expect(refused[1]!.stderr).toMatch(/^--database: is for PostgreSQL; set DATABASE_URL/);
    const words = ["--database", "--log-lost"];
    const done = await runCommand("restore", words, { ...env, DATA_DIR: options.dataDir });
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toMatch(/^Restored .*\nWarning .*\nForwarding rests for up to a day/);
    expect(await isMarked()).toEqual({ restored: 1 });
  });
});
