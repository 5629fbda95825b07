import { gzipSync } from "node:zlib";
import type { Response } from "playwright-core";
import { memberCard } from "../support/cards.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { openKiosk, visitState, workerReady } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { typeCard, wedgeSession } from "./paced-wedge.ts";
import { installCaptureProbe } from "./pages/capture-probe.ts";
import { percentile } from "./percentile.ts";
import { slowDown } from "./slow-down.ts";

const STARTS = 20;
const SLOWDOWN = 4;

/** How long after the power comes back, and the network not, can a shopper scan? */
export const startBench: Bench = {
  name: "start",
  title: "first load, and a cold start with the server gone",
  async run(options) {
    const system = await startSystem();
    try {
      const { profileDir, page, worker } = await firstLoad(system);
      await system.kill("SIGTERM");
      const starts = await offlineStarts(system.kioskUrl, profileDir, options);
      return [
        startRow(starts, "p50", 0.5),
        { ...startRow(starts, "slowest", 1), goal: { type: "at-most", value: 1_000 } },
        sizeRow("page", page, 35),
        sizeRow("worker", worker, 20),
      ];
    } finally {
      await system.stop();
    }
  },
};

/** Opens the kiosk in a new browser, leaves it installed, and gives what it loaded, gzip, in kB. */
async function firstLoad(
  system: System,
): Promise<{ readonly profileDir: string; readonly page: number; readonly worker: number }> {
  const browser = await openKioskBrowser();
  const scripts: Response[] = [];
  browser.page.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response);
  });
  await openKiosk(browser.page, system.kioskUrl);
  const bodies = await Promise.all(scripts.map((script) => script.body()));
  await workerReady(browser.page);
  const worker = await fetch(`${system.kioskUrl}/sw.js`);
  const workerBody = Buffer.from(await worker.arrayBuffer());
  await browser.close();
  return {
    profileDir: browser.profileDir,
    page: bodies.reduce((sum, body) => sum + gzipKb(body), 0),
    worker: gzipKb(workerBody),
  };
}

/**
 * Starts browser and page anew each time, with nobody listening at the address, and gives the
 * milliseconds from navigation to a painted attract screen that takes a card at once.
 */
async function offlineStarts(
  kioskUrl: string,
  profileDir: string,
  options: BenchOptions,
): Promise<readonly number[]> {
  const starts: number[] = [];
  const count = scaled(STARTS, options, 5);
  for (let index = 0; index < count; index += 1) {
    const browser = await openKioskBrowser({ profileDir });
    const { page } = browser;
    await browser.context.addInitScript(installCaptureProbe);
    await slowDown(page, SLOWDOWN);
    await openKiosk(page, kioskUrl);
    // A screen that shows attract and takes no card would not count.
    await typeCard(await wedgeSession(page), memberCard(index));
    await visitState(page, "thanked");
    starts.push(await page.evaluate(() => captureProbe.attractMs));
    await (index === count - 1 ? browser.discard() : browser.close());
  }
  options.say(`${count} starts at ${SLOWDOWN}× CPU slowdown`);
  return starts;
}

function startRow(starts: readonly number[], name: string, share: number): Row {
  return {
    what: `cold offline start → scannable at ${SLOWDOWN}× CPU slowdown, ${name}`,
    unit: "ms",
    ours: percentile(starts, share),
  };
}

function sizeRow(what: string, kb: number, atMostKb: number): Row {
  return {
    what: `first-load JavaScript of the ${what}, gzip`,
    unit: "kB",
    ours: kb,
    goal: { type: "at-most", value: atMostKb },
  };
}

function gzipKb(body: Buffer): number {
  return gzipSync(body, { level: 9 }).length / 1_000;
}
