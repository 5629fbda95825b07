import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import CONSENT_EXAMPLE from "../../../src/contract/example-consent.json" with { type: "json" };
import { HEARTBEAT_PATH } from "../../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../../src/contract/ingest.ts";
import { serveVersion } from "../../support/app-versions.ts";
import type { Kiosk } from "../../support/kiosk.ts";
import { openKiosk } from "../../support/kiosk-page.ts";
import { advance, installPageTime, stepWall } from "../../support/page-time.ts";
import { waitFor } from "../../support/wait.ts";

/** What befalls a kiosk that nobody who stands before it did. */
export type Weather =
  | "line-down"
  | "line-up"
  | "clock-ahead"
  | "clock-back"
  | "worker-stopped"
  | "config"
  | "reload"
  | "crash"
  | "plug"
  | "update";

/** Of these a page lives on, so that its memory can be watched over many visits. */
export const MILD: readonly Weather[] = [
  "line-down",
  "line-up",
  "line-up",
  "clock-ahead",
  "clock-back",
  "worker-stopped",
  "config",
];

/** These end it, at any moment. */
export const DEADLY: readonly Weather[] = ["reload", "crash", "crash", "plug"];

/** The machine under the shoppers' hands, in whatever state it is. */
export interface Machine {
  readonly page: () => Page;
  readonly befall: (weather: Weather) => Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Longer than a page waits before it looks for a new version of itself. Source: `link.ts`, 24 to 36 min. */
const UPDATE_LOOK_MS = 40 * 60_000;

/**
 * Ours: it waits a minute yet until it takes over. In small steps: Chromium puts an update off for as long as
 * it is asked for again and again, and a page that is hurried through its hours would.
 */
const IDLE_LOOK_MS = 10_000;

/** Ours: a new version is loaded and takes over within seconds of real time. */
const UPDATE_MS = 60_000;

/** What the kiosk is configured with: the shipped example with consent, and the same without. */
export function writeConfig(file: string, edition: number): void {
  const { consent, ...rest } = CONSENT_EXAMPLE;
  const config = {
    ...rest,
    ...(edition % 2 === 0 ? {} : { consent }),
    version: `visits-${edition}`,
    // Whole days pass in minutes here: more cards in one of them than people bring (rule CD1).
    cardLimits: { cardsPerMinute: 600, typedCardsPerMinute: 600 },
  };
  writeFileSync(file, JSON.stringify(config));
}

export function createMachine(kiosk: Kiosk, configFile: string): Machine {
  let page = kiosk.page();
  let edition = 0;
  let version = 100;
  let isDown = false;

  const lineIs = async (down: boolean): Promise<void> => {
    isDown = down;
    for (const path of [INGEST_PATH, HEARTBEAT_PATH]) {
      kiosk.line.on(path, down ? (exchange) => exchange.cut() : undefined);
    }
    await page.context().setOffline(down);
  };

  const crash = async (): Promise<void> => {
    const crashed = page.waitForEvent("crash");
    const session = await page.context().newCDPSession(page);
    // Never answered: who is asked is gone.
    session.send("Page.crash").catch(() => undefined);
    await crashed;
    const next = await page.context().newPage();
    await page.close();
    page = next;
    await open(page, kiosk.url);
  };

  const pullPlug = async (): Promise<void> => {
    await kiosk.pullPlug();
    page = kiosk.page();
    await installPageTime(page.context());
    if (isDown) await lineIs(true);
    await open(page, kiosk.url);
  };

  const update = async (): Promise<void> => {
    if (isDown) await lineIs(false);
    version += 1;
    serveVersion(kiosk.line, String(version));
    await advance(page, UPDATE_LOOK_MS);
    await waitFor(
      "the new version of the app",
      async () => {
        if ((await versionOf(page)) === String(version)) return true;
        await advance(page, IDLE_LOOK_MS);
        return false;
      },
      { timeoutMs: UPDATE_MS },
    );
    await complete(page);
  };

  const befall = async (weather: Weather): Promise<void> => {
    switch (weather) {
      case "line-down":
        return lineIs(true);
      case "line-up":
        return lineIs(false);
      case "clock-ahead":
        return stepWall(page, 26 * HOUR_MS);
      case "clock-back":
        return stepWall(page, -50 * HOUR_MS);
      case "worker-stopped":
        return stopWorker(page);
      case "config":
        edition += 1;
        return writeConfig(configFile, edition);
      case "reload":
        return open(page, kiosk.url);
      case "crash":
        return crash();
      case "plug":
        return pullPlug();
      case "update":
        return update();
    }
  };

  return { page: () => page, befall };
}

async function stopWorker(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  await session.detach();
}

async function open(page: Page, url: string): Promise<void> {
  await openKiosk(page, url);
  await complete(page);
}

/** Waits until the page has loaded all of itself. */
export async function complete(page: Page): Promise<void> {
  await page.locator(".sill-foot .button").waitFor();
}

function versionOf(page: Page): Promise<string> {
  return page.evaluate(
    () => document.querySelector<HTMLMetaElement>('meta[name="test-version"]')?.content ?? "",
  );
}
