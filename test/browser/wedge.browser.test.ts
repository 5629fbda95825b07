import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChaosServer, type ChaosServer } from "../support/chaos-server.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { bundlePage } from "../support/page-bundle.ts";
import { typeKeys } from "../support/wedge.ts";
import { ENTER, timed, usKeys } from "../scanner/typing.ts";
import { heardOf, WEDGE_MATRIX, type WedgeCase } from "../scanner/wedge-matrix.ts";

/** Scanned after each row: once it is there, nothing of the row is still to come. */
const MARKER = "MARKER-1";

let server: ChaosServer;
let browser: KioskBrowser;

beforeAll(async () => {
  const script = await bundlePage(path.resolve(import.meta.dirname, "pages/wedge-page.ts"));
  server = await startChaosServer({
    files: {
      "/": ["text/html", "<!doctype html><title>wedge</title><body><script src=/page.js></script>"],
      "/page.js": ["text/javascript", script],
    },
  });
  browser = await openKioskBrowser();
  await browser.page.goto(server.origin);
});

afterAll(async () => {
  await browser.discard();
  await server.close();
});

describe("a real browser", () => {
  it.each(WEDGE_MATRIX)("[RD1] reads or refuses: $name", async (row) => {
    const { heard, presses, typed } = await outcomeOf(row);
    expect(heard).toEqual(row.heard);
    if (row.typed !== undefined) expect(typed).toBe(row.typed);
    if (row.presses !== undefined) expect(presses).toBe(row.presses);
  });
});

async function outcomeOf({ keys, settings, focus, jammedAt }: WedgeCase) {
  const { page } = browser;
  await page.evaluate(([settings, focus, jammedAt]) => wedge.begin(settings, focus, jammedAt), [
    settings,
    focus,
    jammedAt,
  ] as const);
  // Handing over many takes a while; stamped from now on, silence is never seen among them.
  const lastAtMs = await typeKeys(page, keys, keys.length > 100 ? Date.now() : undefined);
  const typed = await page.evaluate(() => wedge.typed());
  const marker = timed([...usKeys(MARKER), ENTER], 5);
  await page.evaluate(() => wedge.letGo());
  await typeKeys(page, marker, lastAtMs + settings.idleFlushMs + 100);
  await page.waitForFunction(
    (marker) =>
      wedge.events.some((event) => event.type === "scanned" && event.scan.text === marker),
    MARKER,
  );
  const { events, presses } = await page.evaluate(() => ({
    events: wedge.events,
    presses: wedge.presses(),
  }));
  return { typed, presses, heard: heardOf(events.slice(0, -1)) };
}
