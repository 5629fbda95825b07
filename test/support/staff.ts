import type { Page } from "playwright-core";
import type { Staff } from "../../src/contract/staff.ts";
import { pinHashOf } from "../../src/proxy/kiosk-pin/pin-hash.ts";

export const STAFF_PIN = "402817";

/** A block `staff` of a configuration, whose hash is quick to come by. */
export const STAFF: Staff = {
  pinHash: pinHashOf(STAFF_PIN, Buffer.from("0123456789abcdef"), 10_000),
  cleaningSeconds: 5,
};

/** Taps the upper right corner as often as it takes, and waits until the PIN is asked for. */
export async function knock(page: Page): Promise<void> {
  // From when the page has loaded all of itself.
  await page.locator(".tool").first().waitFor();
  const stage = await page.locator(".stage").boundingBox();
  if (stage === null) throw new Error("nothing is shown");
  for (let left = 5; left > 0; left -= 1) {
    await page.touchscreen.tap(stage.x + stage.width - 20, stage.y + 20);
  }
  await staffStep(page, "pin");
}

/** Presses the digits of a PIN on the pad. */
export async function pressPin(page: Page, pin = STAFF_PIN): Promise<void> {
  await page.evaluate((pin) => {
    const keys = [...document.querySelectorAll<HTMLElement>(".screen-pin .button-key")];
    for (const digit of pin) keys.find((key) => key.textContent === digit)?.click();
  }, pin);
}

/** Opens one of the tabs, from wherever shoppers are. */
export async function openStaff(page: Page, tab: string): Promise<void> {
  await knock(page);
  await pressPin(page);
  await staffStep(page, "status");
  await showTab(page, tab);
}

export async function showTab(page: Page, tab: string): Promise<void> {
  await page.locator(".staff-tab", { hasText: tab }).tap();
  await page.locator(".staff-title", { hasText: tab }).waitFor();
}

export async function staffStep(page: Page, step: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const { visitState, visitStep } = document.documentElement.dataset;
    return visitState === "staff" && visitStep === wanted;
  }, step);
}
