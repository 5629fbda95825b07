import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { memberCard } from "../support/cards.ts";
import { underPower } from "../support/power-cut.ts";
import { endingOf } from "../support/processes.ts";
import { mergedTwice, readJournal } from "../support/journal.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { startSystem } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import type { PowerCutPlan, PowerCutResult } from "./kiosk-power-cuts.ts";

/**
 * Pulls the plug of a real proxy right after it answered, and takes from its disk whatever was not
 * synced. Every id that a receipt called accepted must still be there, once.
 */
export async function proxyPowerCuts(plan: PowerCutPlan): Promise<PowerCutResult> {
  const system = await startSystem();
  const kiosk = await createRawKiosk(system);
  const accepted: string[] = [];
  try {
    for (let cut = 0; cut < plan.cuts; cut += 1) {
      const machine = await underPower({ pids: [system.pid()], folders: [system.dataDir] });
      for (let scan = 0; scan < plan.scansPerCut; scan += 1) {
        kiosk.add(memberCard(accepted.length + 200_000));
        for (const { id, verdict } of await kiosk.send()) {
          if (verdict === "accepted") accepted.push(id);
        }
      }
      await machine.cutPower();
      await system.restart();
      plan.onCut?.(cut + 1);
    }
    const rows = readJournal(system.dataDir);
    const kept = new Set(rows.map(({ id }) => id));
    const control = await carelessWriterCut();
    return {
      cuts: plan.cuts,
      thanked: accepted.length,
      lost: accepted.filter((id) => !kept.has(id)).length,
      doubled: mergedTwice(rows).length,
      controlWritten: control.written,
      controlLost: control.written - control.kept,
    };
  } finally {
    await system.stop();
  }
}

/** Ours: commits of the control. */
const CONTROL_ROWS = 50;

/** What becomes of rows that SQLite committed without `synchronous=FULL`. */
async function carelessWriterCut(): Promise<{ readonly written: number; readonly kept: number }> {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-careless-"));
  const file = path.join(folder, "careless.sqlite");
  const program = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(file)});
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec("CREATE TABLE row (text TEXT)");
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    process.stdin.once("data", () => {
      for (let row = 0; row < ${CONTROL_ROWS}; row += 1) {
        database.exec("INSERT INTO row VALUES ('kept, it says')");
      }
      process.stdout.write("committed");
    });
    process.stdout.write("ready");`;
  const writer = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = endingOf(writer);
  let said = "";
  writer.stdout.on("data", (chunk: Buffer) => (said += String(chunk)));
  await waitFor("the careless writer", () => said.includes("ready"));
  const machine = await underPower({ pids: [writer.pid!], folders: [folder] });
  writer.stdin.write("go");
  await waitFor("its commits", () => said.includes("committed"));
  await machine.cutPower();
  await ended;
  const database = new DatabaseSync(file);
  const rows = database.prepare("SELECT count(*) AS count FROM row").get();
  database.close();
  rmSync(folder, { recursive: true, force: true });
  return { written: CONTROL_ROWS, kept: Number(rows?.["count"]) };
}
