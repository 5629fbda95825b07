import path from "node:path";
import type { Page } from "playwright-core";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { HELP_PATH, type HelpReceipt } from "../../src/contract/help-call.ts";
import { KNOWN_CARD, memberCard } from "./cards.ts";
import { configFile } from "./config-file.ts";
import { visitState } from "./kiosk-page.ts";
import { troublesAndAxe } from "./look-troubles.ts";
import { pseudoText } from "./pseudo-locale.ts";
import { pseudoQuestions } from "./pseudo-page.ts";
import { knock, openStaff, STAFF } from "./staff.ts";
import { scan } from "./wedge.ts";

/** A state of the kiosk, and how a shopper gets there from attract. */
export interface Look {
  readonly name: string;
  readonly go: (page: Page) => Promise<void>;
  /** It passes by itself within seconds: each picture of it needs a visit of its own. */
  readonly isBrief?: boolean;
}

/** Every state there is, a line or a few each. */
export const LOOKS: readonly Look[] = [
  { name: "attract", go: async () => undefined },
  {
    name: "offline",
    go: async (page) => {
      await page.context().setOffline(true);
      await page.locator(".label-notice").waitFor();
    },
  },
  { name: "keypad", go: (page) => typeNumber(page, "291234567") },
  { name: "keypad-doubtful", go: (page) => typeNumber(page, "2912345678907") },
  { name: "keypad-ready", go: (page) => typeNumber(page, KNOWN_CARD) },
  { name: "thanks", go: async (page) => void (await thanks(page)), isBrief: true },
  { name: "question", go: async (page) => void (await question(page)) },
  {
    name: "closing",
    go: async (page) => {
      await question(page);
      await page.locator(".tile").nth(1).tap();
      await visitStep(page, "closing");
    },
  },
  {
    name: "duplicate",
    go: async (page) => {
      const card = await thanks(page);
      await page.keyboard.press("Escape");
      await visitStep(page, "closing");
      await page.locator("h1").tap(); // A touch again: nothing is to have the focus.
      await scan(page, card);
      await visitStep(page, "duplicate");
    },
  },
  {
    name: "recorded",
    go: async (page) => {
      await question(page);
      await page.keyboard.press("Escape");
      await visitStep(page, "closing");
      await page.locator(".closing-actions .button").first().tap();
      await page.locator(".sheet-recorded").waitFor();
    },
  },
  {
    name: "undone",
    go: async (page) => {
      await question(page);
      await page.locator(".undo-tool").tap();
      await visitState(page, "declined");
    },
  },
  { name: "withdrawal", go: (page) => withdrawal(page) },
  {
    name: "withdrawal-by-visit",
    go: async (page) => {
      await question(page);
      await page.keyboard.press("Escape");
      await visitStep(page, "closing");
      await page.locator(".closing-actions .button").nth(1).tap();
      await visitState(page, "withdrawal");
    },
  },
  {
    name: "withdrawn",
    go: async (page) => {
      await withdrawal(page);
      await scan(page, nextCard());
      await page.locator(".withdrawal-stored").waitFor();
    },
  },
  // Untouched for a minute it ends.
  { name: "staff-pin", go: (page) => knock(page), isBrief: true },
  { name: "staff-status", go: (page) => openStaff(page, "Status"), isBrief: true },
  { name: "staff-screen", go: (page) => openStaff(page, "Screen"), isBrief: true },
  { name: "refused-swipe", go: (page) => refused(page, "%E?") },
  { name: "refused-not-ours", go: (page) => refused(page, "4006381333931") },
  { name: "refused-payment", go: (page) => refused(page, "4111111111111111") },
  { name: "refused-damaged", go: (page) => refused(page, "2912345678907") },
  // Each ends by itself within a minute.
  { name: "help", go: (page) => help(page, "open"), isBrief: true },
  { name: "help-coming", go: (page) => help(page, "answered"), isBrief: true },
  { name: "help-unanswered", go: (page) => help(page, "ended"), isBrief: true },
  { name: "help-unreached", go: (page) => help(page, undefined), isBrief: true },
  {
    name: "help-attract",
    go: async (page) => {
      await answerHelp(page, "open");
      await page.locator(".tool").last().tap();
      await page.locator(".help-told").waitFor();
    },
    isBrief: true,
  },
  {
    name: "out-of-service",
    go: async (page) => {
      await fillDisk(page);
      await scan(page, nextCard());
      await visitState(page, "out-of-service");
    },
  },
];

