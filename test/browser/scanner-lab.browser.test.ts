import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECK_CARD_TEXT } from "../../src/contract/check-card.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { KIOSKS_PATH, KioskStates } from "../../src/contract/kiosk-state.ts";
import { CALIBRATION_TEXT } from "../../src/scanner/calibration.ts";
import { ENTER, timed, usKeys } from "../scanner/typing.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { installFakeReaders } from "../support/fake-readers.ts";
import { withKiosk } from "../support/kiosk.ts";
import { scanAndBeThanked, stateOf, thankedFor, visitState } from "../support/kiosk-page.ts";
import { troublesAndAxe } from "../support/look-troubles.ts";
import { visitStep } from "../support/looks.ts";
import { openStaff, STAFF } from "../support/staff.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { typeKeys } from "../support/wedge.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/looks");
const PORTRAIT = { width: 1080, height: 1920 };
const LANDSCAPE = { width: 1920, height: 1080 };

/** Milliseconds a key: slower than any scanner is read that nobody calibrated. */
const SLOW = 60;

const [SHOWN = "", TRIED = "", AFTER = ""] = memberCards(3, 8_600);

let system: System;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  system = await startSystem({
    env: { KIOSK_CONFIG: configFile({ version: "lab-1", staff: STAFF, questions: [] }) },
  });
});

afterAll(() => system.stop());

/** What is wrong with what is shown, standing and lying; pictures of both are kept. */
async function lookedAt(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const size of [LANDSCAPE, PORTRAIT]) {
    await page.setViewportSize(size);
    const where = `${name}-${size.width}x${size.height}`;
    const file = path.join(PICTURES, `${where}.png`);
    await page.screenshot({ path: file, animations: "disabled" });
    // What the lab has no room for is scrolled to.
    const wrong = (await troublesAndAxe(page)).filter((each) => !each.startsWith("off screen"));
    found.push(...wrong.map((each) => `${where}: ${each}`));
  }
  return found;
}

/** Types a code as a scanner does that leaves so long between two keys. */
const show = (page: Page, text: string, gapMs: number, endedSecondsAgo = 0) => {
  const keys = timed([...usKeys(text), ENTER], gapMs);
  const tookMs = keys.at(-1)!.timeStamp - keys[0]!.timeStamp;
  return typeKeys(page, keys, Date.now() - tookMs - endedSecondsAgo * 1_000);
};

const line = (page: Page, check: string, state: string) =>
  page.locator(`.check-line[data-check=${check}][data-state=${state}]`);

describe("a check card", () => {
  it("[CC1] [CC2] [CC3] says how the kiosk does, offline too, records nothing, and gives way to a card", async () => {
    system.emulator.know([SHOWN]);
    await withKiosk(system, async (kiosk) => {
      const page = kiosk.page();
      const found: string[] = [];
      const check = page.locator(".check");
      // Never asked for before: what it needs comes from the cache.
      await page.context().setOffline(true);
      await show(page, CHECK_CARD_TEXT, 8);
      await line(page, "proxy", "bad").getByText("Look at the network cable").waitFor();
      await line(page, "waiting", "good").getByText("None: all are sent").waitFor();
      await line(page, "storage", "good")
        .or(line(page, "storage", "bad"))
        .waitFor();
      await line(page, "scanner", "good").getByText("types as a keyboard").waitFor();
      expect(await line(page, "scanner", "good").innerText()).toMatch(/\b8\sms/);
      found.push(...(await lookedAt(page, "check")));
      await page.context().setOffline(false);
      await show(page, CHECK_CARD_TEXT, 40);
      await line(page, "scanner", "bad").getByText("Calibrate it").waitFor();
      await line(page, "proxy", "good").getByText("answers now").waitFor();
      await page.getByRole("button", { name: "Back to shoppers" }).tap();
      await check.waitFor({ state: "detached" });

      // In Spanish where the screen is, and until its time is over.
      await page.getByRole("button", { name: "Español" }).tap();
      await page.getByRole("heading", { name: "Enseña tu tarjeta" }).waitFor();
      await show(page, CHECK_CARD_TEXT, 8);
      await page.getByText("No se guarda nada de ella").waitFor();
      await page.evaluate(() => {
        const now = performance.now.bind(performance);
        performance.now = () => now() + 21_000;
      });
      await check.waitFor({ state: "detached" });
      expect((await stateOf(page)).visitState).toBe("attract");

      // A card is no check's to keep waiting; a check waits for the visit's end.
      await show(page, CHECK_CARD_TEXT, 8);
      await check.waitFor();
      // A line that was down and works again has the kiosk speak soon.
      await page.evaluate(() => window.dispatchEvent(new Event("offline")));
      const spoken = page.waitForResponse((answer) => answer.url().endsWith(HEARTBEAT_PATH));
      await scanAndBeThanked(page, SHOWN);
      expect(await check.count()).toBe(0);
      await show(page, CHECK_CARD_TEXT, 8);
      await visitStep(page, "closing");
      await page.keyboard.press("Escape");
      await check.waitFor();
      expect((await stateOf(page)).visitState).toBe("attract");

      await system.emulator.arrived([SHOWN]);
      await (await spoken).finished();
      const answer = await system.admin(KIOSKS_PATH);
      const [state] = KioskStates.parse(await answer.json()).kiosks;
      expect([state?.refusedScans ?? {}, state?.owed]).toEqual([{}, 0]);
      expect(found).toEqual([]);
    });
  });
});

