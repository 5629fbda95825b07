import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KNOWN_CARD } from "../support/cards.ts";
import { startDemoSystem, type DemoSystem } from "../support/demo-system.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { openKiosk, visitState } from "../support/kiosk-page.ts";
import { configFile } from "../support/config-file.ts";
import { visitStep } from "../support/looks.ts";

const TRANSCRIPTS = path.resolve(import.meta.dirname, "transcripts");

/** What is pressed on the way through a visit, as it is called on screen. */
const VISITS = [
  {
    language: "en",
    name: "English",
    presses: { type: "Type the number", confirm: "That’s my card", answer: "A gift", done: "Done" },
  },
  {
    language: "es",
    name: "Español",
    presses: {
      type: "Escribir el número",
      confirm: "Es mi tarjeta",
      answer: "Un regalo",
      done: "Listo",
    },
  },
] as const;

/** Ours: more controls than any screen has. */
const MOST_CONTROLS = 40;

let system: DemoSystem;
let browser: KioskBrowser;

beforeAll(async () => {
  // The same card in both languages, and time to read each screen out.
  const timings = { thanksSeconds: 2, questionSeconds: 60, closingSeconds: 60, undoSeconds: 30 };
  system = await startDemoSystem({ KIOSK_CONFIG: configFile(await patient(timings)) });
  browser = await openKioskBrowser({ isStill: true });
  await openKiosk(browser.page, `${system.kioskUrl}/?${system.pair}`);
  // The last of them, which calls for help, comes last.
  await browser.page.locator(".tool").nth(3).waitFor();
});

afterAll(async () => {
  expect(browser.complaints).toEqual([]);
  await browser.discard();
  await system.stop();
});

describe("a whole visit by keys alone", () => {
  it.each(VISITS)("[FE4] [FE6] is spoken as was read and approved: $name", async (visit) => {
    const { page } = browser;
    const { language, name, presses } = visit;
    const said: string[] = [];
    const note = async (what: string) => void said.push(await spoken(page, what));

    await press(page, name);
    await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
    await note("attract");
    await press(page, presses.type);
    await visitState(page, "keypad");
    await note("keypad");
    for (const [index, digit] of [...KNOWN_CARD].entries()) {
      await press(page, digit);
      await page
        .locator(".typed")
        .and(page.getByLabel(new RegExp(`^${index + 1} `)))
        .waitFor();
    }
    await note("keypad, the number typed");
    await press(page, presses.confirm);
    await visitStep(page, "thanks");
    await note("thanks");
    await visitStep(page, "question");
    await note("question");
    await press(page, presses.answer);
    await visitStep(page, "closing");
    await note("closing");
    await press(page, presses.done);
    await visitState(page, "attract");

    const transcript = `${said.join("\n\n")}\n`;
    await expect(transcript).toMatchFileSnapshot(path.join(TRANSCRIPTS, `visit-${language}.txt`));
  });
});

async function patient(changes: Readonly<Record<string, number>>) {
  const { EXAMPLE_CONFIG } = await import("../../src/contract/example-config.ts");
  const timings = { ...EXAMPLE_CONFIG.timings, ...changes, duplicateSeconds: 0 };
  return { version: "transcript-1", timings };
}

/** The screen as a screen reader has it, and where the focus is; it is 11:42, with 25 seconds left. */
async function spoken(page: Page, what: string): Promise<string> {
  await page.waitForFunction(
    () =>
      document.documentElement.dataset["visitState"] === "attract" ||
      document.documentElement.dataset["visitStep"] === "thanks" ||
      document.activeElement !== document.body,
  );
  const focus = await page.evaluate(() => {
    const focused = document.activeElement;
    return focused === document.body ? "nothing" : (focused?.textContent ?? "nothing");
  });
  const tree = await page.locator(".stage").ariaSnapshot();
  const text = tree
    .replaceAll(/\b\d\d:\d\d\b/g, "11:42")
    .replaceAll(/\d+(?= seconds left| segundos)/g, "25");
  return `== ${what}\nfocus: ${focus}\n${text}`;
}

/** Moves on with the arrow key until `name` has the focus, and presses it. */
async function press(page: Page, name: string): Promise<void> {
  const isFocused = () =>
    page.evaluate((name) => document.activeElement?.textContent === name, name);
  for (let left = MOST_CONTROLS; !(await isFocused()); left -= 1) {
    if (left === 0) throw new Error(`No key leads to ${name}.`);
    await page.keyboard.press("ArrowDown");
  }
  // Nobody answers what has only just come (rule FE7).
  await page.locator("html:not([data-settling])").waitFor({ state: "attached" });
  await page.keyboard.press("Enter");
}
