import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, visitState } from "../support/kiosk-page.ts";
import { readJournal, takenIn } from "../support/journal.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let folder: string;
let system: System;
let nextCard = 2_000;

/** As shipped, but the same card may be scanned again at once. */
const CONFIG = {
  ...EXAMPLE_CONFIG,
  version: "no-duplicate-window",
  brand: "Otra Vez",
  timings: { ...EXAMPLE_CONFIG.timings, duplicateSeconds: 0, undoSeconds: 0 },
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "tarjeta-target-"));
  writeFileSync(path.join(folder, "kiosk.json"), JSON.stringify(CONFIG));
  // Nobody waits here for the call after a call.
  const env = { KIOSK_CONFIG: path.join(folder, "kiosk.json"), TARGET_SPACING_SECONDS: "1" };
  system = await startSystem({ env });
});

afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
});

function newCards(count: number): readonly string[] {
  const cards = memberCards(count, nextCard);
  nextCard += count;
  system.emulator.know(cards);
  return cards;
}

/** Both clocks run on by `byMs`, as if nothing had been sent meanwhile. */
let movedMs = 0;
async function restartLater(byMs: number): Promise<void> {
  movedMs += byMs;
  system.emulator.advance(byMs);
  await system.restart({ MOVED_CLOCK_MS: String(movedMs) });
}

describe("what reaches Target", () => {
  it("[FW4] one refused update does not hold up the rest", async () => {
    const [refused, ...others] = newCards(4);
    system.emulator.inject({
      type: "refused-body",
      times: 1_000,
      match: { route: "update", value: refused },
    });
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of [refused!, ...others]) await scanAndBeThanked(page(), card);
      line.on(INGEST_PATH);
      await system.emulator.arrived(others);
      await depth(page(), 0);
    });
    expect(system.emulator.callsFor(refused!).length).toBeGreaterThan(0);
    expect(system.emulator.attributesOf(refused!)).toEqual({});
    const letters = await waitFor("the dead letter", async () => {
      const found = await system.deadLetters();
      return found.length > 0 && found;
    });
    expect(JSON.stringify(letters)).not.toContain(refused);
    system.emulator.clearFaults();
  });

  it("[FW2] makes one call for several scans of one card that waited together", async () => {
    const [card] = newCards(1);
    await withKiosk(system, async ({ page, line }) => {
      await page().waitForFunction(
        (brand) => document.body.textContent?.includes(brand) === true,
        CONFIG.brand,
      );
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const owed of [1, 2, 3]) {
        await scan(page(), card!);
        await depth(page(), owed);
      }
      line.on(INGEST_PATH);
      await depth(page(), 0);
      await system.emulator.arrived([card!]);
    });
    expect(system.emulator.callsFor(card!)).toHaveLength(1);
    const scans = readJournal(system.dataDir).filter(({ visitor }) => visitor.endsWith(card!));
    expect(scans).toHaveLength(3);
    const newestMs = Math.max(...scans.map((row) => row.effective_ms));
    expect(system.emulator.attributesOf(card!)?.["lastScanAt"]).toBe(
      new Date(newestMs).toISOString(),
    );
  });

  it("[FW3] sends an answer that arrives during the call for its scan after that call", async () => {
    const [card] = newCards(1);
    system.emulator.inject({
      type: "delay",
      delayMs: 4_000,
      match: { route: "update", value: card },
    });
    await withKiosk(system, async ({ page }) => {
      await scan(page(), card!);
      await waitFor("the first call", () => system.emulator.callsFor(card!).length === 1);
      await page().getByRole("button", { name: "A gift" }).tap();
      await depth(page(), 0);
      await waitFor(
        "the answer in Target",
        () => system.emulator.attributesOf(card!)?.["visitReason"] === "gift",
        { timeoutMs: 90_000 },
      );
    });
    const [first, second, ...more] = system.emulator.callsFor(card!);
    expect(more).toEqual([]);
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(4_000);
    expect(second!.attributes).toEqual({ visitReason: "gift" });
  });

  it("[MG1] a scan that arrives after a newer one does not overwrite it", async () => {
    const [card] = newCards(1);
    await withKiosk(
      system,
      async (early) => {
        early.line.on(INGEST_PATH, (exchange) => exchange.cut());
        await scanAndBeThanked(early.page(), card!);
        await withKiosk(
          system,
          async (late) => {
            await scan(late.page(), card!);
            await system.emulator.arrived([card!]);
          },
          { store: "newer" },
        );
        const before = system.emulator.attributesOf(card!);
        early.line.on(INGEST_PATH);
        await depth(early.page(), 0);
        expect(system.emulator.attributesOf(card!)).toEqual(before);
      },
      { store: "older" },
    );
    const scans = readJournal(system.dataDir).filter(({ visitor }) => visitor.endsWith(card!));
    expect(scans.map(({ verdict }) => verdict)).toEqual(["accepted", "superseded"]);
    expect(system.emulator.attributesOf(card!)?.["lastStore"]).toBe("newer");
    expect(system.emulator.callsFor(card!)).toHaveLength(1);
  });

  it("[FW1] [QT2] repeats a call whose answer the proxy did not live to note, and keeps both charged", async () => {
    const [card] = newCards(1);
    const usedBefore = await system.metric("tarjeta_allowance_used_calls");
    system.emulator.inject({
      type: "delay",
      delayMs: 5_000,
      match: { route: "update", value: card },
    });
    await withKiosk(system, async ({ page }) => {
      await scan(page(), card!);
      await visitState(page(), "thanked");
      await waitFor("the call", () => system.emulator.callsFor(card!).length === 1);
      await system.kill("SIGKILL");
      // The dead one's claim has to run out first.
      await restartLater(2 * MINUTE_MS);
      await waitFor("its repeat", () => system.emulator.callsFor(card!).length === 2, {
        timeoutMs: 150_000,
      });
    });
    const [first, second] = system.emulator.callsFor(card!);
    expect(second!.attributes).toEqual(first!.attributes);
    await waitFor("the repeat's record", async () => {
      return (await system.metric("tarjeta_visitors_waiting")) === 0;
    });
    const used = await system.metric("tarjeta_allowance_used_calls");
    expect(used - usedBefore).toBe(2);
  });

  it("[FW6] leaves alone what the site changed later than the waiting scan", async () => {
    const [card] = newCards(1);
    system.emulator.inject({
      type: "status",
      status: 503,
      times: 1_000,
      match: { route: "update", value: card },
    });
    await withKiosk(
      system,
      async ({ page }) => {
        await scanAndBeThanked(page(), card!);
        await takenIn(system.dataDir, [card!]);
      },
      { store: "stale" },
    );
    await system.kill("SIGTERM");
    system.emulator.advance(HOUR_MS);
    system.emulator.visitSite({ kind: "member", value: card! }, { lastStore: "the-site" });
    system.emulator.clearFaults();
    movedMs += HOUR_MS;
    await restartLater(HOUR_MS);
    await system.emulator.arrived([card!], 120_000);
    const profile = system.emulator.attributesOf(card!);
    expect(profile).toMatchObject({ lastStore: "the-site", lastKiosk: "kiosk-1" });
    const acknowledged = system.emulator.callsFor(card!).filter(({ effect }) => effect === "known");
    expect(acknowledged.map(({ attributes }) => Object.keys(attributes).toSorted())).toEqual([
      ["lastKiosk", "lastScanAt", "lastScanDay"],
    ]);
  });
});

