import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECK_CARD_TEXT } from "../../src/contract/check-card.ts";
import { KNOWN_CARD } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { startDemoSystem, type DemoSystem } from "../support/demo-system.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { configured, openKiosk, visitState, workerReady } from "../support/kiosk-page.ts";
import { troubles } from "../support/look-troubles.ts";
import {
  CONSENT_LOOKS,
  consentConfigFile,
  fillDisk,
  LOOKS,
  looksConfigFile,
  SIZES,
  toAttract,
  VARIANTS,
  visitStep,
  walkLooks,
} from "../support/looks.ts";
import { speakPseudo } from "../support/pseudo-page.ts";
import { knock, pressPin, staffStep } from "../support/staff.ts";
import { scan } from "../support/wedge.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/looks");

/** Screens where the demo and pairing are looked at. */
const PAIRING_SIZES = [...SIZES, { width: 1366, height: 768 }];

/** The states with most on them. */
const FULLEST = LOOKS.filter(({ name }) =>
  ["offline", "question", "keypad-doubtful"].includes(name),
);

let system: DemoSystem;
let browser: KioskBrowser;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  system = await startDemoSystem({ KIOSK_CONFIG: configFile({}) });
  browser = await openKioskBrowser({ isStill: true });
});

afterAll(async () => {
  expect(browser.complaints).toEqual([]);
  await browser.discard();
  await system.stop();
});

async function open(query = ""): Promise<Page> {
  const { page } = browser;
  await page.context().setOffline(false);
  const address = query === "" ? `?${system.pair}` : `${query}&${system.pair}`;
  await openKiosk(page, `${system.kioskUrl}/${address}`);
  await page.getByRole("button", { name: "Español" }).waitFor();
  return page;
}

/** A browser that nobody paired yet. */
async function startAfresh(): Promise<void> {
  expect(browser.complaints).toEqual([]);
  await browser.discard();
  browser = await openKioskBrowser({ isStill: true });
}

describe("a kiosk that nobody paired", () => {
  beforeAll(startAfresh);

  it.each(PAIRING_SIZES)("says how to pair it at $width×$height", async ({ width, height }) => {
    const { page } = browser;
    await page.setViewportSize({ width, height });
    await page.goto(system.kioskUrl);
    await visitState(page, "unpaired");
    await heading(page, "Whose kiosk is this?");
    for (const character of "ABCD") {
      await page.getByRole("button", { name: character, exact: true }).click();
    }
    await page.screenshot({
      path: path.join(PICTURES, `unpaired-${width}x${height}.png`),
      animations: "disabled",
    });
    expect(await troubles(page)).toEqual([]);
  });

  it("[FE2] speaks the browser's language, and English where that is none of ours", async () => {
    const { page } = browser;
    const devtools = await page.context().newCDPSession(page);
    const userAgent = await page.evaluate(() => navigator.userAgent);
    await page.setViewportSize({ width: 800, height: 1280 });
    for (const [acceptLanguage, title, place] of [
      ["ar-EG", "لمن هذا الكشك؟", "أين هذا الكشك؟"],
      ["de-CH", "Wem gehört dieser Kiosk?", "Wo steht dieser Kiosk?"],
      ["nl-NL", "Whose kiosk is this?", "Where does this kiosk stand?"],
    ] as const) {
      await devtools.send("Emulation.setUserAgentOverride", { userAgent, acceptLanguage });
      for (const [query, text] of [
        ["", title],
        ["?store=two%20words", place],
      ] as const) {
        await page.goto(`${system.kioskUrl}/${query}`);
        await heading(page, text);
        expect(await troubles(page)).toEqual([]);
      }
    }
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    await startAfresh();
  });
});

