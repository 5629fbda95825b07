import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VISITOR_RECEIPTS_PATH, VisitorReceipts } from "../../src/contract/consent-receipts.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { textHash } from "../../src/proxy/config-book.ts";
import { memberCards } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { depth, visitState } from "../support/kiosk-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const VISITS = { en: "Your visits", es: "Tus visitas" };
const WISHES = { en: "What brings you in", es: "A qué vienes" };
const MAY_WE = { en: "We note them to show you what fits.", es: "Para mostrarte lo que encaja." };
const [DECLINING = "", AGREEING = ""] = memberCards(2, 6_300);

let system: System;

beforeAll(async () => {
  const attributes = EXAMPLE_CONFIG.scanAttributes.map(({ name }) => name);
  system = await startSystem({
    env: {
      KIOSK_CONFIG: configFile({
        version: "consent-1",
        consent: {
          purposes: [
            { id: "visits", title: VISITS, text: MAY_WE, attributes },
            { id: "wishes", title: WISHES, text: MAY_WE, attributes: ["visitReason"] },
          ],
        },
      }),
    },
  });
  system.emulator.know([DECLINING, AGREEING]);
});

afterAll(() => system.stop());

/** Reads the purpose, then says yes or no to it. */
async function answer(page: Page, purpose: string, place: "no" | "yes"): Promise<void> {
  await page.getByRole("heading", { level: 1, name: purpose }).waitFor();
  await page
    .locator(".consent-pair .button")
    .nth(place === "no" ? 0 : 1)
    .tap();
}

describe("a shopper who is asked for consent", () => {
  it("[PV4] answers purpose by purpose: a no keeps nothing, a yes comes with the words that were shown", async () => {
    await withKiosk(system, async (kiosk) => {
      const page = kiosk.page();
      await scan(page, DECLINING);
      await answer(page, VISITS.en, "no");
      await answer(page, WISHES.en, "no");
      await visitState(page, "declined");
      await depth(page, 0);
      await page.getByRole("button", { name: "Done" }).tap();
      await visitState(page, "attract");

      // In the language of the words on screen.
      await page.locator(".language[lang=es]").tap();
      await page.locator("html[lang=es]").waitFor();
      await scan(page, AGREEING);
      await answer(page, VISITS.es, "yes");
      await answer(page, WISHES.es, "no");
      await visitState(page, "thanked");
      await page.waitForFunction(() => document.documentElement.dataset["visitStep"] === "closing");
      await system.emulator.arrived([AGREEING]);
      await depth(page, 0);
    });
    const profile = await waitFor("the visit in Target", () =>
      system.emulator.attributesOf(AGREEING),
    );
    expect(profile["lastStore"]).toBe("store-1");
    expect(profile).not.toHaveProperty("visitReason");
    expect(system.emulator.callsFor(DECLINING)).toEqual([]);

    const shown = `${VISITS.es}\n${MAY_WE.es}`;
    const { receipts, texts } = await receiptsOf(AGREEING);
    expect(receipts).toMatchObject([
      {
        ground: { type: "consent", purposes: [{ id: "visits", textHash: textHash(shown) }] },
        configVersion: "consent-1",
        verdict: "accepted",
      },
    ]);
    expect(texts).toMatchObject([{ text: shown, language: "es", about: "visits" }]);
    expect((await receiptsOf(DECLINING)).receipts).toEqual([]);
    expect(await system.incidents()).toEqual([]);
  });
});

async function receiptsOf(value: string): Promise<VisitorReceipts> {
  const body = JSON.stringify({ kind: "member", value });
  const found = await system.admin(VISITOR_RECEIPTS_PATH, { method: "POST", body });
  return VisitorReceipts.parse(await found.json());
}
