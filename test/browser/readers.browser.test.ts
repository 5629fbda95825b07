import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DECODER_CACHE } from "../../src/camera/camera-message.ts";
import { memberCard } from "../support/cards.ts";
import { installFakeReaders } from "../support/fake-readers.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { depth, thankedFor, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { scan, typeKeys } from "../support/wedge.ts";
import { ENTER, timed, usKeys } from "../scanner/typing.ts";

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

describe("a kiosk with further readers", () => {
  it("[RD3] [RD4] takes cards from each, once, and goes on after an unplug in the middle", async () => {
    await withReaders(async ({ page }) => {
      await page().evaluate((card) => fakeReaders.hid(card), memberCard(1));
      await thankedFor(page(), memberCard(1));
      await page().evaluate((card) => fakeReaders.serial(`]E0${card}\r\n`), memberCard(2));
      await thankedFor(page(), memberCard(2));

      const cut = memberCard(3);
      await page().evaluate(
        (piece) => {
          fakeReaders.hidBegins(piece);
          fakeReaders.replugHid();
          fakeReaders.serial(piece);
          fakeReaders.replugSerial();
        },
        cut.slice(0, 6),
      );
      await page().waitForFunction(() => fakeReaders.areOpen());
      await page().evaluate((card) => fakeReaders.hid(card.slice(0, 6), card.slice(6)), cut);
      await thankedFor(page(), cut);
      await page().evaluate((card) => fakeReaders.serial(`${card}\r`), memberCard(4));
      await thankedFor(page(), memberCard(4));

      // The same code over two paths, the second once the first is stored: no notice of a second scan.
      await page().evaluate(async (card) => {
        const { documentElement: root } = document;
        new MutationObserver(() => {
          if (root.dataset["visitStep"] === "duplicate") root.dataset["noticed"] = "yes";
        }).observe(root, { attributeFilter: ["data-visit-step"] });
        fakeReaders.hid(card);
        while (!document.body.innerText.includes(`•••• ${card.slice(-4)}`)) {
          await new Promise((painted) => requestAnimationFrame(painted));
        }
        fakeReaders.serial(`${card}\r`);
      }, memberCard(5));
      // By now it has been heard: this one came behind it.
      await page().evaluate((card) => fakeReaders.serial(`${card}\r`), memberCard(7));
      await thankedFor(page(), memberCard(7));
      const noticed = () => page().evaluate(() => document.documentElement.dataset["noticed"]);
      expect(await noticed()).toBeUndefined();
      // A second scan by the same reader is one, and is noticed.
      await page().evaluate((card) => fakeReaders.serial(`${card}\r`), memberCard(7));
      await page().waitForFunction(() => document.documentElement.dataset["noticed"] === "yes");
    });
  });

  it("[RD1] [CA3] reads a card while the keypad is open, says of a stripe what to do, and loads nothing of a camera", async () => {
    await withReaders(async ({ page }) => {
      await page().getByRole("button", { name: "Type the number" }).tap();
      await visitState(page(), "keypad");
      await page().getByRole("button", { name: "7" }).focus();
      await scan(page(), memberCard(6));
      await thankedFor(page(), memberCard(6));

      await typeKeys(page(), timed([...usKeys(";E?"), ENTER], 8));
      await page().getByRole("heading", { name: "Swipe once more" }).waitFor();
      await depth(page(), 0);

      const loaded = await page().evaluate(async (cache) => {
        const names = performance.getEntriesByType("resource").map(({ name }) => name);
        return [...names, ...((await caches.has(cache)) ? [cache] : [])];
      }, DECODER_CACHE);
      expect(loaded.filter((name) => name.includes("camera"))).toEqual([]);
    });
  });
});

async function withReaders(act: (kiosk: Kiosk) => Promise<void>): Promise<void> {
  await withKiosk(
    system,
    async (kiosk) => {
      await kiosk.page().waitForFunction(() => fakeReaders.areOpen());
      await act(kiosk);
    },
    {
      prepare: async ({ context }) => {
        await context.addInitScript(installFakeReaders);
      },
    },
  );
}
