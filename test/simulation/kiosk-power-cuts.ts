import type { Page } from "playwright-core";
import { MAX_DELAY_MS } from "../../src/domain/backoff.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import { databasesOf, underPower } from "../support/power-cut.ts";
import { mergedTwice, readJournal, scannedCards } from "../support/journal.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, stateOf } from "../support/kiosk-page.ts";
import { startSystem } from "../support/system.ts";

export interface PowerCutPlan {
  readonly cuts: number;
  readonly scansPerCut: number;
  readonly onCut?: (cut: number) => void;
}

export interface PowerCutResult {
  readonly cuts: number;
  /** Scans the screen thanked for, and how many of them nobody has any more. */
  readonly thanked: number;
  readonly lost: number;
  readonly doubled: number;
  /** Rows written the same way but with relaxed durability, which acknowledged them too. */
  readonly controlWritten: number;
  readonly controlLost: number;
}

/**
 * Pulls the plug of a real kiosk again and again, each time right after the screen's last thanks, and
 * takes from its disk whatever was not synced. In the end everything goes online and is counted.
 */
export async function kioskPowerCuts(plan: PowerCutPlan): Promise<PowerCutResult> {
  const system = await startSystem();
  const cards = memberCards(plan.cuts * plan.scansPerCut, 100_000);
  let controlWritten = 0;
  let controlLost = 0;
  try {
    await withKiosk(system, async (kiosk) => {
      kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (let cut = 0; cut < plan.cuts; cut += 1) {
        const machine = await underPower({
          pids: kiosk.browser().pids(),
          folders: databasesOf(kiosk.browser().profileDir),
        });
        const from = cut * plan.scansPerCut;
        for (const card of cards.slice(from, from + plan.scansPerCut)) {
          await scanAndBeThanked(kiosk.page(), card);
        }
        // After the last thanks nothing strict follows that would carry these along.
        const written = await writeRelaxed(kiosk.page(), CONTROL_ROWS);
        await machine.cutPower();
        await kiosk.browser().kill();
        await kiosk.startBrowser();
        controlWritten += written;
        controlLost += written - (await takeRelaxed(kiosk.page()));
        plan.onCut?.(cut + 1);
      }
      kiosk.line.on(INGEST_PATH);
      // Only what survived is waited for; what did not is counted below.
      if ((await stateOf(kiosk.page())).depth > 0) await depth(kiosk.page(), 0, DRAIN_MS);
    });
    const rows = readJournal(system.dataDir);
    const arrived = new Set(scannedCards(rows));
    return {
      cuts: plan.cuts,
      thanked: cards.length,
      lost: cards.filter((card) => !arrived.has(card)).length,
      doubled: mergedTwice(rows).length,
      controlWritten,
      controlLost,
    };
  } finally {
    await system.stop();
  }
}

/** A kiosk whose line was dead for long tries again after the longest pause at the latest. */
const DRAIN_MS = MAX_DELAY_MS + 120_000;

/** Ours: enough that losing them all is no accident. */
const CONTROL_ROWS = 20;

/** Writes rows as a careless outbox would, and gives how many the browser said were kept. */
function writeRelaxed(page: Page, count: number): Promise<number> {
  return page.evaluate(async (rows) => {
    const opened = indexedDB.open("control", 1);
    opened.addEventListener("upgradeneeded", () =>
      opened.result.createObjectStore("rows", { autoIncrement: true }),
    );
    await new Promise((done) => opened.addEventListener("success", done));
    let kept = 0;
    for (; kept < rows; kept += 1) {
      const tx = opened.result.transaction("rows", "readwrite", { durability: "relaxed" });
      tx.objectStore("rows").add("x".repeat(500));
      await new Promise((done) => tx.addEventListener("complete", done));
    }
    opened.result.close();
    return kept;
  }, count);
}

/** Counts the rows that are left, and takes them away for the next cut. */
function takeRelaxed(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const opened = indexedDB.open("control", 1);
    opened.addEventListener("upgradeneeded", () =>
      opened.result.createObjectStore("rows", { autoIncrement: true }),
    );
    await new Promise((done) => opened.addEventListener("success", done));
    const tx = opened.result.transaction("rows", "readwrite", { durability: "strict" });
    const count = tx.objectStore("rows").count();
    count.addEventListener("success", () => tx.objectStore("rows").clear());
    await new Promise((done) => tx.addEventListener("complete", done));
    opened.result.close();
    return count.result;
  });
}