/** The rest of the staff's side, which shoppers never see. */
export const STAFF_LOOKS: readonly Look[] = ["Queue", "Scanner", "Log", "Kiosk"].map((tab) => ({
  name: `staff-${tab.toLowerCase()}`,
  go: (page) => openStaff(page, tab),
  isBrief: true,
}));

/** States of a kiosk that asks for consent, takes nothing back, and soon asks whether anybody is there. */
export const CONSENT_LOOKS: readonly Look[] = [
  { name: "consent", go: (page) => consent(page) },
  {
    name: "declined",
    go: async (page) => {
      await consent(page);
      await page.locator(".consent-pair .button").first().tap();
      await visitState(page, "declined");
    },
  },
  {
    name: "consented",
    go: async (page) => {
      await consent(page);
      await page.locator(".consent-pair .button").nth(1).tap();
      await visitStep(page, "closing");
    },
  },
  {
    name: "idle",
    go: async (page) => {
      await page.locator(".screen-attract .button").tap();
      await page.locator(".sheet-idle").waitFor();
    },
    isBrief: true,
  },
];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Screens as kiosks have them: the usual one, standing and lying, and the smallest we promise. */
export const SIZES: readonly Size[] = [
  { width: 1080, height: 1920 },
  { width: 1920, height: 1080 },
  { width: 800, height: 1280 },
];

export interface Variant {
  readonly name: string;
  readonly on: (page: Page) => Promise<void>;
  readonly off: (page: Page) => Promise<void>;
}

/** How a shopper may want it. */
export const VARIANTS: readonly Variant[] = [
  { name: "default", on: async () => undefined, off: async () => undefined },
  { name: "high-contrast", on: (page) => tool(page, 3), off: (page) => tool(page, 3) },
  { name: "large-text", on: (page) => tool(page, 4), off: (page) => tool(page, 4, 2) },
  { name: "larger-text", on: (page) => tool(page, 4, 2), off: (page) => tool(page, 4) },
  { name: "reach", on: (page) => tool(page, 2), off: (page) => tool(page, 2) },
  { name: "arabic", on: (page) => speak(page, "ar"), off: (page) => speak(page, "en") },
  { name: "pseudo", on: (page) => speak(page, "de"), off: (page) => speak(page, "en") },
];

/** A file for `KIOSK_CONFIG` under which screens stay, and a hundred cards a minute are welcome. */
export function looksConfigFile(changes: Partial<KioskConfig> = {}): string {
  return configFile({
    ...changes,
    version: "looks-1",
    staff: STAFF,
    questions: pseudoQuestions(),
    cardLimits: { cardsPerMinute: 600, typedCardsPerMinute: 600 },
    timings: {
      thanksSeconds: 2,
      questionSeconds: 600,
      closingSeconds: 600,
      undoSeconds: 30,
      refusedSeconds: 600,
      keypadSeconds: 600,
      duplicateSeconds: 60,
    },
  });
}

/** A file for `KIOSK_CONFIG`, for `CONSENT_LOOKS`. */
export function consentConfigFile(): string {
  const title = "Remember my visits";
  const text = "We note where and when you were here, to show you what fits.";
  return configFile({
    version: "looks-2",
    questions: [],
    consent: {
      purposes: [
        {
          id: "visits",
          title: { en: title, de: pseudoText(title) },
          text: { en: text, de: pseudoText(text) },
          attributes: ["lastStore", "lastKiosk", "lastScanAt", "lastScanDay"],
        },
      ],
    },
    cardLimits: { cardsPerMinute: 600, typedCardsPerMinute: 600 },
    timings: {
      thanksSeconds: 2,
      questionSeconds: 600,
      closingSeconds: 600,
      undoSeconds: 0,
      refusedSeconds: 600,
      keypadSeconds: 1,
      duplicateSeconds: 60,
    },
  });
}

export interface Walk {
  readonly looks: readonly Look[];
  readonly sizes: readonly Size[];
  readonly variants: readonly Variant[];
  /** Where pictures of what was seen are put; none are made without. */
  readonly pictures?: string;
  readonly say?: (line: string) => void;
}

/** Goes through all of them on one page; gives what was wrong, each with where. */
export async function walkLooks(page: Page, walk: Walk): Promise<readonly string[]> {
  const { looks, sizes, variants } = walk;
  const found: string[] = [];
  await toAttract(page);
  // The last tool, from which the others are counted, is loaded last.
  await page.locator(".tool").nth(3).waitFor();
  // Without the worker, what a language needs must be there before the network is cut.
  for (const language of ["ar", "de", "en"]) await speak(page, language);
  for (const look of looks) {
    let isThere = false;
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const variant of variants) {
        const where = `${look.name}, ${variant.name}, ${size.width}×${size.height}`;
        if (!isThere || look.isBrief === true) {
          await toAttract(page);
          await look.go(page);
          isThere = true;
        }
        await variant.on(page);
        await settled(page);
        if (walk.pictures !== undefined) {
          const name = `${look.name}-${variant.name}-${size.width}x${size.height}.png`;
          await page.screenshot({ path: path.join(walk.pictures, name), animations: "disabled" });
        }
        for (const trouble of await troublesAndAxe(page)) found.push(`${where}: ${trouble}`);
        walk.say?.(where);
        await variant.off(page);
      }
    }
  }
  await toAttract(page);
  return found;
}

