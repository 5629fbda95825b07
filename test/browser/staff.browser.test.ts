import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { KIOSKS_PATH, KioskStates } from "../../src/contract/kiosk-state.ts";
import type { KioskTroubles } from "../../src/contract/kiosk-troubles.ts";
import { profileHolding } from "../support/browser-profile.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { signIn } from "../support/console-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, stateOf, visitState } from "../support/kiosk-page.ts";
import { troubles, troublesAndAxe } from "../support/look-troubles.ts";
import {
  knock,
  openStaff,
  pressPin,
  showTab,
  STAFF,
  STAFF_PIN,
  staffStep,
} from "../support/staff.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const PORTRAIT = { width: 1080, height: 1920 };
const LANDSCAPE = { width: 1920, height: 1080 };

const [OWED = "", MEANWHILE = "", AFTER = ""] = memberCards(3, 8_400);

let system: System;

beforeAll(async () => {
  system = await startSystem({
    env: { KIOSK_CONFIG: configFile({ version: "staff-1", staff: STAFF, questions: [] }) },
  });
});
afterAll(() => system.stop());

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

/** What is wrong with a screen of the staff's, standing and lying. */
async function lookedAt(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const size of [LANDSCAPE, PORTRAIT]) {
    await page.setViewportSize(size);
    const where = `${name}, ${size.width}×${size.height}`;
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const wrong = size === PORTRAIT ? await troublesAndAxe(page) : await troubles(page);
    found.push(...wrong.map((each) => `${where}: ${each}`));
  }
  return found;
}

/** Waits until the kiosk has told its proxy so. */
async function toldTrouble(name: keyof KioskTroubles, value: unknown): Promise<void> {
  await waitFor(`${name} to be told`, async () => {
    const { kiosks } = KioskStates.parse(await (await system.admin(KIOSKS_PATH)).json());
    const troubles = kiosks[0]?.health?.troubles;
    if (troubles === undefined) return false;
    expect(troubles[name]).toEqual(value);
    return true;
  });
}

