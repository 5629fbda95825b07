import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/proxy/backup/archive.ts";
import { putBack } from "../../../src/proxy/backup/put-back.ts";
import { takeBackup } from "../../../src/proxy/backup/take-backup.ts";
import { readKeysFile, writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { makeKeys, makeSealingKey, makeStorageKey } from "../../../src/proxy/keys/keys.ts";
import { KEYS } from "../../support/keys.ts";
import { aBatch, anId, anUpdate, NOW } from "../../support/store-builders.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";

/** A proxy's folder with a running store in it, and what a backup of it needs. */
async function aDataDir() {
  const dataDir = aFolder();
  const store = await aSqliteStore({ path: path.join(dataDir, "tarjeta.sqlite") });
  const keysFile = path.join(dataDir, "keys.json");
  const backupsDir = path.join(dataDir, "backups");
  const privacyLogFile = path.join(dataDir, "privacy.log");
  const take = (copyDatabase = store.copyTo) =>
    takeBackup({ backupsDir, keysFile, privacyLogFile, copyDatabase, nowMs: NOW });
  const ingest = (seq: number) => store.ingest(aBatch([anUpdate({ seq, id: anId(seq) })]));
  return { dataDir, store, keysFile, privacyLogFile, backupsDir, take, ingest };
}

/** Another folder to restore into. */
function elsewhere(archive: string, force = false) {
  const dataDir = path.join(aFolder(), "data");
  const keysFile = path.join(dataDir, "keys.json");
  const privacyLogFile = path.join(dataDir, "privacy.log");
  return { archive, dataDir, keysFile, privacyLogFile, force, nowMs: NOW };
}

function seqsIn(file: string): readonly number[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db
      .prepare("SELECT seq FROM journal ORDER BY seq")
      .all()
      .map((row) => Number(row["seq"]));
  } finally {
    db.close();
  }
}

