import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { putBack } from "../../../src/proxy/backup/put-back.ts";
import { takeBackup } from "../../../src/proxy/backup/take-backup.ts";
import { writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { createMoveProgress } from "../../../src/proxy/move/move-progress.ts";
import { moveToPostgres, type MoveOptions } from "../../../src/proxy/move/move-to-postgres.ts";
import { takeBack } from "../../../src/proxy/move/take-back.ts";
import { StartupError } from "../../../src/proxy/startup-error.ts";
import { MIGRATIONS } from "../../../src/proxy/store/migrations.ts";
import { openSqliteStore } from "../../../src/proxy/store/sqlite-store.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { memberCards } from "../../support/cards.ts";
import { KEYS } from "../../support/keys.ts";
import { liveThrough, REMEMBERED } from "../../support/lived-store.ts";
import { openPostgresLine } from "../../support/postgres-line.ts";
import { ask, startPostgres, type TestServer } from "../../support/postgres.ts";
import { aPostgresStore } from "../../support/postgres-store.ts";
import { endingOf } from "../../support/processes.ts";
import { aBatch, aDevice, anId, anUpdate, NOW } from "../../support/store-builders.ts";
import { dumpPostgres, dumpSqlite, tablesIn } from "../../support/store-dump.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { runCommand, startSystem } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const LIMITS = { cardsPerMinute: 12 };

let server: TestServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.stop());

/** A file with some weeks in it. */
async function aLivedFile(seed = 1) {
  const file = path.join(aFolder(), "tarjeta.sqlite");
  const store = await aSqliteStore({ path: file, limits: LIMITS });
  const { allowanceUsed } = await liveThrough(store, seed);
  await store.close();
  return { file, allowanceUsed };
}

/** A file with one scan in it. */
async function aFile(): Promise<string> {
  const file = path.join(aFolder(), "tarjeta.sqlite");
  const store = await aSqliteStore({ path: file });
  await store.ingest(aBatch([anUpdate()]));
  await store.close();
  return file;
}

const silent = createMoveProgress({ monoMs: () => 0, say: () => {} });

function move(file: string, url: string, options: Partial<MoveOptions> = {}) {
  return moveToPostgres({
    file,
    url,
    keys: KEYS,
    newId: () => anId(0x40),
    wallMs: () => NOW,
    progress: silent,
    ...options,
  });
}

/** Makes a server that changes what it is given, from the moment the table is there. */
const SPOILING = `
  CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.value := NEW.value || '!'; RETURN NEW; END $$;
  CREATE FUNCTION plant() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN
      IF to_regclass('attribute') IS NOT NULL THEN
        CREATE OR REPLACE TRIGGER spoil BEFORE INSERT ON attribute
          FOR EACH ROW EXECUTE FUNCTION spoil();
      END IF;
    END $$;
  CREATE EVENT TRIGGER plant ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION plant()`;

async function sentenceOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  return (error as Error).message;
}

const open = (file: string) => openSqliteStore({ path: file, keys: KEYS, onFatal: () => {} });

/** What a store says of itself where somebody asks. */
async function wordsOf(store: Store) {
  return {
    figures: await store.figures(NOW, NOW),
    ledgerMs: await store.ledgerTimeMs(),
    incidents: await store.incidents(500),
    deadLetters: await store.deadLetters(500),
    held: await store.held(500),
    audit: await store.audit(500),
    devices: await store.keyedDevices(),
    suppressions: await store.suppressions(),
    configs: await store.publishedConfigs(),
    receipts: await store.receipts({ limit: 1_000 }),
  };
}

