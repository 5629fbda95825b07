import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paintFrom } from "../../src/kiosk/brand/paint.ts";
import { startDemoSystem, type DemoSystem } from "../support/demo-system.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { configured, openKiosk, visitState, workerReady } from "../support/kiosk-page.ts";
import { troublesAndAxe } from "../support/look-troubles.ts";
import { LOOKS, looksConfigFile, VARIANTS, visitStep } from "../support/looks.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/looks");

/** Too dark for ink, bright, and where neither ink nor paper can be read. */
const BRANDS = { "dark blue": "#16379c", "yellow-green": "#c6e81c", grey: "#808080" };

let system: DemoSystem;
let browser: KioskBrowser;
let page: Page;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  const KIOSK_CONFIG = looksConfigFile({ brandColour: BRANDS["dark blue"] });
  system = await startDemoSystem({ KIOSK_CONFIG });
  browser = await openKioskBrowser({ isStill: true });
  page = browser.page;
  await openKiosk(page, `${system.kioskUrl}/?${system.pair}`);
  await page.locator(".sill-foot .button").waitFor();
  await configured(page);
});

afterAll(async () => {
  expect(browser.complaints).toEqual([]);
  await browser.discard();
  await system.stop();
});

describe("a brand's colour on the screen", () => {
  it("[BC3] is there with the first picture of a start, the network gone", async () => {
    await workerReady(page);
    await page.addInitScript(() => {
      new MutationObserver((_records, observer) => {
        const stage = document.querySelector(".stage");
        if (stage === null) return;
        observer.disconnect();
        Object.assign(globalThis, {
          firstBrand: getComputedStyle(stage).getPropertyValue("--brand"),
        });
      }).observe(document, { childList: true, subtree: true });
    });
    await page.context().setOffline(true);
    await page.reload();
    await visitState(page, "attract");
    expect(await page.evaluate(() => (globalThis as { firstBrand?: string }).firstBrand)).toBe(
      BRANDS["dark blue"],
    );
    await page.context().setOffline(false);
    await page.locator(".sill-foot .button").waitFor();
  });

  it("[BC3] is nowhere in high contrast, neither behind cards nor behind thanks", async () => {
    await knowsNoBrandInContrast();
    await LOOKS.find(({ name }) => name === "closing")?.go(page);
    await knowsNoBrandInContrast();
  });

  it("[BC1] [FE3] leaves nothing unread where it is a ground, and axe finds nothing on it", async () => {
    await visitStep(page, "closing");
    for (const [name, colour] of Object.entries(BRANDS)) {
      await paint(colour);
      await page.screenshot({
        path: path.join(PICTURES, `closing-${name}.png`),
        animations: "disabled",
      });
      expect(await troublesAndAxe(page), name).toEqual([]);
    }
  });
});

async function knowsNoBrandInContrast(): Promise<void> {
  await paint(BRANDS["dark blue"]);
  const branded = await coloursOn();
  await contrast("on");
  const contrasting = await coloursOn();
  await paint(undefined);
  expect(await coloursOn()).toEqual(contrasting);
  await contrast("off");
  // What was compared says something.
  expect(await coloursOn()).not.toEqual(branded);
}

const contrast = (what: "on" | "off") =>
  VARIANTS.find(({ name }) => name === "high-contrast")![what](page);

/** Puts a colour on the page as the page does, or takes it off. */
async function paint(colour: string | undefined): Promise<void> {
  await page.evaluate(
    (paint) => {
      const { style, dataset } = document.documentElement;
      style.cssText = paint?.style ?? "";
      dataset["onBrand"] = paint?.onBrand;
    },
    colour === undefined ? undefined : paintFrom(colour),
  );
}

/** What everything visible is painted with. */
function coloursOn(): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".stage, .stage *")].map((element) => {
      const { color, backgroundColor, fill, boxShadow } = getComputedStyle(element);
      return [element.className, color, backgroundColor, fill, boxShadow].join(" ");
    }),
  );
}
