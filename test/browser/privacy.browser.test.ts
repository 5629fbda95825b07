import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { TWO_PATHS_MS } from "../../src/scanner/one-scan.ts";
import { installFakeReaders } from "../support/fake-readers.ts";
import { withKiosk } from "../support/kiosk.ts";
import { stateOf, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { scan, typeKeys } from "../support/wedge.ts";
import { ENTER, timed, usKeys } from "../scanner/typing.ts";

/** Test numbers of the networks that nothing we ship mentions, as readers and people bring them. */
const PAYMENT_CARD = "4012888888881881";
const TYPED_CARD = "4222222222222";

const WAYS: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ["a keyboard", (page) => scan(page, PAYMENT_CARD)],
  ["a stripe", (page) => swipe(page, `;${PAYMENT_CARD}=29121010000000000?`)],
  ["a whole stripe", (page) => swipe(page, `%B${PAYMENT_CARD}^DOE/J^2912?;${PAYMENT_CARD}=2912?`)],
  ["a HID scanner", (page) => page.evaluate((card) => fakeReaders.hid(card), PAYMENT_CARD)],
  [
    "a serial scanner",
    (page) => page.evaluate((card) => fakeReaders.serial(`${card}\r`), PAYMENT_CARD),
  ],
  [
    "the keypad",
    async (page) => {
      await page.getByRole("button", { name: "Type the number" }).tap();
      for (const digit of TYPED_CARD) {
        await page.getByRole("button", { name: digit, exact: true }).tap();
      }
    },
  ],
];

async function swipe(page: Page, text: string): Promise<void> {
  await typeKeys(page, timed([...usKeys(text), ENTER], 8));
}

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

/** Files under `folder` that hold `text`, in either of the ways Chromium writes strings. */
function filesHolding(folder: string, text: string): readonly string[] {
  const needles = [Buffer.from(text, "latin1"), Buffer.from(text, "utf16le")];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
}

describe("a payment card", () => {
  it("[PV3] is refused by every way of reading and leaves no byte, on the kiosk, at the proxy or at Target", async () => {
    await withKiosk(
      system,
      async (kiosk) => {
        const { profileDir } = kiosk.browser();
        const page = kiosk.page();
        await page.waitForFunction(() => fakeReaders.areOpen());
        for (const [way, show] of WAYS) {
          await show(page);
          await visitState(page, "refused");
          await page.getByRole("heading", { name: "That’s a payment card" }).waitFor();
          expect((await stateOf(page)).depth, way).toBe(0);
          const shown = await page.evaluate(() => document.documentElement.outerHTML);
          expect(shown, way).not.toContain(PAYMENT_CARD.slice(-8));
          expect(shown, way).not.toContain(TYPED_CARD.slice(-8));
          await page.getByRole("button", { name: "Finish" }).tap();
          await visitState(page, "attract");
          // Sooner, the next way would pass for the same scan over another path (rule RD4).
          await page.evaluate((ms) => new Promise((past) => setTimeout(past, ms)), TWO_PATHS_MS);
        }
        await kiosk.browser().close();
        for (const number of [PAYMENT_CARD, TYPED_CARD]) {
          expect(filesHolding(profileDir, number)).toEqual([]);
        }
        expect(filesHolding(system.dataDir, PAYMENT_CARD)).toEqual([]);
        expect(JSON.stringify(system.emulator.calls())).not.toContain(PAYMENT_CARD);
        expect(system.stderr()).not.toContain(PAYMENT_CARD);

        // The search would have found it: here it finds one that was put there.
        await kiosk.startBrowser();
        await kiosk.page().evaluate(async (number) => {
          localStorage.setItem("planted", number);
          const opened = indexedDB.open("planted", 1);
          opened.addEventListener("upgradeneeded", () => opened.result.createObjectStore("rows"));
          await new Promise((done) => opened.addEventListener("success", done));
          const tx = opened.result.transaction("rows", "readwrite", { durability: "strict" });
          tx.objectStore("rows").put(number, 1);
          await new Promise((done) => tx.addEventListener("complete", done));
        }, PAYMENT_CARD);
        await kiosk.browser().close();
        const found = filesHolding(profileDir, PAYMENT_CARD).map((file) =>
          path.relative(profileDir, file),
        );
        expect(found.some((file) => file.includes("IndexedDB"))).toBe(true);
        expect(found.some((file) => file.includes("Local Storage"))).toBe(true);
      },
      {
        prepare: async ({ context }) => {
          await context.addInitScript(installFakeReaders);
        },
      },
    );
  });
});