describe("a move to PostgreSQL", () => {
  it.each([1, 2])(
    "[MV1] ends with the same bytes in every table, compared row by row: seed %i",
    async (seed) => {
      const { file } = await aLivedFile(seed);
      const before = dumpSqlite(file);
      const url = await server.newDatabase();
      const lines: string[] = [];
      const progress = createMoveProgress({ monoMs: () => 0, say: (line) => lines.push(line) });
      const moved = await move(file, url, { progress });
      expect(moved).toMatchObject({ type: "moved", rows: before.length });
      expect(await dumpPostgres(url)).toEqual(before);
      // The file is what it was, but for the mark.
      expect(dumpSqlite(file)).toEqual(before);
      expect(lines.some((line) => /^Copied {4}journal: \d+ of \d+ rows, \d+ %/.test(line))).toBe(
        true,
      );
      expect(lines.at(-1)).toMatch(/^Checked .* 100 % of all/);
      const filled = new Set(before.map((line) => line.slice(0, line.indexOf(" "))));
      const empty = (await tablesIn(url)).filter((name) => !filled.has(name));
      expect(empty.toSorted()).toEqual(["owed_work", "schema_version"]);
    },
  );

  it("[MV1] [QT1] leaves a store that says and does what the file's would", async () => {
    const { file, allowanceUsed } = await aLivedFile();
    const copy = path.join(aFolder(), "tarjeta.sqlite");
    copyFileSync(file, copy);
    const url = await server.newDatabase();
    await move(file, url);
    const there = await aPostgresStore(url, { limits: LIMITS });
    const here = await aSqliteStore({ path: copy, limits: LIMITS });
    expect(await wordsOf(there)).toEqual(await wordsOf(here));

    expect(await there.ingest(REMEMBERED)).toMatchObject({ type: "repeated" });
    const again = aBatch(REMEMBERED.updates, { device: aDevice(7) });
    expect(await there.ingest(again)).toMatchObject({
      receipt: { verdicts: [1, 2, 3].map(() => ({ verdict: "duplicate" })) },
    });
    // Who withdrew stays out.
    const late = aBatch([anUpdate({ card: "291", seq: 9, epoch: anId(0xe9) })]);
    expect(await there.ingest(late)).toMatchObject({
      receipt: { verdicts: [{ verdict: "rejected", reason: "withdrawn" }] },
    });
    // What was spent is spent.
    expect(allowanceUsed).toBeGreaterThan(10);
    const ledgerMs = (await here.ledgerTimeMs())!;
    const ask = { ledgerMs, maxCallMs: 1, allowed: allowanceUsed + 2 };
    for (const store of [here, there]) {
      const charged = [];
      for (let call = 0; call < 3; call += 1) charged.push(await store.chargeAnother(ask));
      expect(charged).toEqual([true, true, false]);
    }
  });

  it("[MV1] [MV2] is none where a single value reads otherwise than it was written", async () => {
    const file = await aFile();
    const url = await server.newDatabase();
    await ask(url, SPOILING);
    expect(await sentenceOf(move(file, url))).toMatch(
      /^DATABASE_URL: the table attribute does not read as it was written \(1 of 1 rows\); nothing/,
    );
    expect(await tablesIn(url)).toEqual([]);
    await (await open(file)).close();
  });

  it("[MV2] killed in the middle leaves nothing there and the file as it was; again, it goes through", async () => {
    const { file } = await aLivedFile();
    const before = dumpSqlite(file);
    const url = await server.newDatabase();
    const line = await openPostgresLine(url);
    onTestFinished(line.close);
    const dataDir = path.dirname(file);
    const keysFile = path.join(dataDir, "keys.json");
    writeKeysFile(keysFile, KEYS);
    const env = { DATA_DIR: dataDir, KEYS_FILE: keysFile };
    const halfway = line.stopAt("INSERT INTO journal", "before");
    const child = spawn(process.execPath, ["src/proxy/move-command.ts"], {
      cwd: ROOT,
      env: { ...env, DATABASE_URL: line.url },
      stdio: "ignore",
    });
    const ended = endingOf(child);
    await halfway;
    child.kill("SIGKILL");
    await ended;
    line.cut();
    expect(await tablesIn(url)).toEqual([]);
    expect(dumpSqlite(file)).toEqual(before);
    await (await open(file)).close();

    const { code, stdout, stderr } = await runCommand("move", [], { ...env, DATABASE_URL: url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Moved {5}${before.length} rows of \\d+ tables`, "m"));
    expect(stdout).not.toContain("postgres://");
    expect(await dumpPostgres(url)).toEqual(before);
  });

  it("[MV2] whose connection breaks leaves nothing there and the file as it was", async () => {
    const file = await aFile();
    const url = await server.newDatabase();
    const line = await openPostgresLine(url);
    onTestFinished(line.close);
    const halfway = line.stopAt("FETCH", "before");
    const moving = sentenceOf(move(file, line.url));
    await halfway;
    line.cut();
    expect(await moving).toMatch(/^DATABASE_URL: the move broke off .*; nothing was moved\.$/);
    expect(await tablesIn(url)).toEqual([]);
    await (await open(file)).close();
  });

  it.each([
    ["was kept", "after", "was-moved"],
    ["was not kept", "before", "moved"],
  ] as const)(
    "[MV2] whose last answer is lost lets nobody start on the file until it is run again: it %s",
    async (_what, when, outcome) => {
      const file = await aFile();
      const before = dumpSqlite(file);
      const url = await server.newDatabase();
      const line = await openPostgresLine(url);
      onTestFinished(line.close);
      const last = line.stopAt("COMMIT\0", when);
      const moving = sentenceOf(move(file, line.url));
      await last;
      line.cut();
      expect(await moving).toMatch(
        /^DATABASE_URL: whether the database kept it is not known .*run npm run move again/,
      );
      expect(await sentenceOf(open(file))).toMatch(
        /was moved to PostgreSQL on 2026-11-23 08:00 UTC/,
      );
      expect(await move(file, url, { newId: () => anId(0x41) })).toMatchObject({ type: outcome });
      expect(await dumpPostgres(url)).toEqual(before);
    },
  );
});

describe("a move that must not be", () => {
  it("[MV3] is refused while a proxy runs, and while the database has anything in it", async () => {
    const file = await aFile();
    const url = await server.newDatabase();
    const store = await open(file);
    expect(await sentenceOf(move(file, url))).toMatch(/^DATA_DIR: .* in use by a proxy that runs/);
    await store.close();
    await ask(url, "CREATE TABLE somebody_elses (a TEXT)");
    expect(await sentenceOf(move(file, url))).toMatch(
      /^DATABASE_URL: that database is not empty \(it has 1 tables\)/,
    );
    const used = await server.newDatabase();
    await aPostgresStore(used);
    expect(await sentenceOf(move(file, used))).toMatch(/^DATABASE_URL: that database is not empty/);
    await (await open(file)).close();
  });

  it("[MV3] is refused with other keys, another schema, and a file that is none", async () => {
    const file = await aFile();
    const url = await server.newDatabase();
    const before = readFileSync(file);
    expect(await sentenceOf(move(file, url, { keys: makeKeys() }))).toMatch(
      /^KEYS_FILE: these are not the keys .* was written with \(the pepper is another one\)/,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
    const withVersion = (version: number) => {
      const copy = path.join(aFolder(), "tarjeta.sqlite");
      copyFileSync(file, copy);
      const db = new DatabaseSync(copy);
      db.exec(`UPDATE schema_version SET version = ${version}`);
      db.close();
      return copy;
    };
    const { length } = MIGRATIONS;
    expect(await sentenceOf(move(withVersion(length + 1), url))).toMatch(
      /^DATA_DIR: .* by a newer version/,
    );
    expect(await sentenceOf(move(withVersion(length - 1), url))).toMatch(
      /^DATA_DIR: .* by an older version .* start this version on it once/,
    );
    const text = path.join(aFolder(), "tarjeta.sqlite");
    writeFileSync(text, "no database, but long enough to be taken for one ".repeat(100));
    expect(await sentenceOf(move(text, url))).toMatch(/^DATA_DIR: .* cannot be read as a store/);
    expect(await tablesIn(url)).toEqual([]);
  });

  it("[MV3] is refused by one sentence of the command, which never repeats the address", async () => {
    const dataDir = path.join(aFolder(), "data");
    mkdirSync(dataDir);
    const keysFile = path.join(dataDir, "keys.json");
    writeKeysFile(keysFile, KEYS);
    const nowhere = "postgres://tarjeta:hunter2@127.0.0.1:1/nowhere";
    const env = { DATA_DIR: dataDir, KEYS_FILE: keysFile, DATABASE_URL: nowhere };
    const refusal = async (words: readonly string[], changes: Record<string, string> = {}) => {
      const { code, stderr } = await runCommand("move", words, { ...env, ...changes });
      expect(code).toBe(1);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).not.toContain("hunter2");
      return stderr;
    };
    expect(await refusal([nowhere])).toMatch(/^npm run move takes nothing but --back/);
    expect(await refusal([])).toMatch(/^DATA_DIR: there is no .*tarjeta\.sqlite/);
    copyFileSync(await aFile(), path.join(dataDir, "tarjeta.sqlite"));
    expect(await refusal([])).toMatch(/^DATABASE_URL: the server cannot be reached/);
    expect(await refusal([], { DATABASE_URL: "" })).toMatch(/^DATABASE_URL: give the address of/);
    expect(await refusal(["--back"])).toMatch(/^DATA_DIR: .* was not moved/);
  });
});

describe("a file that was moved", () => {
  it("[MV4] is refused by this version and by earlier ones, until it is taken back", async () => {
    const file = await aFile();
    const url = await server.newDatabase();
    await move(file, url);
    expect(await sentenceOf(open(file))).toBe(
      `DATA_DIR: ${file} was moved to PostgreSQL on 2026-11-23 08:00 UTC; give its DATABASE_URL, or take the file back with npm run move -- --back.`,
    );
    const db = new DatabaseSync(file, { readOnly: true });
    // By this, programs that know no mark refuse what is newer than they are.
    const found = Number(db.prepare("SELECT version FROM schema_version").get()?.["version"]);
    db.close();
    expect(found).toBe(1_000_000 + MIGRATIONS.length);
    expect(await move(file, url)).toEqual({ type: "was-moved", atMs: NOW });
    const other = await server.newDatabase();
    // Somebody gave the first one up: to another it can still be moved.
    expect(await move(file, other)).toMatchObject({ type: "moved" });
  });

  it("[MV4] gives way to no backup, forced or not, until it is taken back", async () => {
    const file = await aFile();
    const dataDir = path.dirname(file);
    const beside = {
      keysFile: path.join(dataDir, "keys.json"),
      privacyLogFile: path.join(dataDir, "privacy.log"),
      nowMs: NOW,
    };
    writeKeysFile(beside.keysFile, KEYS);
    const archive = await takeBackup({
      ...beside,
      backupsDir: path.join(dataDir, "backups"),
      copyDatabase: async (to) => copyFileSync(file, to),
    });
    await move(file, await server.newDatabase());
    const restore = () => putBack({ ...beside, archive, dataDir, force: true });
    expect(await sentenceOf(restore())).toMatch(
      /^DATA_DIR: .* was moved to PostgreSQL on .* --back/,
    );
    await takeBack(file);
    await restore();
    await (await open(file)).close();
  });

  it("[MV4] [QT1] taken back is a database put back to then: all that is left of the day is charged", async () => {
    const { file, allowanceUsed } = await aLivedFile();
    const url = await server.newDatabase();
    await move(file, url);
    expect(await takeBack(file)).toBe(NOW);
    const store = await aSqliteStore({ path: file, limits: LIMITS });
    const ledgerMs = (await store.ledgerTimeMs())!;
    const allowed = allowanceUsed + 100;
    const ask = { nowMs: ledgerMs, ledgerMs, maxCallMs: 1, allowed, leaseMs: 60_000, limit: 9 };
    expect((await store.claim(ask)).claims).toEqual([]);
    expect((await store.figures(ledgerMs, ledgerMs)).allowanceUsed).toBe(allowed);
    expect(await store.ingest(REMEMBERED)).toMatchObject({ type: "repeated" });
    await store.close();
    expect(await sentenceOf(takeBack(file).then(() => {}))).toMatch(/was not moved/);
  });
});

describe("the product, moved", () => {
  it("[MV1] [MV4] goes on where it was, and does not start on the file by accident", async () => {
    const url = await server.newDatabase();
    const system = await startSystem();
    onTestFinished(system.stop);
    const cards = memberCards(3, 8_300);
    system.emulator.know(cards);
    const kiosk = await createRawKiosk(system);
    kiosk.add(cards[0]!);
    const { nonce, body } = kiosk.request();
    expect((await kiosk.post(body, { nonce })).status).toBe(200);
    await system.emulator.arrived([cards[0]!]);
    await waitFor("the call to be settled", async () => {
      return (await system.metric("tarjeta_visitors_waiting")) === 0;
    });
    const used = await system.metric("tarjeta_allowance_used_calls");
    expect(used).toBeGreaterThan(0);
    const keysFile = path.join(system.dataDir, "keys.json");
    const env = { DATA_DIR: system.dataDir, KEYS_FILE: keysFile, DATABASE_URL: url };
    expect((await runCommand("move", [], env)).stderr).toMatch(/in use by a proxy that runs/);
    await system.kill("SIGTERM");
    expect(await runCommand("move", [], env)).toMatchObject({ code: 0, stderr: "" });

    await system.restart(env);
    expect(await system.metric("tarjeta_allowance_used_calls")).toBe(used);
    // What was taken in before is a repeat, and the kiosk is known without being paired anew.
    expect(await kiosk.send()).toMatchObject([{ verdict: "duplicate" }]);
    kiosk.add(cards[1]!);
    expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
    await system.emulator.arrived([cards[1]!]);
    expect(system.emulator.callsFor(cards[0]!)).toHaveLength(1);
    await system.kill("SIGTERM");

    await expect(system.restart()).rejects.toThrow(/was moved to PostgreSQL on/);
    const back = await runCommand("move", ["--back"], { DATA_DIR: system.dataDir });
    expect(back).toMatchObject({ code: 0, stderr: "" });
    await system.restart();
    expect((await kiosk.post(body, { nonce })).status).toBe(200);
  }, 150_000);
});