/** As a shopper who walks away, whatever was going on. */
export async function toAttract(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await page.evaluate(() => {
    (globalThis as unknown as { readonly freeDisk?: () => void }).freeDisk?.();
  });
  for (;;) {
    const [state, isCovered] = await page.evaluate(
      () =>
        [
          document.documentElement.dataset["visitState"],
          document.querySelector("dialog[open]") !== null,
        ] as const,
    );
    if (state === "attract" && !isCovered) break;
    if (state === "out-of-service") await visitState(page, "attract");
    else await page.keyboard.press("Escape");
  }
  await page.locator(".label-notice").waitFor({ state: "detached" });
}

/** What a screen is drawn with is there, and nothing is pressed any more. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // Chromium shows a tap a little longer than it lasts.
  await page.waitForFunction(() => document.querySelector("button:active") === null);
}

/** Presses one of the sill's tools, counted from its end. */
async function tool(page: Page, fromEnd: number, times = 1): Promise<void> {
  await page.evaluate(
    ([fromEnd, times]) => {
      for (let left = times; left > 0; left -= 1) {
        document.querySelector<HTMLElement>(`.tool:nth-last-child(${fromEnd})`)?.click();
      }
    },
    [fromEnd, times] as const,
  );
}

async function speak(page: Page, language: string): Promise<void> {
  await page.evaluate((language) => {
    const button = () => document.querySelector<HTMLElement>(`.language[lang=${language}]`);
    if (button() === null) document.querySelector<HTMLElement>(".tool")?.click();
    button()?.click();
  }, language);
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

let cards = 0;

/** A card that was not shown before. */
function nextCard(): string {
  cards += 1;
  return memberCard(cards);
}

async function thanks(page: Page): Promise<string> {
  const card = nextCard();
  await scan(page, card);
  await visitStep(page, "thanks");
  return card;
}

async function question(page: Page): Promise<void> {
  await thanks(page);
  await visitStep(page, "question");
}

async function consent(page: Page): Promise<void> {
  await scan(page, nextCard());
  await visitState(page, "consent");
}

async function withdrawal(page: Page): Promise<void> {
  await page.locator(".sill-foot .button").tap();
  await visitState(page, "withdrawal");
}

async function refused(page: Page, text: string): Promise<void> {
  await scan(page, text);
  await visitState(page, "refused");
}

/** What the proxy would say of a call for help; nothing where it cannot be reached. */
async function answerHelp(page: Page, state: HelpReceipt["state"] | undefined): Promise<void> {
  await page.unroute(HELP_ROUTE);
  await page.route(HELP_ROUTE, async (route) => {
    if (state === undefined) return route.abort();
    const { nonce, callId } = route.request().postDataJSON();
    const json: HelpReceipt = { v: 1, nonce, callId, state, proxyTimeMs: Date.now() };
    return route.fulfill({ json });
  });
}

const HELP_ROUTE = `**${HELP_PATH}`;

const SHOWN_HELP = { open: "told", answered: "coming", ended: "unanswered" } as const;

async function help(page: Page, state: HelpReceipt["state"] | undefined): Promise<void> {
  await answerHelp(page, state);
  await refused(page, "4006381333931");
  await page.locator(".screen-refused .pair .button").first().tap();
  await page.locator(`.help-${state === undefined ? "unreached" : SHOWN_HELP[state]}`).waitFor();
}

async function typeNumber(page: Page, digits: string): Promise<void> {
  await page.locator(".screen-attract .button").tap();
  await visitState(page, "keypad");
  await page.evaluate((digits) => {
    const keys = [...document.querySelectorAll<HTMLElement>(".button-key")];
    for (const digit of digits) keys.find((key) => key.textContent === digit)?.click();
  }, digits);
  await page.locator(".number").waitFor();
}

export async function visitStep(page: Page, step: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset["visitStep"] === wanted,
    step,
  );
}

/** Makes the browser's storage full as the platform says it; `freeDisk` of the page ends it. */
export async function fillDisk(page: Page): Promise<void> {
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
}
