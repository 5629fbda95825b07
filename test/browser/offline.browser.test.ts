import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { KNOWN_CARD, memberCards } from "../support/cards.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, stateOf, visitState } from "../support/kiosk-page.ts";
import { mergedTwice, readJournal, scannedCards } from "../support/journal.ts";
import { startSystem, type System } from "../support/system.ts";
import { scan } from "../support/wedge.ts";

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

describe("a kiosk in a shop", () => {
  it("thanks for a scan, and the profile has it, untouched", async () => {
    const startMs = Date.now();
    await withKiosk(
      system,
      async ({ page }) => {
        await scan(page(), KNOWN_CARD);
        await visitState(page(), "thanked");
        await system.emulator.arrived([KNOWN_CARD]);
        await depth(page(), 0);
      },
      { store: "madrid-1", name: "entrance" },
    );
    const profile = system.emulator.attributesOf(KNOWN_CARD);
    expect(profile).toMatchObject({ lastStore: "madrid-1", lastKiosk: "entrance" });
    const scannedMs = Date.parse(profile?.["lastScanAt"] ?? "");
    expect(scannedMs).toBeGreaterThanOrEqual(startMs);
    expect(scannedMs).toBeLessThanOrEqual(Date.now());
    expect(profile?.["lastScanAt"]).toBe(new Date(scannedMs).toISOString());
    const day = Math.floor(scannedMs / 86_400_000);
    // The store's own calendar may be a day ahead or behind UTC's.
    expect(Math.abs(Number(profile?.["lastScanDay"]) - day)).toBeLessThanOrEqual(1);
  });

  it("sends the store it was opened for: two kiosks, two stores", async () => {
    const [first, second] = memberCards(2, 100);
    system.emulator.know([first!, second!]);
    for (const [card, store] of [
      [first!, "sevilla-1"],
      [second!, "bilbao-2"],
    ] as const) {
      await withKiosk(
        system,
        async ({ page }) => {
          await scan(page(), card);
          await system.emulator.arrived([card]);
        },
        { store },
      );
    }
    expect(system.emulator.attributesOf(first!)?.["lastStore"]).toBe("sevilla-1");
    expect(system.emulator.attributesOf(second!)?.["lastStore"]).toBe("bilbao-2");
  });

  it("[OB1] starts with the server dead, and thanks for a scan", async () => {
    const [card] = memberCards(1, 200);
    system.emulator.know([card!]);
    await withKiosk(system, async (kiosk) => {
      await system.kill("SIGKILL");
      await kiosk.pullPlug();
      await scanAndBeThanked(kiosk.page(), card!);
      expect((await stateOf(kiosk.page())).depth).toBe(1);
      await system.restart();
      await system.emulator.arrived([card!]);
      await depth(kiosk.page(), 0);
    });
  });

  it("[OB1] [OB2] brings twenty cards scanned offline through a SIGKILL of the whole browser, each once", async () => {
    const cards = memberCards(20, 300);
    system.emulator.know(cards);
    await withKiosk(
      system,
      async (kiosk) => {
        await kiosk.browser().context.setOffline(true);
        for (const card of cards) await scanAndBeThanked(kiosk.page(), card);
        expect((await stateOf(kiosk.page())).depth).toBe(20);
        // The browser forgets with its process that it was taken offline.
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        await kiosk.pullPlug();
        expect((await stateOf(kiosk.page())).depth).toBe(20);
        kiosk.line.on(INGEST_PATH);
        await system.emulator.arrived(cards);
        await depth(kiosk.page(), 0);
      },
      { store: "cadiz-7" },
    );
    const rows = readJournal(system.dataDir);
    expect(
      scannedCards(rows)
        .filter((card) => cards.includes(card))
        .toSorted(),
    ).toEqual(cards.toSorted());
    expect(mergedTwice(rows)).toEqual([]);
    // The store was remembered through the SIGKILL.
    for (const card of cards) {
      expect(system.emulator.attributesOf(card)?.["lastStore"]).toBe("cadiz-7");
      expect(system.emulator.callsFor(card)).toHaveLength(1);
    }
  });
});
