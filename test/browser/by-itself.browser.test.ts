import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KIOSKS_PATH, KioskStates } from "../../src/contract/kiosk-state.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import { memberCards } from "../support/cards.ts";
import { withKiosk } from "../support/kiosk.ts";
import { scanAndBeThanked, stateOf, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-by-itself-"));
const file = path.join(folder, "kiosks.json");
let system: System;
let edits = 0;

/** One file for two stores; `ofS12` is laid on the chain there. */
function write(ofS12: object): void {
  edits += 1;
  const layers = {
    chain: {
      version: "chain-1",
      brand: "Olmo",
      questions: [],
      timings: { undoSeconds: 0, closingSeconds: 120 },
      byItself: { scannerSilentMinutes: 60 },
    },
    stores: { "S-12": { version: `s${edits}`, ...ofS12 } },
  };
  writeFileSync(file, `${JSON.stringify(layers)}${" ".repeat(edits)}`);
}

beforeAll(async () => {
  write({ brand: "Olmo Sol" });
  system = await startSystem({ env: { KIOSK_CONFIG: file } });
});

afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true });
});

const labelOf = (page: Page) => page.locator(".label-brand").innerText();
const versionOf = (page: Page) =>
  page.evaluate(() => document.documentElement.dataset["configVersion"]);

async function stateAtProxy(kioskId: string) {
  const answer = KioskStates.parse(await (await system.admin(KIOSKS_PATH)).json());
  return answer.kiosks.find((each) => each.kioskId === kioskId);
}

it("[CF1] [CF2] [CF3] two stores under one file have their own, follow a change between visits, and outlast a wrong one", async () => {
  const [card = ""] = memberCards(1, 8_100);
  system.emulator.know([card]);
  await withKiosk(
    system,
    async ({ page }) => {
      expect(await labelOf(page())).toBe("Olmo\nS-13");
    },
    { store: "S-13", name: "till" },
  );
  await withKiosk(
    system,
    async ({ page }) => {
      expect(await labelOf(page())).toBe("Olmo Sol\nS-12");
      const before = await versionOf(page());
      expect(before).toMatch(/^chain-1\/s1\+/);

      write({ timings: { thanksSeconds: 0 } });
      await waitFor(
        "the wrong file to be seen",
        async () => (await system.metric("tarjeta_kiosk_config_refused")) === 1,
      );
      expect(system.stderr()).toContain("stores.S-12.timings.thanksSeconds: ");
      expect((await fetch(`${system.kioskUrl}/readyz`)).status).toBe(200);

      write({ brand: "Olmo Luna" });
      await waitFor(
        "the mended one to be taken",
        async () => (await system.metric("tarjeta_kiosk_config_refused")) === 0,
      );
      // A line that was down and works again has the kiosk speak soon.
      await page().evaluate(() => window.dispatchEvent(new Event("offline")));
      const newest = page().waitForResponse((answer) => answer.url().endsWith(CONFIG_PATH));
      await scanAndBeThanked(page(), card);
      await (await newest).finished();
      expect((await stateOf(page())).visitState).toBe("thanked");
      expect(await versionOf(page())).toBe(before);
      await system.emulator.arrived([card]);

      await page().getByRole("button", { name: "Done" }).click();
      await visitState(page(), "attract");
      expect(await labelOf(page())).toBe("Olmo Luna\nS-12");
      expect(await versionOf(page())).toMatch(/^chain-1\/s3\+/);
    },
    { store: "S-12", name: "door" },
  );
});

it("[BI3] [BI4] [BI5] what breaks is covered calmly, mended by itself, and told without a word of it", async () => {
  await withKiosk(
    system,
    async ({ page }) => {
      await page().evaluate(() => {
        for (const message of ["one 2912345678906", "two", "three"]) {
          window.dispatchEvent(new ErrorEvent("error", { message }));
        }
        document.documentElement.dataset["before"] = "";
      });
      await page().getByRole("alert").getByText("One moment, please").waitFor();
      // The third within five minutes: the page begins again once nobody reads that any more.
      await page().waitForFunction(
        () => document.documentElement.dataset["before"] === undefined,
        undefined,
        { timeout: 20_000 },
      );
      await visitState(page(), "attract");
      expect(await page().locator(".broken-cover").count()).toBe(0);
      await waitFor("its health to be told", async () => {
        const health = (await stateAtProxy("mended"))?.health;
        return health !== undefined && health.boots >= 2;
      });
      const told = await stateAtProxy("mended");
      expect(told).toMatchObject({
        scannerSilent: false,
        health: { errors: 0, quiet: false, wakeLock: "held" },
      });
      expect(told?.health?.configVersion).toBe(await versionOf(page()));
      expect(told?.health?.quotaBytes).toBeGreaterThan(0);
      expect(JSON.stringify(told)).not.toContain("2912345678906");
    },
    { store: "S-13", name: "mended" },
  );
});