describe("every screen", () => {
  let looks: DemoSystem;
  let page: Page;

  beforeAll(async () => {
    looks = await startDemoSystem({ KIOSK_CONFIG: looksConfigFile() });
    await startAfresh();
    page = browser.page;
    await speakPseudo(page);
    await openKiosk(page, `${looks.kioskUrl}/?${looks.pair}`);
    await page.locator(".tool").first().waitFor();
  });

  // Its page goes past the worker, and speaks no German.
  afterAll(async () => {
    await startAfresh();
    await looks.stop();
  });

  it("[FE3] is whole and to be touched, and axe finds nothing on it", async () => {
    const [sizes, variants] = [SIZES.slice(0, 1), VARIANTS.slice(0, 1)];
    const found = await walkLooks(page, { looks: LOOKS, sizes, variants, pictures: PICTURES });
    expect(found).toEqual([]);
  });

  it("[FE3] [FE2] stays so however the shopper wants it, on every size", async () => {
    expect(await walkLooks(page, { looks: FULLEST, sizes: SIZES, variants: VARIANTS })).toEqual([]);
  });

  it("[FE3] [FE2] is so for the staff too, and on a check card", async () => {
    // Lying, there is least room for it.
    await page.setViewportSize(SIZES[1]!);
    await toAttract(page);
    await VARIANTS.find(({ name }) => name === "pseudo")?.on(page);
    await scan(page, CHECK_CARD_TEXT);
    await page.locator(".check").waitFor();
    // Nothing on it looks as if it were to be pressed but the button.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    expect(await troubles(page)).toEqual([]);
    await page.locator(".check .button-main").tap();
    await knock(page);
    expect(await troubles(page)).toEqual([]);
    await pressPin(page);
    await staffStep(page, "status");
    for (const tab of await page.locator(".staff-tab").all()) {
      await tab.tap();
      expect(await troubles(page), (await tab.textContent()) ?? "").toEqual([]);
    }
  });
});

describe("every screen of a kiosk that asks for consent", () => {
  it("[FE3] [PV4] is whole and to be touched, and axe finds nothing on it", async () => {
    const asking = await startDemoSystem({ KIOSK_CONFIG: consentConfigFile() });
    const { page } = browser;
    await openKiosk(page, `${asking.kioskUrl}/?${asking.pair}`);
    await page.locator(".sill-foot .button").waitFor();
    await configured(page);
    const [sizes, variants] = [SIZES.slice(0, 2), VARIANTS.slice(0, 1)];
    const looks = CONSENT_LOOKS;
    expect(await walkLooks(page, { looks, sizes, variants, pictures: PICTURES })).toEqual([]);
    await startAfresh();
    await asking.stop();
  });
});

