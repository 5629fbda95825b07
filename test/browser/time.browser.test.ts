import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { depth, openKiosk, scanAndBeThanked } from "../support/kiosk-page.ts";
import { readJournal, type JournalRow } from "../support/journal.ts";
import { startSystem, type System } from "../support/system.ts";
import { pause, waitFor } from "../support/wait.ts";

/** Ours: how long after its scan an entry may be taken to have happened, for a busy machine. */
const SLACK_MS = 1_500;

/** Ours: long enough without a word to the proxy that a moment cannot be guessed from one. */
const SILENCE_MS = 2 * SLACK_MS;

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

/** The page's wall clock as of its next load; the worker and the proxy keep the right one. */
async function bootIn1970(kiosk: Kiosk): Promise<void> {
  const page = kiosk.page();
  await page.addInitScript(() => {
    const realNow = Date.now;
    const bootedMs = realNow();
    const set = globalThis as { clockIsSet?: boolean };
    Date.now = () => (set.clockIsSet === true ? realNow() : realNow() - bootedMs + 60_000);
  });
  await openKiosk(page, kiosk.line.url);
  const beats = () => kiosk.line.seen(HEARTBEAT_PATH).length;
  const before = beats();
  await waitFor("the proxy to hear of it", () => beats() > before);
}

async function setClock(kiosk: Kiosk): Promise<void> {
  await kiosk.page().evaluate(() => Object.assign(globalThis, { clockIsSet: true }));
}

function rowsOf(cards: readonly string[]): readonly JournalRow[] {
  const rows = readJournal(system.dataDir);
  return cards.map((card) => {
    const row = rows.find(({ visitor }) => visitor.endsWith(card));
    if (row === undefined) throw new Error("A scan is not in the journal.");
    return row;
  });
}

describe("a kiosk without a clock", () => {
  it("[CL1] booted in 1970 and then got its time: its scans keep their order and their moments", async () => {
    const cards = memberCards(4, 4_000);
    system.emulator.know(cards);
    const scannedMs: number[] = [];
    await withKiosk(system, async (kiosk) => {
      await bootIn1970(kiosk);
      kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
      await pause(SILENCE_MS);
      for (const [index, card] of cards.entries()) {
        if (index === 2) await setClock(kiosk);
        await scanAndBeThanked(kiosk.page(), card);
        scannedMs.push(Date.now());
      }
      kiosk.line.on(INGEST_PATH);
      await depth(kiosk.page(), 0);
      await system.emulator.arrived(cards);
    });
    const effectiveMs = rowsOf(cards).map((row) => row.effective_ms);
    expect(effectiveMs).toEqual(effectiveMs.toSorted((a, b) => a - b));
    for (const [index, atMs] of effectiveMs.entries()) {
      expect(Math.abs(atMs - scannedMs[index]!)).toBeLessThan(SLACK_MS);
    }
  });

  it("[CL1] was switched off before it got its time: what it scanned then counts as earlier, never as later", async () => {
    const cards = memberCards(4, 4_100);
    system.emulator.know(cards);
    await withKiosk(system, async (kiosk) => {
      await bootIn1970(kiosk);
      kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of cards.slice(0, 2)) await scanAndBeThanked(kiosk.page(), card);
      await kiosk.pullPlug();
      const rebootedMs = Date.now();
      for (const card of cards.slice(2)) await scanAndBeThanked(kiosk.page(), card);
      kiosk.line.on(INGEST_PATH);
      await depth(kiosk.page(), 0);
      await system.emulator.arrived(cards);
      const effectiveMs = rowsOf(cards).map((row) => row.effective_ms);
      expect(effectiveMs).toEqual(effectiveMs.toSorted((a, b) => a - b));
      expect(effectiveMs[1]).toBeLessThanOrEqual(rebootedMs);
    });
  });
});