describe("the allowance", () => {
  it("[QT1] is never exceeded in 24 moved-clock hours, across restarts", async () => {
    const allowed = 5;
    const small = await startSystem({ env: { TARGET_DAILY_CALLS: String(allowed) } });
    const cards = memberCards(8, 9_000);
    small.emulator.know(cards);
    small.emulator.tune({ limit: allowed });
    try {
      await withKiosk(small, async ({ page }) => {
        for (const card of cards) await scanAndBeThanked(page(), card);
        await takenIn(small.dataDir, cards);
      });
      const calls = () => small.emulator.calls().length;
      await waitFor("the whole allowance to be used", () => calls() === allowed);
      await small.kill("SIGKILL");
      await small.restart();
      const waiting = () => small.metric("tarjeta_visitors_waiting");
      expect(await waiting()).toBe(cards.length - allowed);
      // Half a day on, the calls of this morning still count.
      await small.kill("SIGTERM");
      small.emulator.advance(12 * HOUR_MS);
      await small.restart({ MOVED_CLOCK_MS: String(12 * HOUR_MS) });
      expect(await small.metric("tarjeta_allowance_used_calls")).toBe(allowed);
      expect(calls()).toBe(allowed);
      await small.kill("SIGTERM");
      small.emulator.advance(13 * HOUR_MS);
      await small.restart({ MOVED_CLOCK_MS: String(25 * HOUR_MS) });
      await waitFor("the rest a day later", async () => (await waiting()) === 0, {
        timeoutMs: 90_000,
      });
      expect(calls()).toBe(cards.length);
      expect(small.emulator.meter().maxInAnyWindow).toBeLessThanOrEqual(allowed);
    } finally {
      await small.stop();
    }
  });
});