describe("the kiosk", () => {
  it("holds no focus on attract, and lets no key of a scan press anything", async () => {
    await browser.page.setViewportSize({ width: 1080, height: 1920 });
    const page = await open();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BUTTON");
    await scan(page, KNOWN_CARD);
    await visitState(page, "thanked");
    await page.getByRole("status").getByText("Thank you").waitFor();
    await endVisit(page);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
  });

  it("[FE4] is worked by keys alone, the focus where a screen begins", async () => {
    const page = await open();
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("Type the number");
    await page.keyboard.press("Enter");
    await visitState(page, "keypad");
    await focusedOn(page, "Type your card number");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe("1");
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toBe("Help");
    await page.keyboard.press("Escape");
    await visitState(page, "attract");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
    // The status region has said it already: the first thing to do is what is focused.
    await page.keyboard.press("Tab");
    await scan(page, "4006381333931");
    await visitState(page, "refused");
    await focusedOn(page, "Type the number");
    await page.keyboard.press("Escape");
    await visitState(page, "attract");
    // A touch is no key: nothing takes the focus then.
    await press(page, "Type the number");
    await visitState(page, "keypad");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
    await press(page, "Cancel");
  });

  it("[FE1] forgets language and modes with the visit they were chosen in", async () => {
    const page = await open();
    await press(page, "Español");
    await heading(page, "Enseña tu tarjeta");
    await press(page, "Contraste");
    await press(page, "Letra");
    await press(page, "Alcance");
    const modes = () =>
      page.evaluate(() => {
        const { dataset, lang, dir } = document.documentElement;
        const { textSize, highContrast, reach } = dataset;
        return { lang, dir, textSize, highContrast, reach };
      });
    expect(await modes()).toEqual({
      lang: "es",
      dir: "ltr",
      textSize: "130",
      highContrast: "",
      reach: "",
    });
    await scan(page, "4006381333931");
    await heading(page, "Esta tarjeta no es nuestra");
    await page.getByRole("button", { name: "Español" }).tap();
    await press(page, "العربية");
    await heading(page, "هذه البطاقة ليست لنا");
    expect((await modes()).dir).toBe("rtl");
    await press(page, "إنهاء");
    await heading(page, "Show us your card");
    expect(await modes()).toEqual({ lang: "en", dir: "ltr", textSize: "100" });
  });

  it("[FE2] speaks a language nobody asked for before, with the network gone", async () => {
    const page = await open();
    await workerReady(page);
    await page.context().setOffline(true);
    await press(page, "Français");
    await heading(page, "Montrez-nous votre carte");
    await press(page, "العربية");
    await heading(page, "أرنا بطاقتك");
    await page.waitForFunction(() => document.fonts.check('40px "Readex Pro"', "أرنا"));
    await page.context().setOffline(false);
    await press(page, "English");
  });

  it("[OB3] comes back by itself when storing works again", async () => {
    const page = await open();
    await fillDisk(page);
    await scan(page, KNOWN_CARD);
    await visitState(page, "out-of-service");
    await page.evaluate(() => {
      (globalThis as unknown as { readonly freeDisk: () => void }).freeDisk();
    });
    await visitState(page, "attract");
    await scan(page, KNOWN_CARD);
    await visitState(page, "thanked");
  });

  it("remembers store and kiosk, and takes them out of the address", async () => {
    await startAfresh();
    const page = await open("?store=sevilla-1&kiosk=lift&demo");
    expect(new URL(page.url()).search).toBe("?demo");
    const device = await page.evaluate(() => localStorage.getItem("tarjeta-device"));
    expect(device).toContain("sevilla-1");
    expect(device).toContain("lift");
  });

  it("refuses an impossible place, naming the parameter", async () => {
    const { page } = browser;
    await page.goto(`${system.kioskUrl}/?store=two%20words`);
    await page.getByText("The address says store=“two words”").waitFor();
    await visitState(page, "out-of-service");
    expect(await troubles(page)).toEqual([]);
  });

  it("can be installed", async () => {
    const page = await open();
    const devtools = await page.context().newCDPSession(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const answer = await devtools.send("Page.getInstallabilityErrors");
    expect(answer.installabilityErrors).toEqual([]);
  });
});

describe("the demo", () => {
  it.each(SIZES.slice(0, 2))(
    "scans with a tap, cuts the network, and shows the profile at $width×$height",
    async ({ width, height }) => {
      await startAfresh();
      await browser.page.setViewportSize({ width, height });
      const page = await open(`?demo&store=madrid-${width}`);
      await configured(page);
      await page.getByRole("switch", { name: "Network" }).click();
      await press(page, "Member card");
      await visitState(page, "thanked");
      await page.getByText("1 update waits on this kiosk").waitFor();
      await page.getByRole("switch", { name: "Network" }).click();
      await page.getByText("Nothing waits on this kiosk").waitFor();
      await page.locator("#demo dd").getByText(`madrid-${width}`).waitFor();
      await page.screenshot({
        path: path.join(PICTURES, `demo-${width}x${height}.png`),
        animations: "disabled",
      });
      expect(await troubles(page)).toEqual([]);

      await press(page, "Payment card");
      await heading(page, "That’s a payment card");
      await press(page, "Somebody else’s");
      await heading(page, "This card isn’t one of ours");
      await press(page, "Damaged card");
      await heading(page, "That didn’t read well");
    },
  );
});

async function endVisit(page: Page): Promise<void> {
  await visitStep(page, "question");
  await press(page, "Finish");
  await press(page, "Done");
  await visitState(page, "attract");
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).tap();
}

async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** What the focused control or heading says. */
function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => document.activeElement?.textContent ?? undefined);
}

async function focusedOn(page: Page, words: string): Promise<void> {
  await page.waitForFunction((words) => document.activeElement?.textContent === words, words);
}
