import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VISITOR_RECEIPTS_PATH, VisitorReceipts } from "../../src/contract/consent-receipts.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { textHash } from "../../src/proxy/config-book.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { depth, visitState } from "../support/kiosk-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const VISITS = { en: "Your visits", es: "Tus visitas" };
const WISHES = { en: "What brings you in", es: "A qué vienes" };
const MAY_WE = { en: "We note them to show you what fits.", es: "Para mostrarte lo que encaja." };
const [DECLINING = "", AGREEING = "", HASTY = ""] = memberCards(3, 6_300);

let system: System;

beforeAll(async () => {
  const attributes = EXAMPLE_CONFIG.scanAttributes.map(({ name }) => name);
  system = await startSystem({
    env: {
      KIOSK_CONFIG: configFile({
        version: "consent-1",
        assistKeys: { press: ["F13"] },
        consent: {
          purposes: [
            { id: "visits", title: VISITS, text: MAY_WE, attributes },
            { id: "wishes", title: WISHES, text: MAY_WE, attributes: ["visitReason"] },
          ],
        },
      }),
    },
  });
  system.emulator.know([DECLINING, AGREEING, HASTY]);
});

afterAll(() => system.stop());

/** Reads the purpose, then says yes or no to it. */
async function answer(page: Page, purpose: string, place: "no" | "yes"): Promise<void> {
  await page.getByRole("heading", { level: 1, name: purpose }).waitFor();
  await page
    .locator(".consent-pair .button")
    .nth(place === "no" ? 0 : 1)
    .tap();
}

describe("a shopper who is asked for consent", () => {
  it("[PV4] answers purpose by purpose: a no keeps nothing, a yes comes with the words that were shown", async () => {
    await withKiosk(system, async (kiosk) => {
      const page = kiosk.page();
      await scan(page, DECLINING);
      await answer(page, VISITS.en, "no");
      await answer(page, WISHES.en, "no");
      await visitState(page, "declined");
      await depth(page, 0);
      await page.getByRole("button", { name: "Done" }).tap();
      await visitState(page, "attract");

      // In the language of the words on screen.
      await page.locator(".language[lang=es]").tap();
      await page.locator("html[lang=es]").waitFor();
      await scan(page, AGREEING);
      await answer(page, VISITS.es, "yes");
      await answer(page, WISHES.es, "no");
      await visitState(page, "thanked");
      await page.waitForFunction(() => document.documentElement.dataset["visitStep"] === "closing");
      await system.emulator.arrived([AGREEING]);
      await depth(page, 0);
    });
    const profile = await waitFor("the visit in Target", () =>
      system.emulator.attributesOf(AGREEING),
    );
    expect(profile["lastStore"]).toBe("store-1");
    expect(profile).not.toHaveProperty("visitReason");
    expect(system.emulator.callsFor(DECLINING)).toEqual([]);

    const shown = `${VISITS.es}\n${MAY_WE.es}`;
    const { receipts, texts } = await receiptsOf(AGREEING);
    expect(receipts).toMatchObject([
      {
        ground: { type: "consent", purposes: [{ id: "visits", textHash: textHash(shown) }] },
        configVersion: "consent-1",
        verdict: "accepted",
      },
    ]);
    expect(texts).toMatchObject([{ text: shown, language: "es", about: "visits" }]);
    expect((await receiptsOf(DECLINING)).receipts).toEqual([]);
    expect(await system.incidents()).toEqual([]);
  });

  it("[FE7] [PV4] answers only what could be read: not the next purpose by a second tap or a held key", async () => {
    await withKiosk(system, async (kiosk) => {
      const page = kiosk.page();
      const yes = page.locator(".consent-pair .button").nth(1);
      await scan(page, HASTY);
      await settledOn(page, VISITS.en);
      expect(await pressWithoutReading(page)).toBeGreaterThan(3);
      await settledOn(page, WISHES.en);
      await page.keyboard.press("Escape");
      await visitState(page, "attract");

      await scan(page, HASTY);
      await settledOn(page, VISITS.en);
      await yes.focus();
      const session = await page.context().newCDPSession(page);
      const press = (autoRepeat: boolean) =>
        session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", autoRepeat, ...F13 });
      await press(false);
      await settledOn(page, WISHES.en);
      for (let repeat = 0; repeat < 10; repeat += 1) await press(true);
      await settledOn(page, WISHES.en);
      await session.send("Input.dispatchKeyEvent", { type: "keyUp", ...F13 });
      // The first answer has the focus: no.
      await press(false);
      await visitState(page, "thanked");
      await system.emulator.arrived([HASTY]);
      await depth(page, 0);
    });
    const { receipts } = await receiptsOf(HASTY);
    expect(receipts.map(({ ground }) => ground)).toMatchObject([
      { type: "consent", purposes: [{ id: "visits" }] },
    ]);
  });
});

/** The key of a tactile keypad that presses what has the focus. */
const F13 = { key: "F13", code: "F13", windowsVirtualKeyCode: 124 };

/** Waits until this purpose is asked about, and may be answered. */
async function settledOn(page: Page, purpose: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: purpose }).waitFor();
  await page.locator("html:not([data-settling])").waitFor({ state: "attached" });
}

/**
 * Presses "Yes" in every frame, as nobody could, until what stands there may be answered; gives how often
 * it did while the next purpose was shown.
 */
function pressWithoutReading(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const shown = () => document.querySelector("h1")?.textContent;
    const first = shown();
    const root = document.documentElement;
    let pressed = 0;
    for (;;) {
      const yes = document.querySelectorAll<HTMLButtonElement>(".consent-pair .button")[1];
      const isNext = shown() !== first;
      if (isNext && !root.hasAttribute("data-settling")) return pressed;
      yes?.click();
      if (isNext) pressed += 1;
      await new Promise(requestAnimationFrame);
    }
  });
}

async function receiptsOf(value: string): Promise<VisitorReceipts> {
  const body = JSON.stringify({ kind: "member", value });
  const found = await system.admin(VISITOR_RECEIPTS_PATH, { method: "POST", body });
  return VisitorReceipts.parse(await found.json());
}
