import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { readJournal, scannedCards } from "../support/journal.ts";
import { depth, openKiosk, scanAndBeThanked, stateOf, visitState } from "../support/kiosk-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

/** Undo as shipped, but for a second instead of ten once a visit closes. */
const TIMINGS = { ...EXAMPLE_CONFIG.timings, thanksSeconds: 1.2, undoSeconds: 1 };

let system: System;
let nextCard = 9_000;

beforeAll(async () => {
  const env = { KIOSK_CONFIG: configFile({ version: "undo-1", timings: TIMINGS }) };
  system = await startSystem({ env });
});

afterAll(() => system.stop());

function newCards(count: number): readonly string[] {
  const cards = memberCards(count, nextCard);
  nextCard += count;
  system.emulator.know(cards);
  return cards;
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).tap();
}

async function visitStep(page: Page, step: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset["visitStep"] === wanted,
    step,
  );
}

describe("a visit that is taken back", () => {
  it("[PV5] leaves nothing and was never sent, answers included; its card may come again", async () => {
    const [card, other] = newCards(2);
    await withKiosk(system, async (kiosk) => {
      const { page, line } = kiosk;
      await scanAndBeThanked(page(), card!);
      await visitStep(page(), "question");
      // Another tab and its flushes keep their hands off what this one holds.
      const second = await kiosk.browser().context.newPage();
      await openKiosk(second, line.url);
      await depth(second, 1);
      await page().bringToFront();
      await press(page(), "Don’t record this visit");
      await visitState(page(), "declined");
      await page().getByRole("heading", { name: "This visit isn’t recorded" }).waitFor();
      await page().getByRole("status").getByText("We kept nothing of it").waitFor();
      await depth(page(), 0);
      await second.close();

      // At once, and no duplicate; this time it is let go.
      await scanAndBeThanked(page(), card!);
      expect((await stateOf(page())).visitStep).not.toBe("duplicate");
      await visitStep(page(), "question");
      await press(page(), "A gift");
      await visitStep(page(), "closing");
      expect((await stateOf(page())).depth).toBe(2);
      await press(page(), "Don’t record this visit");
      await visitState(page(), "declined");
      await depth(page(), 0);

      await scanAndBeThanked(page(), other!);
      await visitStep(page(), "question");
      await press(page(), "Finish");
      await system.emulator.arrived([other!]);
      await depth(page(), 0);
    });
    expect(scannedCards(readJournal(system.dataDir))).not.toContain(card);
    expect(system.emulator.callsFor(card!)).toEqual([]);
    // Its numbers are explained, so they are no gap.
    expect(await system.incidents()).toEqual([]);
  });

  it("[PV5] is gone through two reloads and a network that was off; what was not undone comes", async () => {
    const [undone, kept] = newCards(2);
    await withKiosk(system, async ({ page, line, url }) => {
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      await page().context().setOffline(true);
      await scanAndBeThanked(page(), undone!);
      await visitStep(page(), "question");
      await press(page(), "Don’t record this visit");
      await visitState(page(), "declined");
      await scanAndBeThanked(page(), kept!);
      expect((await stateOf(page())).depth).toBe(1);
      await page().context().setOffline(false);
      for (let each = 0; each < 2; each += 1) await openKiosk(page(), url);
      // Its page is gone, and nobody could take it back: it goes with the first flush.
      line.on(INGEST_PATH);
      await system.emulator.arrived([kept!], 15_000);
      await depth(page(), 0);
    });
    expect(system.emulator.callsFor(undone!)).toEqual([]);
  });

  it("[PV5] a browser killed in the middle of taking back has all of the visit or nothing of it", async () => {
    const cards = newCards(2);
    await withKiosk(system, async (kiosk) => {
      for (const [index, card] of cards.entries()) {
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        await scanAndBeThanked(kiosk.page(), card);
        await visitStep(kiosk.page(), "question");
        await press(kiosk.page(), "A gift");
        await visitStep(kiosk.page(), "closing");
        // Nothing is awaited but the tap: the plug goes while the transaction is on its way, or just after.
        await kiosk.page().evaluate(() => {
          const buttons = [...document.querySelectorAll<HTMLButtonElement>(".undo-panel button")];
          buttons[0]?.click();
        });
        if (index > 0) await visitState(kiosk.page(), "declined");
        await kiosk.pullPlug();
        const { depth: owed } = await stateOf(kiosk.page());
        expect(index > 0 ? [0] : [0, 2]).toContain(owed);
        kiosk.line.on(INGEST_PATH);
        await depth(kiosk.page(), 0);
        const calls = await waitFor("what is left to be known", async () =>
          owed === 0 ? [] : system.emulator.callsFor(card),
        );
        expect(calls.length > 0).toBe(owed > 0);
      }
    });
    expect(await system.incidents()).toEqual([]);
  });

  it("[PV5] is not sent early by a clock that is set forward, and can still be taken back", async () => {
    const [card] = newCards(1);
    await withKiosk(system, async ({ page, line }) => {
      await scanAndBeThanked(page(), card!);
      const sent = line.seen(INGEST_PATH).length;
      await page().evaluate(() => {
        const { now } = Date;
        Date.now = () => now.call(Date) + 3_600_000;
        window.dispatchEvent(new Event("online"));
      });
      await visitStep(page(), "question");
      await press(page(), "Don’t record this visit");
      await visitState(page(), "declined");
      expect(line.seen(INGEST_PATH).length).toBe(sent);
    });
    expect(system.emulator.callsFor(card!)).toEqual([]);
  });
});