it("[SF1] [SF2] [SF3] [SF4] [SF5] [BI8] staff come in by a corner and a PIN, see to the kiosk, and leave it as it was", async () => {
  system.emulator.know([OWED, MEANWHILE, AFTER]);
  await withKiosk(system, async (kiosk) => {
    const page = kiosk.page();
    const found: string[] = [];
    let isCut = true;
    kiosk.line.on(INGEST_PATH, (exchange) => {
      if (isCut) exchange.cut();
      else void exchange.forward().then(exchange.answer);
    });
    await scanAndBeThanked(page, OWED);
    // The visit under way ends.
    await knock(page);
    expect(await page.content()).not.toContain(OWED.slice(-4));

    // Neither a card nor the PIN itself is anything when a scanner types it.
    await scan(page, MEANWHILE);
    await scan(page, STAFF_PIN);
    await page.keyboard.type(STAFF_PIN, { delay: 150 });
    expect(await page.getByRole("img", { name: "0 of 6 digits" }).count()).toBe(1);
    await pressPin(page, "111112");
    await page.getByRole("alert").getByText("That isn’t the PIN. 4 more tries").waitFor();
    found.push(...(await lookedAt(page, "pin")));
    await pressPin(page);
    await staffStep(page, "status");
    await page.locator('[data-fact="config"]', { hasText: "staff-1" }).waitFor();
    found.push(...(await lookedAt(page, "status")));

    await showTab(page, "Queue");
    await page.getByText("The oldest has waited").waitFor();
    expect(await page.locator(".owed-count").innerText()).toBe("1");
    const saved = page.waitForEvent("download");
    await press(page, "Save to a file");
    const file = readFileSync((await (await saved).path())!, "utf8");
    expect(file).toMatch(/"tarjeta-outbox".*\n.*\n$/);
    expect(file).not.toContain(OWED);
    await press(page, "Send now");
    await page.getByRole("status").getByText("The server doesn’t answer").waitFor();
    found.push(...(await lookedAt(page, "queue")));
    isCut = false;
    await press(page, "Send now");
    await page.getByRole("status").getByText("1 was sent.").waitFor();
    await depth(page, 0);
    await system.emulator.arrived([OWED]);

    await showTab(page, "Screen");
    found.push(...(await lookedAt(page, "screen")));
    await press(page, "Test the screen");
    found.push(...(await lookedAt(page, "test")));
    await page.evaluate(() => {
      for (const field of document.querySelectorAll<HTMLElement>(".test-field")) field.click();
    });
    await page.getByText("Every field answered").waitFor();
    await press(page, "Clean the screen");
    await page.locator(".staff-cleaning").waitFor();
    const back = await page.getByText("Back to shoppers").boundingBox();
    await page.touchscreen.tap(back!.x + 20, back!.y + 20);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    expect((await stateOf(page)).visitState).toBe("staff");
    expect(await page.locator(".staff-cleaning").count()).toBe(1);
    found.push(...(await lookedAt(page, "cleaning")));
    await page.locator(".staff-cleaning").waitFor({ state: "detached" });

    await showTab(page, "Log");
    for (const said of ["Wrong PIN", "Staff came in", "Sent from here: 1", "Screen cleaned"]) {
      await page.locator(".log li", { hasText: said }).waitFor();
    }
    found.push(...(await lookedAt(page, "log")));

    await showTab(page, "Kiosk");
    await press(page, "Take it out of service");
    await page.getByRole("status").getByText("This kiosk takes no cards").waitFor();
    found.push(...(await lookedAt(page, "kiosk")));
    await press(page, "Back to shoppers");
    await visitState(page, "out-of-service");
    await page.getByText("Put it back in the staff area").waitFor();
    await scan(page, MEANWHILE);
    await toldTrouble("outOfService", { why: "closed", forMs: expect.any(Number) });
    const console = await kiosk.browser().context.newPage();
    await console.setViewportSize({ width: 1440, height: 900 });
    await signIn(console, system);
    await console.getByText(/Out of service for \d+ s, by staff/).waitFor();
    await console.locator("[data-metric=tarjeta_kiosks_out_of_service]").waitFor();

    // It stays so over a start, and keys alone open the door, too.
    await page.reload();
    await visitState(page, "out-of-service");
    await page.getByText("Put it back in the staff area").waitFor();
    await scan(page, MEANWHILE);
    // An Enter this soon would be the scan's own, by its stamps.
    const scannedMs = await page.evaluate(() => performance.now());
    await page.waitForFunction((atMs) => performance.now() > atMs + 500, scannedMs);
    for (let left = 5; left > 0; left -= 1) await page.keyboard.press("Escape");
    await staffStep(page, "pin");
    for (const [at, digit] of [...STAFF_PIN].entries()) {
      await page.getByRole("img", { name: `${at} of 6 digits` }).waitFor();
      await page.getByRole("button", { name: digit, exact: true }).focus();
      await page.keyboard.press("Enter");
    }
    await staffStep(page, "status");
    await showTab(page, "Kiosk");
    await press(page, "Put it back in service");
    await press(page, "Back to shoppers");
    await visitState(page, "attract");
    expect((await stateOf(page)).depth).toBe(0);
    await toldTrouble("outOfService", undefined);
    await console.getByText(/Out of service for/).waitFor({ state: "detached" });
    await console.close();
    await scanAndBeThanked(page, AFTER);
    await depth(page, 0);
    expect(found).toEqual([]);

    // A kiosk that owes nothing may go, and nobody has to.
    await openStaff(page, "Kiosk");
    await press(page, "Unpair");
    await page.getByRole("heading", { name: "Unpair kiosk-1?" }).waitFor();
    await press(page, "Keep it paired");
    await visitState(page, "attract");

    // A key that ends something is no knock, however often.
    for (let left = 5; left > 0; left -= 1) {
      await press(page, "Type the number");
      await page.keyboard.press("Escape");
    }
    await visitState(page, "attract");

    // Five wrong PINs wait, and go on waiting when the plug was pulled.
    await knock(page);
    for (let left = 5; left > 0; left -= 1) {
      await pressPin(page, "111112");
      await page.getByRole("img", { name: "0 of 6 digits" }).waitFor();
    }
    await page
      .getByRole("alert")
      .getByText(/^Try again in/)
      .waitFor();
    await kiosk.pullPlug();
    await knock(kiosk.page());
    await kiosk
      .page()
      .getByRole("alert")
      .getByText(/^Try again in/)
      .waitFor();
    await pressPin(kiosk.page());
    expect((await stateOf(kiosk.page())).visitStep).toBe("pin");
    await toldTrouble("wrongPins", 5);

    expect(system.emulator.callsFor(MEANWHILE)).toEqual([]);
    const { profileDir } = kiosk.browser();
    await kiosk.browser().close();
    expect(profileHolding(profileDir, MEANWHILE)).toEqual([]);
  });
});
