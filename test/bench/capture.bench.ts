import type { CDPSession, Page } from "playwright-core";
import { memberCards } from "../support/cards.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { depth, openKiosk, visitState, workerReady } from "../support/kiosk-page.ts";
import { patientConfigFile } from "../support/patient-config.ts";
import { startSystem } from "../support/system.ts";
import { pause } from "../support/wait.ts";
import { scaled, type Bench, type Row } from "./bench.ts";
import { typeCard, wedgeSession } from "./paced-wedge.ts";
import { installCaptureProbe } from "./pages/capture-probe.ts";
import { sampleEntry } from "./pages/sample-entry.ts";
import { percentile } from "./percentile.ts";
import { slowDown } from "./slow-down.ts";

const SCANS = 200;
const WARM_UP = 5;

/** A good EAN-13 of the shipped example's refusals: a packet of something, not a card. */
const FOREIGN_CARD = "4006381333931";

/** The design's bound per CPU slowdown, in milliseconds at the 99th percentile. */
const GOALS = [
  { slowdown: 1, atMostMs: 50 },
  { slowdown: 6, atMostMs: 100 },
];

/** How long does a shopper look at a screen that has not thanked yet? */
export const captureBench: Bench = {
  name: "capture",
  title: "last key of a scan → durable and painted, the running product",
  async run(options) {
    const system = await startSystem({ env: { KIOSK_CONFIG: patientConfigFile() } });
    const browser = await openKioskBrowser();
    const { page } = browser;
    try {
      await browser.context.addInitScript(installCaptureProbe);
      await openKiosk(page, await system.pairingLink());
      await workerReady(page);
      const session = await wedgeSession(page);
      const count = scaled(SCANS, options, 20);
      await scanAll(page, session, memberCards(WARM_UP));

      const rows: Row[] = [];
      for (const [index, goal] of GOALS.entries()) {
        await slowDown(page, goal.slowdown);
        const cards = memberCards(count, WARM_UP + index * count);
        rows.push(...rowsFrom(goal, await scanAll(page, session, cards)));
        options.say(`${count} scans at ${goal.slowdown}× slowdown`);
      }
      return rows;
    } finally {
      await browser.discard();
      await system.stop();
    }
  },
};

/** What was measured, in milliseconds, one of each per card. */
interface Samples {
  readonly thanks: readonly number[];
  readonly puts: readonly number[];
}

/** Scans each card into an attract screen; between two cards, at the same calm, one bare put. */
async function scanAll(
  page: Page,
  session: CDPSession,
  cards: readonly string[],
): Promise<Samples> {
  const before = await page.evaluate(() => captureProbe.thanks.length);
  const puts: number[] = [];
  for (const [index, card] of cards.entries()) {
    await calm(page);
    await typeCard(session, card);
    await page.evaluate((count) => captureProbe.thanked(count), before + index + 1);
    await backToAttract(page, session);
    await calm(page);
    puts.push(await barePut(page));
  }
  return { thanks: await page.evaluate((from) => captureProbe.thanks.slice(from), before), puts };
}

/** The quickest way a shopper has from the thanks to the next attract screen. */
async function backToAttract(page: Page, session: CDPSession): Promise<void> {
  await typeCard(session, FOREIGN_CARD);
  await visitState(page, "refused");
  await page.getByRole("button", { name: "Finish" }).click();
  await visitState(page, "attract");
}

/** Ours: how long everything rests before something is measured; disks and clocks cool down. */
const REST_MS = 200;

/**
 * The next shopper takes a moment to come: by then the last visit has been delivered and the screen
 * has stopped moving but for what it repeats for ever.
 */
async function calm(page: Page): Promise<void> {
  await depth(page, 0);
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ effect }) => effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY),
  );
  await pause(REST_MS);
}

/**
 * The limit: the same bytes put strictly into a database of their own, by the same page under the
 * same slowdown, with nothing around it.
 */
function barePut(page: Page): Promise<number> {
  const entry = sampleEntry("5f0c1d2e-0000-4000-8000-000000000000", 1);
  return page.evaluate(async (value) => {
    const opening = indexedDB.open("bare-put", 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("entries"));
    await new Promise((done) => opening.addEventListener("success", done, { once: true }));
    const startMs = performance.now();
    const tx = opening.result.transaction("entries", "readwrite", { durability: "strict" });
    tx.objectStore("entries").put(value, crypto.randomUUID());
    await new Promise((done) => tx.addEventListener("complete", done, { once: true }));
    const tookMs = performance.now() - startMs;
    opening.result.close();
    return tookMs;
  }, entry);
}

function rowsFrom(goal: (typeof GOALS)[number], { thanks, puts }: Samples): readonly Row[] {
  const at = (share: number) => ({
    unit: "ms" as const,
    ours: percentile(thanks, share),
    beside: { name: "bare strict put", value: percentile(puts, share) },
  });
  const when = goal.slowdown === 1 ? "" : ` at ${goal.slowdown}× CPU slowdown`;
  return [
    { what: `last key → painted${when}, p50`, ...at(0.5) },
    {
      what: `last key → painted${when}, p99`,
      ...at(0.99),
      goal: { type: "at-most", value: goal.atMostMs },
    },
  ];
}
