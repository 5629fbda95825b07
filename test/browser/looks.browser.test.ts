import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KNOWN_CARD } from "../support/cards.ts";
import { startDemoSystem, type DemoSystem } from "../support/demo-system.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { openKiosk, visitState } from "../support/kiosk-page.ts";
import { scan } from "../support/wedge.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/looks");

/** The two screens that the pictures are made on, and two small ones that everything must fit. */
const SIZES = [
  { width: 1080, height: 1920, pictured: true },
  { width: 1920, height: 1080, pictured: true },
  { width: 800, height: 1280, pictured: false },
  { width: 1366, height: 768, pictured: false },
];

/** Every screen there is, and how a shopper gets there. */
const SCREENS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  attract: async () => undefined,
  offline: async (page) => {
    await page.context().setOffline(true);
    await page.getByText("We add your visit a little later").waitFor();
  },
  keypad: async (page) => {
    await press(page, "Type the number");
    await type(page, "291234567");
    await page.getByRole("button", { name: "4 more digits" }).waitFor();
  },
  "keypad-doubtful": async (page) => {
    await press(page, "Type the number");
    await type(page, "2912345678907");
    await page.getByText("One digit looks different").waitFor();
  },
  "keypad-ready": async (page) => {
    await press(page, "Type the number");
    await type(page, KNOWN_CARD);
    await page.getByRole("button", { name: "That’s my card" }).waitFor();
  },
  thanks: async (page) => {
    await scan(page, KNOWN_CARD);
    await visitStep(page, "thanks");
  },
  question: async (page) => {
    await scan(page, KNOWN_CARD);
    await visitStep(page, "question");
  },
  closing: async (page) => {
    await scan(page, KNOWN_CARD);
    await visitStep(page, "question");
    await press(page, "A gift");
    await visitStep(page, "closing");
  },
  duplicate: async (page) => {
    await scan(page, KNOWN_CARD);
    await visitStep(page, "question");
    await press(page, "Finish");
    await scan(page, KNOWN_CARD);
    await visitStep(page, "duplicate");
  },
  "refused-not-ours": async (page) => {
    await scan(page, "4006381333931");
    await heading(page, "This card isn’t one of ours");
  },
  "refused-payment": async (page) => {
    await scan(page, "4111111111111111");
    await heading(page, "That’s a payment card");
  },
  "refused-damaged": async (page) => {
    await scan(page, "2912345678907");
    await heading(page, "That didn’t read well");
  },
  "out-of-service": async (page) => {
    await fillDisk(page);
    await scan(page, KNOWN_CARD);
    await visitState(page, "out-of-service");
  },
};

/** The screens with most on them, for the small sizes. */
const FULLEST = ["offline", "keypad-doubtful", "question", "closing", "refused-not-ours"];

let system: DemoSystem;
let browser: KioskBrowser;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  system = await startDemoSystem();
  browser = await openKioskBrowser();
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
  browser = await openKioskBrowser();
}

