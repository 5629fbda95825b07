import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { serveVersion } from "../support/app-versions.ts";
import { withKiosk } from "../support/kiosk.ts";
import {
  depth,
  openKiosk,
  scanAndBeThanked,
  stateOf,
  visitState,
  workerReady,
} from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";

let system: System;

beforeAll(async () => {
  const questions = EXAMPLE_CONFIG.questions.map((each) => ({ ...each, askAgainDays: 7 }));
  const config = configFile({ version: "remembers-1", questions });
  system = await startSystem({ env: { KIOSK_CONFIG: config } });
});

afterAll(() => system.stop());

/** Opens the kiosk again, as every day begins, and waits until it runs on `version`. */
async function runsOn(page: Page, version: string | undefined): Promise<void> {
  // A test's day has more starts in two minutes than a kiosk is taken to be well with (rule BI2).
  await page.evaluate(() => localStorage.removeItem("tarjeta-boots"));
  await page.reload();
  await page.waitForFunction(
    (wanted) => {
      const meta = document.querySelector<HTMLMetaElement>('meta[name="test-version"]');
      return (meta?.content ?? "") === wanted;
    },
    version ?? "",
    { timeout: 90_000 },
  );
  await visitState(page, "attract");
  await workerReady(page);
}

describe("another version of the app", () => {
  it("[OB6] takes over without losing an entry, and so does the one before it", async () => {
    const cards = memberCards(6, 7_000);
    system.emulator.know(cards);
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of cards.slice(0, 3)) await scanAndBeThanked(page(), card);

      serveVersion(line, "2");
      await runsOn(page(), "2");
      expect((await stateOf(page())).depth).toBe(3);
      await scanAndBeThanked(page(), cards[3]!);

      serveVersion(line, undefined);
      await runsOn(page(), undefined);
      expect((await stateOf(page())).depth).toBe(4);
      for (const card of cards.slice(4)) await scanAndBeThanked(page(), card);

      line.on(INGEST_PATH);
      await system.emulator.arrived(cards);
      await depth(page(), 0);
    });
  });

  it("[OB6] rolled back finds a database newer than itself, and works with it", async () => {
    const cards = memberCards(3, 7_100);
    system.emulator.know(cards);
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      await scanAndBeThanked(page(), cards[0]!);
      await page().evaluate(async () => {
        for (const name of ["tarjeta", "tarjeta-card-memory"]) {
          const opened = indexedDB.open(name, 7);
          opened.addEventListener("upgradeneeded", () =>
            opened.result.createObjectStore("of-a-later-version"),
          );
          await new Promise((done, failed) => {
            opened.addEventListener("success", done);
            opened.addEventListener("error", () => failed(opened.error));
          });
          opened.result.close();
        }
      });
      await scanAndBeThanked(page(), cards[1]!);
      await page().reload();
      await visitState(page(), "attract");
      await scanAndBeThanked(page(), cards[2]!);
      // What it remembers of cards it cannot open: it asks, as of any card.
      await page().locator(".screen-question").waitFor();
      line.on(INGEST_PATH);
      await system.emulator.arrived(cards);
      await depth(page(), 0);
    });
  });

  it("[OB6] finds a database older than itself, and sends what waits in it", async () => {
    const cards = memberCards(2, 7_200);
    system.emulator.know(cards);
    await withKiosk(system, async ({ page, line, url }) => {
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      await scanAndBeThanked(page(), cards[0]!);
      // Of this origin, never the app, and without a connection to the database.
      await page().goto(`${url}/readyz`);
      await page().evaluate(putBackToVersionOne);
      await openKiosk(page(), url);
      expect((await stateOf(page())).depth).toBe(1);
      await scanAndBeThanked(page(), cards[1]!);
      line.on(INGEST_PATH);
      await system.emulator.arrived(cards);
      await depth(page(), 0);
    });
    expect(await system.incidents()).toEqual([]);
  });
});

/** In the page: the kiosk's database as its first version had it, with all that lies in it. */
async function putBackToVersionOne(): Promise<void> {
  const over = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((done, failed) => {
      request.addEventListener("success", () => done(request.result));
      request.addEventListener("error", () => failed(request.error));
    });
  const newest = await over(indexedDB.open("tarjeta"));
  const stores = ["entries", "aside", "voided", "meta", "kept"];
  const tx = newest.transaction(stores);
  const rows = await Promise.all(
    stores.map(async (name) => {
      const store = tx.objectStore(name);
      const [keys, values] = await Promise.all([over(store.getAllKeys()), over(store.getAll())]);
      return { name, keys, values };
    }),
  );
  newest.close();
  await over(indexedDB.deleteDatabase("tarjeta"));
  const opening = indexedDB.open("tarjeta", 1);
  opening.addEventListener("upgradeneeded", () => {
    for (const { name, keys, values } of rows) {
      const store = opening.result.createObjectStore(name);
      for (const [index, key] of keys.entries()) store.put(values[index], key);
    }
  });
  (await over(opening)).close();
}
