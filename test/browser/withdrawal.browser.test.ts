import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { profileHolding } from "../support/browser-profile.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const STOP = "Stop recording my visits";
const [CARD = ""] = memberCards(1, 6_100);

let system: System;

beforeAll(async () => {
  const [question] = EXAMPLE_CONFIG.questions;
  system = await startSystem({
    env: {
      TARGET_SPACING_SECONDS: "1",
      KIOSK_CONFIG: configFile({
        version: "withdrawal-1",
        questions: [{ ...question!, askAgainDays: 7 }],
        thanks: [
          {
            when: { stores: ["store-1"], answers: { "visit-reason": ["gift"] } },
            title: { en: "Gifts are on the second floor" },
            continueOnPhone: { address: "https://casaolmo.example/gifts?at={storeId}" },
          },
        ],
        timings: {
          ...EXAMPLE_CONFIG.timings,
          thanksSeconds: 1.2,
          duplicateSeconds: 0,
          undoSeconds: 0,
        },
      }),
    },
  });
});

afterAll(() => system.stop());

async function step(page: Page, wanted: string): Promise<void> {
  await page.waitForFunction(
    (name) => document.documentElement.dataset["visitStep"] === name,
    wanted,
  );
}

const press = (page: Page, name: string) => page.getByRole("button", { name }).click();

/** A visit with an answer, to its closing thanks and its end. */
async function visitForAGift({ page }: Kiosk): Promise<void> {
  await scanAndBeThanked(page(), CARD);
  await step(page(), "question");
  await press(page(), "A gift");
  await step(page(), "closing");
}

describe("a shopper at the kiosk", () => {
  it("[PV6] [PV7] [TH1] is asked once, thanked by the rules, and withdraws without a network: only clearing values reach Target", async () => {
    system.emulator.know([CARD]);
    await withKiosk(system, async (kiosk) => {
      const page = kiosk.page();
      await visitForAGift(kiosk);
      expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(
        "Gifts are on the second floor",
      );
      await page.getByRole("img", { name: "Continue on your phone" }).waitFor();
      expect(await page.getByRole("button", { name: STOP }).count()).toBe(1);
      await press(page, "Done");
      await waitFor("scan and answer in Target", () => {
        const profile = system.emulator.attributesOf(CARD);
        return profile?.["visitReason"] === "gift" && profile["lastStore"] === "store-1";
      });
      await depth(page, 0);

      // The same card again: the question rests.
      await visitState(page, "attract");
      await scanAndBeThanked(page, CARD);
      await step(page, "closing");
      await press(page, "Done");
      await depth(page, 0);

      let isCut = true;
      kiosk.line.on(INGEST_PATH, (exchange) => {
        if (isCut) exchange.cut();
        else void exchange.forward().then(exchange.answer);
      });
      const settled = system.emulator.callsFor(CARD).length;
      // Captured before it, and still here.
      await visitState(page, "attract");
      await scanAndBeThanked(page, CARD);
      await step(page, "closing");
      await press(page, "Done");
      await visitState(page, "attract");
      await press(page, STOP);
      await step(page, "asked");
      await scan(page, CARD);
      await step(page, "stored");
      expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(
        "We no longer record your visits",
      );
      await press(page, "Done");
      await visitState(page, "attract");
      expect(await page.content()).not.toContain(CARD.slice(-4));
      await depth(page, 2);

      // The plug is pulled: what was confirmed is kept, and arrives when the line is there again.
      await kiosk.browser().kill();
      isCut = false;
      await kiosk.startBrowser();
      await waitFor("the clearing values", () => {
        const profile = system.emulator.attributesOf(CARD) ?? {};
        return ["lastStore", "lastKiosk", "lastScanAt", "lastScanDay", "visitReason"].every(
          (name) => profile[name] === "-",
        );
      });
      const values = system.emulator
        .callsFor(CARD)
        .slice(settled)
        .flatMap(({ attributes }) => Object.values(attributes));
      expect(new Set(values)).toEqual(new Set(["-"]));

      const { profileDir } = kiosk.browser();
      await kiosk.browser().close();
      expect(profileHolding(profileDir, CARD)).toEqual([]);
    });
    expect(system.stderr()).not.toContain(CARD);
  });
});