describe("the scanner lab", () => {
  it("[SL1] [SL2] [SL3] [SL4] says what a reader does, learns a slow one's ways over a restart, and records nothing", async () => {
    system.emulator.know([TRIED, AFTER]);
    await withKiosk(
      system,
      async (kiosk) => {
        const page = kiosk.page();
        const found: string[] = [];
        const verdict = (text: string) => page.locator(".lab-verdict", { hasText: text }).waitFor();
        const fact = (id: string) => page.locator(`.fact[data-fact=${id}] dd`).innerText();
        await openStaff(page, "Scanner");
        await verdict("Show the scanner a code");

        await show(page, TRIED, 8);
        await verdict("It reads, and could do better");
        expect(await page.locator(".gap").count()).toBe(13);
        expect(await fact("rule")).toContain(`member card, •••• ${TRIED.slice(-4)}`);
        expect(await fact("ends")).toContain("Enter");
        found.push(...(await lookedAt(page, "lab")));
        await page.evaluate((card) => fakeReaders.hid(card), TRIED);
        await verdict("This scanner reads well");
        expect(await fact("reader")).toContain("USB HID");
        expect(await fact("kind")).toContain("EAN-13");

        await show(page, "4111111111111111", 8);
        await verdict("It reads, but that is no card");
        expect(await page.content()).not.toMatch(/4111|1111/);

        await show(page, TRIED, SLOW);
        await verdict("That wasn’t read");
        await page.getByRole("button", { name: "Calibrate", exact: true }).tap();
        await verdict("Show the code, 3 times");
        // Chromium stamps no key before the page began: all of them must have room in its life.
        await page.waitForFunction(() => performance.now() > 10_000);
        await show(page, TRIED, SLOW, 6);
        await verdict("That wasn’t the calibration code");
        // Each takes two seconds by its stamps, and silence lies between them.
        await show(page, CALIBRATION_TEXT, SLOW, 6);
        await verdict("Show the code, 2 times");
        await show(page, CALIBRATION_TEXT, SLOW, 3);
        await verdict("Once more");
        await show(page, CALIBRATION_TEXT, SLOW);
        await verdict("Calibrated");
        await show(page, TRIED, SLOW);
        await verdict("It reads, and could do better");
        expect(await fact("learnt")).toMatch(/\b60\sms/);
        await page.getByRole("button", { name: "Test codes" }).tap();
        await page.locator(".code-drawing").first().waitFor();
        expect(await page.locator(".code-drawing").count()).toBe(5);
        found.push(...(await lookedAt(page, "lab-codes")));
        // On paper there are the codes and nothing else.
        await page.emulateMedia({ media: "print" });
        expect(await page.locator(".code-drawing").last().isVisible()).toBe(true);
        expect(await page.locator(".staff-tab, .codes-hint, .button").first().isVisible()).toBe(
          false,
        );
        await page.emulateMedia({ media: "screen" });
        expect(await page.content()).not.toContain(TRIED);

        await page.reload();
        await visitState(page, "attract");
        // Chromium stamps no key before the page began: the whole scan must have room in its life.
        await page.waitForFunction(() => performance.now() > 2_000);
        await waitFor("a slow scanner to be read after a restart", async () => {
          await show(page, AFTER, SLOW);
          return thankedFor(page, AFTER, 2_000).then(
            () => true,
            () => false,
          );
        });
        await system.emulator.arrived([AFTER]);
        expect(system.emulator.callsFor(TRIED)).toEqual([]);
        expect(found).toEqual([]);
      },
      {
        name: "lab",
        prepare: async ({ context }) => {
          await context.addInitScript(installFakeReaders);
        },
      },
    );
  });
});