describe("a kiosk that nobody paired", () => {
  beforeAll(startAfresh);

  it.each(SIZES)("says how to pair it at $width×$height", async ({ width, height }) => {
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
});

describe.each(SIZES)("the kiosk at $width×$height", ({ width, height, pictured }) => {
  it.each(pictured ? Object.keys(SCREENS) : FULLEST)(
    "shows %s whole, to be touched",
    async (name) => {
      await browser.page.setViewportSize({ width, height });
      const page = await open();
      await SCREENS[name]?.(page);
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      // Chromium shows a tap a little longer than it lasts.
      await page.waitForFunction(() => document.querySelector("button:active") === null);
      if (pictured) {
        const file = path.join(PICTURES, `${name}-${width}x${height}.png`);
        await page.screenshot({ path: file, animations: "disabled" });
      }
      expect(await troubles(page)).toEqual([]);
      await page.context().setOffline(false);
    },
  );

  it("holds the longer language too", async () => {
    await browser.page.setViewportSize({ width, height });
    for (const name of ["attract", "keypad", "question", "refused-not-ours", "refused-payment"]) {
      const page = await open();
      await SCREENS[name]?.(page);
      await press(page, "Español");
      expect(await page.evaluate(() => document.documentElement.lang)).toBe("es");
      expect([name, await troubles(page)]).toEqual([name, []]);
    }
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

  it("works by keyboard alone", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Type the number" }).focus();
    await page.keyboard.press("Enter");
    await visitState(page, "keypad");
    await page.getByRole("button", { name: "Cancel" }).focus();
    await page.keyboard.press("Space");
    await visitState(page, "attract");
  });

  it("forgets a language with the visit it was chosen in", async () => {
    const page = await open();
    await press(page, "Español");
    await heading(page, "Enseña tu tarjeta");
    await scan(page, "4006381333931");
    await heading(page, "Esta tarjeta no es nuestra");
    await press(page, "Terminar");
    await heading(page, "Show us your card");
  });

  it("[OB3] comes back by itself when storing works again", async () => {
    const page = await open();
    const free = await fillDisk(page);
    await scan(page, KNOWN_CARD);
    await visitState(page, "out-of-service");
    await free();
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
  it.each(SIZES.filter(({ pictured }) => pictured))(
    "scans with a tap, cuts the network, and shows the profile at $width×$height",
    async ({ width, height }) => {
      await startAfresh();
      await browser.page.setViewportSize({ width, height });
      const page = await open(`?demo&store=madrid-${width}`);
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

/** What a shopper could not see, not hit, or would see twice. In words; nothing when all is well. */
function troubles(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    // What moves for ever does so in place; what arrives must have arrived.
    const arriving = document
      .getAnimations()
      .filter((each) => Number.isFinite(Number(each.effect?.getComputedTiming().endTime)));
    await Promise.allSettled(arriving.map((each) => each.finished));
    const found: string[] = [];
    const stage = document.querySelector(".stage")?.getBoundingClientRect();
    if (stage === undefined) return ["nothing is shown"];
    if (document.documentElement.scrollWidth > window.innerWidth)
      found.push("the page is too wide");
    for (const button of document.querySelectorAll(".stage button, #demo button")) {
      const { width, height } = button.getBoundingClientRect();
      if (Math.min(width, height) < 48) found.push(`too small: ${button.textContent}`);
    }
    const inside = document.querySelectorAll(".stage :is(h1, h2, p:not(.unseen), button, li)");
    for (const element of inside) {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const outside =
        left < stage.left - 1 ||
        right > stage.right + 1 ||
        top < stage.top - 1 ||
        bottom > stage.bottom + 1;
      if (outside) found.push(`off screen: ${element.textContent}`);
      if (element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${element.textContent}`);
    }
    const blocks = [...document.querySelectorAll(".words > *, .controls > *, .sill")];
    for (const [index, above] of blocks.entries()) {
      for (const below of blocks.slice(index + 1)) {
        const a = above.getBoundingClientRect();
        const b = below.getBoundingClientRect();
        const overlap =
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        if (overlap)
          found.push(`on top of each other: ${above.textContent} / ${below.textContent}`);
      }
    }
    return found;
  });
}

/** Makes the browser's storage full as the platform says it; the returned function frees it. */
async function fillDisk(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const { add, put } = IDBObjectStore.prototype;
    const full = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
    Object.assign(IDBObjectStore.prototype, { add: full, put: full });
    Object.assign(globalThis, {
      freeDisk: () => Object.assign(IDBObjectStore.prototype, { add, put }),
    });
  });
  return () =>
    page.evaluate(() => {
      (globalThis as unknown as { readonly freeDisk: () => void }).freeDisk();
    });
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).tap();
}

async function type(page: Page, digits: string): Promise<void> {
  for (const digit of digits) await press(page, digit);
}

async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

async function visitStep(page: Page, step: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset["visitStep"] === wanted,
    step,
  );
}
