import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHECK_CARD_TEXT } from "../../src/contract/check-card.ts";
import { HELP_CALLS_PATH, HELP_PATH, HelpCalls } from "../../src/contract/help-call.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { axeFindings, figuresOn, metricsOf, signIn } from "../support/console-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { scanAndBeThanked, visitState } from "../support/kiosk-page.ts";
import { troublesAndAxe } from "../support/look-troubles.ts";
import { knock, pressPin, STAFF, staffStep } from "../support/staff.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const FOREIGN = "4006381333931";
const [FIRST = "", SECOND = ""] = memberCards(2, 8_700);

let system: System;

beforeAll(async () => {
  const config = { version: "help-1", staff: STAFF, questions: [], help: { waitSeconds: 600 } };
  system = await startSystem({ env: { KIOSK_CONFIG: configFile(config) } });
});
afterAll(() => system.stop());

/** Waits until the page says so of its call. */
const helpIs = (page: Page, state: string) =>
  page.waitForFunction((wanted) => document.documentElement.dataset["help"] === wanted, state);

const openCalls = async () =>
  HelpCalls.parse(await (await system.admin(HELP_CALLS_PATH)).json()).calls;

const ended = (end: string) => system.metric(`tarjeta_help_calls_24h{end="${end}"}`);

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

async function callOnRefusal(page: Page): Promise<void> {
  await scan(page, FOREIGN);
  await visitState(page, "refused");
  await press(page, "Get help");
  await helpIs(page, "told");
}

it("[HC1] [HC3] [HC4] [HC5] [HC7] is seen on the console, answered there by keys, and shown to whoever called, and to nobody after", async () => {
  await withKiosk(system, async (kiosk) => {
    const page = kiosk.page();
    const operator = await kiosk.browser().context.newPage();
    await operator.setViewportSize({ width: 1440, height: 900 });
    await signIn(operator, system);
    expect(await operator.locator(".help-calls").count()).toBe(0);

    await page.bringToFront();
    await callOnRefusal(page);
    const sheet = page.getByRole("alertdialog", { name: "We’ve told the staff" });
    await sheet.getByRole("status").getByText("They know which screen you’re at.").waitFor();
    expect(await troublesAndAxe(page)).toEqual([]);
    expect(await openCalls()).toMatchObject([{ kioskId: "kiosk-1", reason: "card" }]);
    // Gone on meanwhile, the same call is looked at again.
    await press(page, "Go on meanwhile");
    await sheet.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Help. We’ve told the staff" }).click();
    await sheet.waitFor();

    await operator.bringToFront();
    const panel = operator.getByRole("region", { name: "Help calls" });
    await panel.getByText("Kiosk kiosk-1 in store-1 asks for help.").waitFor();
    await panel.getByText(/For \d+ s\./).waitFor();
    const [figures, metrics] = [await figuresOn(operator), await metricsOf(system)];
    expect(figures).toContainEqual(["tarjeta_help_calls_open", 1]);
    expect(metrics("tarjeta_help_calls_open")).toBe(1);
    for (const colorScheme of ["dark", "light"] as const) {
      await operator.emulateMedia({ colorScheme });
      expect(await axeFindings(operator)).toEqual([]);
    }
    await panel.getByRole("button", { name: "Somebody is coming to kiosk-1 in store-1" }).focus();
    await operator.keyboard.press("Enter");
    await panel.getByText("The shopper at kiosk-1 in store-1 knows").waitFor();
    await panel.waitFor({ state: "detached", timeout: 20_000 });

    await page.bringToFront();
    await helpIs(page, "coming");
    await page.getByRole("alertdialog", { name: "Somebody is coming" }).waitFor();
    expect(await troublesAndAxe(page)).toEqual([]);
    // Whoever comes next finds a kiosk that nobody called from.
    await scanAndBeThanked(page, FIRST);
    await helpIs(page, "none");
    expect(await page.locator(".sheet-help").count()).toBe(0);
    await page.getByRole("button", { name: "Help", exact: true }).waitFor();
    expect(await ended("answered")).toBe(1);
    await operator.close();
  });
});

it("[HC1] [HC2] [HC3] [HC5] says what else to do without a network, lives through a restart of the proxy, and is answered by staff at the kiosk", async () => {
  await withKiosk(
    system,
    async (kiosk) => {
      const page = kiosk.page();
      kiosk.line.on(HELP_PATH, (exchange) => exchange.cut());
      await press(page, "Help");
      await helpIs(page, "unreached");
      const words = await page.getByRole("alertdialog").innerText();
      expect(words).toContain("Please ask at the till");
      expect(words).not.toMatch(/network|connection|error/i);
      expect(await troublesAndAxe(page)).toEqual([]);
      kiosk.line.on(HELP_PATH);
      await helpIs(page, "told");

      await system.kill("SIGKILL");
      await system.restart();
      expect(await openCalls()).toHaveLength(1);
      const asked = kiosk.line.seen(HELP_PATH).length;
      await waitFor("it to ask again", () => kiosk.line.seen(HELP_PATH).length > asked + 1);
      await helpIs(page, "told");
      await answeredByCheckCard(page);

      // A knock is no answer; the PIN is.
      await callOnRefusal(page);
      await knock(page);
      expect(await openCalls()).toHaveLength(1);
      expect(await page.locator(".sheet-help").count()).toBe(0);
      await pressPin(page);
      await staffStep(page, "status");
      await helpIs(page, "none");
      await waitFor("the answer to be known", async () => (await ended("here")) === 2);
      await press(page, "Back to shoppers");
      await visitState(page, "attract");

      await endsWithItsVisit(page);
    },
    { name: "kiosk-2" },
  );
});

async function answeredByCheckCard(page: Page): Promise<void> {
  await scan(page, CHECK_CARD_TEXT);
  await page.locator(".check").waitFor();
  await helpIs(page, "none");
  expect(await page.locator(".sheet-help").count()).toBe(0);
  await waitFor("the answer to be known", async () => (await ended("here")) === 1);
  expect(await openCalls()).toEqual([]);
  await page.locator(".check .button").first().click();
}

async function visitEnds(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await visitState(page, "attract");
}

async function endsWithItsVisit(page: Page): Promise<void> {
  // Called and left by keys alone: Escape goes on, and then finishes.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await visitState(page, "keypad");
  await page.locator("h1:focus").waitFor();
  await page.keyboard.press("ArrowUp");
  await page.locator(".tool:focus", { hasText: "Help" }).waitFor();
  await page.keyboard.press("Enter");
  await helpIs(page, "told");
  await page.keyboard.press("Escape");
  await page.locator(".sheet-help").waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.documentElement.dataset["help"])).toBe("told");
  await page.keyboard.press("Escape");
  await visitState(page, "attract");
  await helpIs(page, "none");
  await waitFor("it to be left", async () => (await ended("left")) === 1);

  // A card that is thanked for is not covered by what was asked before it.
  await press(page, "Help");
  await helpIs(page, "told");
  await scanAndBeThanked(page, SECOND);
  expect(await page.locator(".sheet-help").count()).toBe(0);
  await waitFor("it to be left", async () => (await ended("left")) === 2);

  // The page begins again in the middle of one: its next life ends it.
  await visitEnds(page);
  await press(page, "Help");
  await helpIs(page, "told");
  await page.reload();
  await waitFor("it to be left", async () => (await ended("left")) === 3);
  expect(await openCalls()).toEqual([]);
}
