import { gzipSync } from "node:zlib";
import { memberCard } from "../support/cards.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { openKiosk, visitState, workerReady } from "../support/kiosk-page.ts";
import { startSystem } from "../support/system.ts";
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
      const { page, worker } = await firstLoad(system.kioskUrl);
      const profileDir = await install(await system.pairingLink());
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

/** Opens the kiosk in a new browser and leaves it installed in the profile it gives. */
async function install(pairingLink: string): Promise<string> {
  const browser = await openKioskBrowser();
  await openKiosk(browser.page, pairingLink);
  await workerReady(browser.page);
  await browser.close();
  return browser.profileDir;
}

/**
 * What must arrive before a card can be taken, gzip, in kB: the scripts `index.html` names with what
 * those import statically, and the worker.
 */
async function firstLoad(
  kioskUrl: string,
): Promise<{ readonly page: number; readonly worker: number }> {
  const sizes = new Map<string, number>();
  const waiting = namesIn(await bodyOf(`${kioskUrl}/`), /(?:src|href)="\/assets\/([^"]+\.js)"/g);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (sizes.has(name)) continue;
    const body = await bodyOf(`${kioskUrl}/assets/${name}`);
    sizes.set(name, gzipKb(body));
    waiting.push(...namesIn(body, /(?:from|import)"\.\/([^"]+\.js)"/g));
  }
  return {
    page: [...sizes.values()].reduce((sum, kb) => sum + kb, 0),
    worker: gzipKb(await bodyOf(`${kioskUrl}/sw.js`)),
  };
}

function namesIn(source: string, pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, name]) => name!);
}

async function bodyOf(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.text();
}

function gzipKb(body: string): number {
  return gzipSync(body, { level: 9 }).length / 1_000;
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