describe("[BK1] a backup", () => {
  it("holds what was acknowledged before it, while more comes in, for its owner only", async () => {
    const { store, take, ingest, keysFile } = await aDataDir();
    writeKeysFile(keysFile, KEYS);
    for (let seq = 1; seq <= 200; seq += 1) await ingest(seq);
    const progress = { isDone: false };
    const taking = take().finally(() => (progress.isDone = true));
    for (let seq = 201; !progress.isDone; seq += 1) await ingest(seq);
    const folder = await taking;

    expect(seqsIn(path.join(folder, "tarjeta.sqlite")).length).toBeGreaterThanOrEqual(200);
    expect(readFileSync(path.join(folder, "keys.json"))).toEqual(readFileSync(keysFile));
    expect(readdirSync(folder).toSorted()).toEqual([
      "keys.json",
      "manifest.json",
      "tarjeta.sqlite",
    ]);
    for (const name of readdirSync(folder)) {
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(await readArchive(folder)).toMatchObject({ v: 1, madeAtMs: NOW });
    expect(await store.ledgerTimeMs()).toBeUndefined();
  });

  it("needs no keys, and is finished before its store is closed", async () => {
    const { store, take, ingest } = await aDataDir();
    await ingest(1);
    const taking = take();
    await store.close();
    const folder = await taking.catch((error: Error) => error.message);
    // Asked for in time it is whole; too late, it is refused and leaves nothing.
    if (!folder.includes("closed"))
      expect(seqsIn(path.join(folder, "tarjeta.sqlite"))).toEqual([1]);
  });

  it("that cannot be trusted is none: nothing of it stays", async () => {
    const { take, backupsDir } = await aDataDir();
    const garbage = async (file: string) => writeFileSync(file, "garbage ".repeat(1_000));
    await expect(take(garbage)).rejects.toThrow(/damaged/);
    const full = async () => Promise.reject(new Error("database or disk is full"));
    await expect(take(full)).rejects.toThrow(/full/);
    expect(readdirSync(backupsDir)).toEqual([]);
  });
});

describe("[BK2] a restore", () => {
  it("puts database and keys into an empty folder, and a store goes on from them", async () => {
    const { take, ingest, keysFile } = await aDataDir();
    writeKeysFile(keysFile, KEYS);
    await ingest(1);
    const to = elsewhere(await take());
    await ingest(2);
    expect(await putBack(to)).toEqual({
      madeAtMs: NOW,
      formerKeysFile: undefined,
      privacyLog: "missing",
    });
    expect(readdirSync(to.dataDir).toSorted()).toEqual([
      "keys.json",
      "privacy.log",
      "tarjeta.sqlite",
    ]);
    for (const name of readdirSync(to.dataDir)) {
      expect(statSync(path.join(to.dataDir, name)).mode & 0o777).toBe(0o600);
    }
    expect(readFileSync(to.keysFile)).toEqual(readFileSync(keysFile));
    const store = await aSqliteStore({ path: path.join(to.dataDir, "tarjeta.sqlite") });
    const again = await store.ingest(aBatch([1, 2].map((seq) => anUpdate({ seq, id: anId(seq) }))));
    expect(again).toMatchObject({
      receipt: { verdicts: [{ verdict: "duplicate" }, { verdict: "accepted" }] },
    });
  });

  it("refuses while a proxy runs on the folder, also with --force", async () => {
    const { take, dataDir, keysFile, privacyLogFile, ingest } = await aDataDir();
    const archive = await take();
    const restoring = putBack({
      archive,
      dataDir,
      keysFile,
      privacyLogFile,
      force: true,
      nowMs: NOW,
    });
    await expect(restoring).rejects.toThrow(/in use by a proxy that runs; stop it first/);
    expect(await ingest(1)).toMatchObject({ type: "stored" });
  });

  it("[CR5] refuses where something is already, unless told to replace it", async () => {
    const { take, dataDir, keysFile, privacyLogFile, store, ingest } = await aDataDir();
    writeKeysFile(keysFile, KEYS);
    await ingest(1);
    const archive = await take();
    await ingest(2);
    await store.close();
    writeKeysFile(keysFile, { ...KEYS, sealing: [makeSealingKey(), ...KEYS.sealing] });
    const newerKeys = readFileSync(keysFile, "utf8");
    writeFileSync(path.join(dataDir, "tarjeta.sqlite-wal"), "");
    const bulk = path.join(dataDir, "creation");
    mkdirSync(bulk);
    writeFileSync(path.join(bulk, "1.rows"), "");
    const to = { archive, dataDir, keysFile, privacyLogFile, force: false, nowMs: NOW };
    await expect(putBack(to)).rejects.toThrow(/is there already; give --force/);
    expect(seqsIn(path.join(dataDir, "tarjeta.sqlite"))).toEqual([1, 2]);
    expect(readFileSync(keysFile, "utf8")).toBe(newerKeys);
    expect(existsSync(bulk)).toBe(true);

    const { formerKeysFile } = await putBack({ ...to, force: true });
    expect(seqsIn(path.join(dataDir, "tarjeta.sqlite"))).toEqual([1]);
    // Kiosks may hold entries that are sealed to a key which the backup has not heard of.
    expect(readFileSync(keysFile, "utf8")).toBe(newerKeys);
    expect(readFileSync(formerKeysFile!, "utf8")).toBe(newerKeys);
    expect(statSync(formerKeysFile!).mode & 0o777).toBe(0o600);
    expect(existsSync(path.join(dataDir, "tarjeta.sqlite-wal"))).toBe(false);
    // Bulk files of a later time: nobody here knows who is in them.
    expect(existsSync(bulk)).toBe(false);
  });

  it("keeps keys made since, in front of the backup's; those of another installation give way", async () => {
    const { take, dataDir, keysFile, privacyLogFile, store } = await aDataDir();
    const [early, late] = [makeSealingKey(), makeSealingKey()];
    writeKeysFile(keysFile, { ...KEYS, sealing: [early, ...KEYS.sealing] });
    const archive = await take();
    await store.close();
    // `early` was retired since, and both kinds were rotated.
    const storage = [makeStorageKey("s2"), ...KEYS.storage];
    writeKeysFile(keysFile, { ...KEYS, sealing: [late, ...KEYS.sealing], storage });
    const to = { archive, dataDir, keysFile, privacyLogFile, force: true, nowMs: NOW };
    await putBack(to);
    const kept = readKeysFile(keysFile);
    const sealing = [late, ...KEYS.sealing, early].map(({ kid }) => kid);
    expect(kept.sealing.map(({ kid }) => kid)).toEqual(sealing);
    expect(kept.storage.map(({ kid }) => kid)).toEqual([
      "s2",
      ...KEYS.storage.map(({ kid }) => kid),
    ]);

    writeKeysFile(keysFile, makeKeys());
    const others = readFileSync(keysFile, "utf8");
    rmSync(path.join(dataDir, "tarjeta.sqlite"));
    await expect(putBack({ ...to, force: false })).rejects.toThrow(/keys\.json: is there already/);
    const { formerKeysFile } = await putBack({ ...to, nowMs: NOW + 1 });
    expect(readFileSync(keysFile)).toEqual(readFileSync(path.join(archive, "keys.json")));
    expect(readFileSync(formerKeysFile!, "utf8")).toBe(others);

    writeFileSync(keysFile, "no keys");
    await putBack({ ...to, nowMs: NOW + 2 });
    expect(readFileSync(keysFile)).toEqual(readFileSync(path.join(archive, "keys.json")));
  });

  it("replaces a database that is damaged, which is why somebody restores", async () => {
    const { take, ingest, keysFile } = await aDataDir();
    writeKeysFile(keysFile, KEYS);
    await ingest(1);
    const to = elsewhere(await take(), true);
    mkdirSync(to.dataDir, { recursive: true });
    const file = path.join(to.dataDir, "tarjeta.sqlite");
    writeFileSync(file, "no database at all ".repeat(500));
    await putBack(to);
    expect(seqsIn(file)).toEqual([1]);
  });

  it("refuses by name what is not a whole backup, and changes nothing", async () => {
    const { take, ingest, keysFile } = await aDataDir();
    writeKeysFile(keysFile, KEYS);
    await ingest(1);
    const archive = await take();
    const to = elsewhere(archive);
    const refusal = () => putBack(to).catch((error: Error) => error.message);
    const file = (name: string) => path.join(archive, name);

    const manifest = readFileSync(file("manifest.json"), "utf8");
    writeFileSync(file("manifest.json"), "{}");
    expect(await refusal()).toMatch(/manifest\.json: is not the list of a backup/);
    writeFileSync(file("manifest.json"), manifest.replace("tarjeta.sqlite", "../../etc/passwd"));
    expect(await refusal()).toMatch(/is not the list of a backup \(files\.0\.name/);
    writeFileSync(file("manifest.json"), manifest);
    writeFileSync(file("keys.json"), "the keyz");
    expect(await refusal()).toMatch(/keys\.json: is not what was backed up/);
    expect(existsSync(to.dataDir)).toBe(false);
    expect(await putBack(elsewhere(aFolder())).catch((error: Error) => error.message)).toMatch(
      /manifest\.json: cannot be read \(ENOENT\)/,
    );
  });
});
