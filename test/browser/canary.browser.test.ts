import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { profileHolding } from "../support/browser-profile.ts";
import { memberCard } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { holds } from "../support/find-bytes.ts";
import { readJournal, scannedCards } from "../support/journal.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { scan } from "../support/wedge.ts";

/** Cards that exist nowhere else. */
const CARD = memberCard(930_001);
const SECOND = memberCard(930_002);
const PLANTED = memberCard(930_003);

const BRAND = "Casa Canario";

/** The example, of which nobody waits long to walk away from a screen. */
const QUICK: Partial<KioskConfig> = {
  version: "canary-1",
  brand: BRAND,
  timings: {
    ...EXAMPLE_CONFIG.timings,
    undoSeconds: 0,
    questionSeconds: 2,
    closingSeconds: 2,
    refusedSeconds: 2,
  },
};

/** Ours: more than LevelDB keeps in its log, which it then turns into a compressed table. */
const CONTROL_ROWS = 1_500;

let system: System;

beforeAll(async () => {
  system = await startSystem({ env: { KIOSK_CONFIG: configFile(QUICK) } });
  system.emulator.know([CARD, SECOND]);
});

afterAll(() => system.stop());

/** All that a script of the next shopper's could read here. */
function readable(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const said: string[] = [document.documentElement.outerHTML, document.title, location.href];
    said.push(JSON.stringify(history.state), document.cookie);
    for (const field of document.querySelectorAll("input")) said.push(field.value);
    for (const storage of [localStorage, sessionStorage]) said.push(JSON.stringify({ ...storage }));
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        said.push(request.url, (await (await cache.match(request))?.text()) ?? "");
      }
    }
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name!);
      await new Promise((done) => opening.addEventListener("success", done));
      const stores = [...opening.result.objectStoreNames];
      for (const store of stores) {
        const asking = opening.result.transaction(store).objectStore(store).getAll();
        await new Promise((done) => asking.addEventListener("success", done));
        said.push(JSON.stringify(asking.result));
      }
      opening.result.close();
    }
    return said.join("\n");
  });
}

/** Rows as an earlier version kept them, in a database of their own: enough of them to be compacted. */
async function plant(page: Page, rows: number, card: string): Promise<void> {
  await page.evaluate(
    async ([count, value]) => {
      const opening = indexedDB.open("planted", 1);
      opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("rows"));
      await new Promise((done) => opening.addEventListener("success", done));
      for (let from = 0; from < count; from += 250) {
        const tx = opening.result.transaction("rows", "readwrite", { durability: "strict" });
        for (let row = from; row < from + 250; row += 1) {
          const body = JSON.stringify({
            visitor: { kind: "member", value },
            attributes: Array.from({ length: 60 }, (_, each) => ({
              name: `attribute${each}`,
              value: { type: "text", text: "madrid-1" },
            })),
          });
          tx.objectStore("rows").put({ header: { seq: row, kid: "plain" }, body }, row);
        }
        await new Promise((done) => tx.addEventListener("complete", done));
      }
      opening.result.close();
    },
    [rows, card] as const,
  );
}

/** As a shopper does who does not wait until the kiosk asks whether they are there. */
async function finish(page: Page): Promise<void> {
  const button = page.locator("html:not([data-settling])").getByRole("button", { name: "Finish" });
  await button.tap();
  await visitState(page, "attract");
}

it("[PV1] [PV10] a member's card is nowhere after the visit, and nowhere on the disk once delivered", async () => {
  const said: string[] = [];
  await withKiosk(
    system,
    async (kiosk) => {
      const page = kiosk.page();
      await page.getByText(`your ${BRAND} card`).waitFor();
      // Owed as long as this test likes; a line that was cut would be tried again later and later.
      const letGo = Promise.withResolvers<void>();
      kiosk.line.on(INGEST_PATH, async (exchange) => {
        await letGo.promise;
        exchange.answer(await exchange.forward());
      });
      await scanAndBeThanked(page, CARD);
      await finish(page);
      // What a reader types and the page refuses is somebody's card too.
      await scan(page, `${CARD}9`);
      await visitState(page, "refused");
      await finish(page);
      expect(holds(await readable(page), CARD)).toBe(false);
      // Four digits were on the screen for the shopper; not for the next one.
      expect(await page.innerText("body")).not.toContain(CARD.slice(-4));

      letGo.resolve();
      await scanAndBeThanked(page, SECOND);
      await depth(page, 0);
      await finish(page);
      const after = await readable(page);
      for (const card of [CARD, SECOND]) expect(holds(after, card)).toBe(false);
      expect(scannedCards(readJournal(system.dataDir)).toSorted()).toEqual([CARD, SECOND]);

      await kiosk.browser().close();
      const { profileDir } = kiosk.browser();
      for (const card of [CARD, SECOND]) expect(profileHolding(profileDir, card)).toEqual([]);

      // The search would have found it, also in tables that LevelDB has compacted and compressed.
      await kiosk.startBrowser();
      await plant(kiosk.page(), CONTROL_ROWS, PLANTED);
      expect(holds(await readable(kiosk.page()), PLANTED)).toBe(true);
      await kiosk.browser().close();
      const found = profileHolding(profileDir, PLANTED).filter((file) => /IndexedDB/.test(file));
      expect(found.filter((file) => file.endsWith(".ldb"))).not.toEqual([]);
    },
    {
      prepare: async ({ context }) => {
        context.on("console", (message) => said.push(message.text()));
        context.on("weberror", (error) => said.push(String(error.error().stack)));
      },
    },
  );
  for (const card of [CARD, SECOND]) expect(holds(said.join("\n"), card)).toBe(false);
});
