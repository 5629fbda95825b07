import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { StartupError } from "../../../src/proxy/startup-error.ts";
import { openSqliteStore } from "../../../src/proxy/store/sqlite-store.ts";
import { StoreFailedError, StoreFullError } from "../../../src/proxy/store/store-error.ts";
import { KEYS } from "../../support/keys.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";
import { aBatch, anId, anUpdate, NOW } from "../../support/store-builders.ts";

const CHILD = path.join(import.meta.dirname, "../../support/store-child.ts");

/** A process that takes in batches of three and prints the numbers it has answered for. */
function startChild(file: string, firstSeq: number) {
  const child = spawn(process.execPath, [CHILD, file, String(firstSeq)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { child, lines: createInterface({ input: child.stdout }) };
}

async function refusal(file: string): Promise<string> {
  const opening = openSqliteStore({ path: file, keys: KEYS, onFatal: () => {} });
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  return error instanceof Error ? error.message : "";
}

/** Overwrites the root page of a table or index, as a failing disk would. */
function damageTable(file: string, name: string): void {
  const copy = `${file}.look`;
  copyFileSync(file, copy);
  const db = new DatabaseSync(copy);
  const row = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(name);
  db.close();
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(4_096, 0xab), 0, 4_096, (Number(row?.["rootpage"]) - 1) * 4_096);
  closeSync(handle);
}

/** The process a tracer started. */
function tracedProcess(tracer: number | undefined): number {
  return Number(readFileSync(`/proc/${tracer}/task/${tracer}/children`, "utf8").trim());
}

describe("SQLite store on disk", () => {
  it("[IN1] has every answered update after SIGKILL, and knows each of them again", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    let answered = 0;
    for (const enough of [30, 150, 60, 300]) {
      const { child, lines } = startChild(file, answered + 1);
      const from = answered;
      for await (const line of lines) {
        answered = Number(line);
        // In the middle of the work, whatever it is doing then.
        if (answered - from >= enough) child.kill("SIGKILL");
      }
      const store = await aSqliteStore({ path: file });
      const updates = Array.from({ length: answered }, (_, index) =>
        anUpdate({ seq: index + 1, id: anId(index + 1) }),
      );
      const result = await store.ingest(aBatch(updates));
      if (result.type !== "stored") throw new Error("the nonce is new");
      const unknown = result.receipt.verdicts.filter(({ verdict }) => verdict !== "duplicate");
      expect(unknown).toEqual([]);
      await store.close();
      // What was stored and not answered would come again with the same numbers.
      answered = Math.max(answered, result.receipt.highestSeq?.seq ?? 0);
    }
    expect(answered).toBeGreaterThan(500);
  }, 60_000);

  it("[IN1] has the log synced, with nothing written after, whenever it answers", async () => {
    const folder = aFolder();
    const trace = path.join(folder, "strace.log");
    const traced = ["-f", "-y", "-s", "0", "-e", "trace=write,pwrite64,fsync,fdatasync"];
    const program = [process.execPath, CHILD, path.join(folder, "tarjeta.sqlite"), "1"];
    const child = spawn("strace", [...traced, "-o", trace, ...program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let answers = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      answers = Number(line);
      if (answers >= 120) process.kill(tracedProcess(child.pid), "SIGKILL");
    }
    const seen = { synced: 0, unsafe: 0, answered: 0 };
    let isDirty = false;
    let syncsSinceAnswer = 0;
    for (const line of readFileSync(trace, "utf8").split("\n")) {
      const onLog = line.includes("tarjeta.sqlite-wal>");
      if (onLog && line.includes("pwrite64(")) isDirty = true;
      if (onLog && /f(?:data)?sync\(/.test(line)) {
        isDirty = false;
        syncsSinceAnswer += 1;
      }
      if (!/ write\(1</.test(line)) continue;
      seen.answered += 1;
      seen.synced += syncsSinceAnswer > 0 ? 1 : 0;
      seen.unsafe += isDirty ? 1 : 0;
      syncsSinceAnswer = 0;
    }
    expect(seen.answered).toBeGreaterThanOrEqual(10);
    expect(seen).toEqual({ answered: seen.answered, synced: seen.answered, unsafe: 0 });
  }, 30_000);

  it("opens with what was committed when the end of the log is torn off", async () => {
    const folder = aFolder();
    const file = path.join(folder, "tarjeta.sqlite");
    const store = await aSqliteStore({ path: file });
    const updates = [1, 2, 3].map((seq) => anUpdate({ seq, id: anId(seq) }));
    for (const update of updates) await store.ingest(aBatch([update]));
    // As a power cut leaves them: copied while in use, the log's last page half written.
    const copy = path.join(folder, "copy.sqlite");
    copyFileSync(file, copy);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    truncateSync(`${copy}-wal`, statSync(`${copy}-wal`).size - 2_000);
    const torn = await aSqliteStore({ path: copy });
    const result = await torn.ingest(aBatch(updates));
    expect(result.type === "stored" && result.receipt.verdicts).toEqual([
      { id: anId(1), verdict: "duplicate" },
      { id: anId(2), verdict: "duplicate" },
      { id: anId(3), verdict: "accepted" },
    ]);
  });

  it("refuses what there is no room for, goes on, and takes what fits", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const store = await aSqliteStore({ path: file, maxPageCount: 60 });
    const big = "x".repeat(250);
    const scan = (seq: number) =>
      store.ingest(
        aBatch([anUpdate({ seq, id: anId(seq), card: `2${seq}`, attributes: { a: big } })]),
      );
    let seq = 1;
    const fill = async () => {
      for (; seq < 10_000; seq += 1) await scan(seq);
    };
    await expect(fill()).rejects.toBeInstanceOf(StoreFullError);
    expect(seq).toBeGreaterThan(10);
    // Reading goes on, and so does a group in which one has no room and the other needs none.
    const claims = store.claim({
      nowMs: NOW,
      ledgerMs: 0,
      maxCallMs: 1,
      allowed: 0,
      leaseMs: 1,
      limit: 1,
    });
    const [again, asked] = await Promise.allSettled([scan(seq), claims]);
    expect(again).toMatchObject({ status: "rejected", reason: { name: "StoreFullError" } });
    expect(asked).toMatchObject({ status: "fulfilled" });
    await store.close();
    const roomier = await aSqliteStore({ path: file });
    const kept = Array.from({ length: seq - 1 }, (_, index) =>
      anUpdate({ seq: index + 1, id: anId(index + 1) }),
    );
    const result = await roomier.ingest(aBatch([...kept, anUpdate({ seq, id: anId(seq) })]));
    if (result.type !== "stored") throw new Error("the nonce is new");
    const verdicts = result.receipt.verdicts.map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === "duplicate")).toHaveLength(seq - 1);
    expect(verdicts.filter((verdict) => verdict === "accepted")).toHaveLength(1);
  });

  it("ends rather than guess when the file turns out to be damaged", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const first = await aSqliteStore({ path: file });
    for (let seq = 1; seq <= 200; seq += 1) {
      await first.ingest(aBatch([anUpdate({ seq, card: `2${seq}` })]));
    }
    await first.close();
    const fatal = Promise.withResolvers<Error>();
    const store = await aSqliteStore({ path: file, onFatal: fatal.resolve });
    damageTable(file, "sqlite_autoindex_visitor_1");
    const asked = store.ingest(aBatch([anUpdate({ seq: 201, card: "2201" })]));
    const next = store.ingest(aBatch([anUpdate({ seq: 202, card: "2202" })]));
    await expect(asked).rejects.toBeInstanceOf(StoreFailedError);
    await expect(next).rejects.toBeInstanceOf(StoreFailedError);
    expect((await fatal.promise).message).toMatch(/cannot be trusted any more: .*malformed/);
    await expect(store.incidents(1)).rejects.toBeInstanceOf(StoreFailedError);
  });

  it("refuses a file that another process works on, with one sentence", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const { child, lines } = startChild(file, 1);
    await once(lines, "line");
    expect(await refusal(file)).toBe(
      `DATA_DIR: ${file} is in use by another process; stop that one, or set DATA_DIR to another folder.`,
    );
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
    // The lock died with its holder.
    await aSqliteStore({ path: file });
  });

  it("refuses a folder it cannot write to, with one sentence", async () => {
    const folder = aFolder();
    const missing = path.join(folder, "nowhere", "tarjeta.sqlite");
    expect(await refusal(missing)).toBe(
      `DATA_DIR: ${missing} cannot be opened for writing (ENOENT); set DATA_DIR to a folder this user owns.`,
    );
    const taken = path.join(folder, "taken");
    mkdirSync(taken);
    expect(await refusal(taken)).toMatch(/cannot be opened for writing \(EISDIR\)/);
  });

  it("refuses a file that is no store, and one of a newer version, and leaves both as they are", async () => {
    const folder = aFolder();
    const text = path.join(folder, "text.sqlite");
    writeFileSync(text, "not a database, but quite long enough to be taken for one".repeat(100));
    expect(await refusal(text)).toMatch(/cannot be used as a store/);
    const newer = path.join(folder, "newer.sqlite");
    await (await aSqliteStore({ path: newer })).close();
    const db = new DatabaseSync(newer);
    db.exec("UPDATE schema_version SET version = 99");
    db.close();
    expect(await refusal(newer)).toMatch(
      /was written by a newer version \(schema 99, and this version of the program knows \d+\)/,
    );
  });

  it("lets nobody else read the file", async () => {
    const file = path.join(aFolder(), "tarjeta.sqlite");
    const store = await aSqliteStore({ path: file });
    await store.ingest(aBatch([anUpdate()]));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  });

  it("finishes what was asked before closing, and refuses what comes after", async () => {
    const store = await aSqliteStore();
    const asked = store.ingest(aBatch([anUpdate()]));
    const closed = store.close();
    expect((await asked).type).toBe("stored");
    await closed;
    await store.close();
    await expect(store.incidents(1)).rejects.toBeInstanceOf(StoreFailedError);
  });
});
