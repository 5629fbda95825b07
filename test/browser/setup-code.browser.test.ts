import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NewPairingAnswer, PAIRINGS_PATH } from "../../src/contract/admin.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { LEAVING_PATH, PAIRING_PATH } from "../../src/contract/pairing.ts";
import { createSetupCodes } from "../../src/proxy/devices/setup-code.ts";
import { makeKeys } from "../../src/proxy/keys/keys.ts";
import { SETUP_PREFIX } from "../../src/contract/setup-code.ts";
import { memberCards } from "../support/cards.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { installFakeReaders } from "../support/fake-readers.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { depth, scanAndBeThanked, stateOf, thankedFor, visitState } from "../support/kiosk-page.ts";
import { runCommand, startSystem, type System } from "../support/system.ts";
import { scan } from "../support/wedge.ts";

let system: System;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

async function setupCode(kioskId: string): Promise<string> {
  const body = JSON.stringify({ storeId: "madrid-1", kioskId });
  const answer = await system.admin(PAIRINGS_PATH, { method: "POST", body });
  return NewPairingAnswer.parse(await answer.json()).setupCode;
}

async function recordsOf(kioskId: string) {
  return (await system.devices()).filter((device) => device.kioskId === kioskId);
}

describe("a QR code held before the reader of an unpaired kiosk", () => {
  let browser: KioskBrowser;
  let page: Page;

  beforeEach(async () => {
    browser = await openKioskBrowser({ isStill: true });
    ({ page } = browser);
    await page.goto(system.kioskUrl);
    await visitState(page, "unpaired");
  });
  afterEach(async () => {
    await browser.discard();
    expect(browser.complaints).toEqual([]);
  });

  it("[PR1] pairs it, once, where the proxy signed it", async () => {
    const code = await setupCode("by-qr");
    await scan(page, code);
    await visitState(page, "attract");
    expect(await recordsOf("by-qr")).toMatchObject([{ state: "active", storeId: "madrid-1" }]);

    const second = await openKioskBrowser({ isStill: true });
    try {
      await second.context.addInitScript(installFakeReaders);
      await second.page.goto(system.kioskUrl);
      await visitState(second.page, "unpaired");
      await scan(second.page, code);
      await second.page.getByText("doesn’t pair a kiosk").waitFor();

      // A reader that is no keyboard shows it another, and reads cards from then on.
      await second.page.waitForFunction(() => fakeReaders.areOpen());
      await second.page.evaluate((code) => fakeReaders.hid(code), await setupCode("by-hid"));
      await visitState(second.page, "attract");
      await second.page.waitForFunction(() => fakeReaders.areOpen());
      const [byHid, bySerial] = memberCards(2, 70);
      await second.page.evaluate((card) => fakeReaders.serial(`${card}\r`), bySerial!);
      await thankedFor(second.page, bySerial!);
      await second.page.evaluate((card) => fakeReaders.hid(card), byHid!);
      await thankedFor(second.page, byHid!);
    } finally {
      await second.discard();
    }
    expect(await recordsOf("by-qr")).toHaveLength(1);
  });

  it("[PR1] is not ours where somebody else made it: nothing but the screen's words comes of it", async () => {
    const before = await system.devices();
    for (const text of [
      "2912345678906",
      "https://example.com/?pair=ABCD2345",
      "TARJETA:ABCD2345",
    ]) {
      await scan(page, text);
      await page.getByText("isn’t one of our set-up codes").waitFor();
    }
    const forged = createSetupCodes(makeKeys()).sign("ABCD2345");
    await scan(page, SETUP_PREFIX + forged);
    await page.getByText("doesn’t pair a kiosk").waitFor();
    expect((await stateOf(page)).visitState).toBe("unpaired");
    expect(await system.devices()).toEqual(before);
  });
});

describe("npm run pair", () => {
  it("[PR1] shows and draws the code that the reader is to see", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-qr-"));
    const file = path.join(folder, "code.svg");
    const env = { DATA_DIR: system.dataDir, ADMIN_PORT: new URL(system.adminUrl).port };
    const words = ["--store", "madrid-1", "--kiosk", "drawn", "--qr", "--svg", file];
    try {
      const made = await runCommand("pair", words, env);
      expect(made).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^[2-9A-Z]{4}-[2-9A-Z]{4}\n/),
      });
      expect(made.stdout).toMatch(/[▀▄█]{8}/);
      expect(readFileSync(file, "utf8")).toMatch(/^<svg /);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const nowhere = await runCommand("pair", [...words.slice(0, -1), "/nowhere/code.svg"], env);
      expect(nowhere).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("--svg: /nowhere"),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a QR code held before the reader of a paired kiosk", () => {
  it("[PR1] is not ours, a good one too: it stays whose it is and asks nobody", async () => {
    const [card] = memberCards(1, 9_500);
    system.emulator.know([card!]);
    await withKiosk(
      system,
      async (kiosk) => {
        const asked = kiosk.line.seen(PAIRING_PATH).length;
        await scan(kiosk.page(), await setupCode("taken-over"));
        await visitState(kiosk.page(), "refused");
        expect(await recordsOf("taken-over")).toEqual([]);
        expect(kiosk.line.seen(PAIRING_PATH)).toHaveLength(asked);
        await scanAndBeThanked(kiosk.page(), card!);
        await depth(kiosk.page(), 0);
        await system.emulator.arrived([card!]);
        expect(system.emulator.attributesOf(card!)).toMatchObject({ lastKiosk: "steadfast" });
      },
      { name: "steadfast" },
    );
  });
});

/** What the page gives when somebody saves what waits. */
async function savedFile(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return download.path();
}

async function openLeaving(kiosk: Kiosk): Promise<void> {
  await kiosk.page().goto(`${kiosk.url}/?unpair`);
  await kiosk.page().getByRole("heading", { name: "Unpair" }).waitFor();
}

function importFile(file: string) {
  return runCommand("import", [file], {
    DATA_DIR: system.dataDir,
    ADMIN_PORT: new URL(system.adminUrl).port,
  });
}

describe("a kiosk that is to be unpaired", () => {
  it("[PR3] goes when it owes nothing, its key with it", async () => {
    const [card] = memberCards(1, 9_550);
    system.emulator.know([card!]);
    await withKiosk(
      system,
      async (kiosk) => {
        await scanAndBeThanked(kiosk.page(), card!);
        await depth(kiosk.page(), 0);
        await openLeaving(kiosk);
        await kiosk.page().getByRole("button", { name: "Keep it paired" }).click();
        await visitState(kiosk.page(), "attract");

        await openLeaving(kiosk);
        await kiosk.page().getByRole("button", { name: "Unpair" }).click();
        await kiosk.page().getByText("Whose kiosk is this?").waitFor();
        expect(await recordsOf("leaver")).toMatchObject([{ state: "revoked" }]);
      },
      { name: "leaver" },
    );
  });

  it("[PR3] stays while it owes, gives a sealed file, and goes once that was imported; nothing is doubled", async () => {
    const cards = memberCards(3, 9_560);
    system.emulator.know(cards);
    await withKiosk(
      system,
      async (kiosk) => {
        const page = kiosk.page();
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        for (const card of cards) await scanAndBeThanked(page, card);
        await openLeaving(kiosk);
        expect((await stateOf(page)).depth).toBe(3);
        await page.getByRole("button", { name: "Unpair" }).click();
        await page.getByText("updates that nobody else has").waitFor();
        expect(await recordsOf("debtor")).toMatchObject([{ state: "active" }]);

        const file = await savedFile(page, "Save them to a file");
        const text = readFileSync(file, "utf8");
        for (const card of cards) expect(text).not.toContain(card);
        expect(await importFile(file)).toMatchObject({ code: 0, stdout: "accepted  3\n" });
        await system.emulator.arrived(cards);
        // The same file again changes nothing.
        expect(await importFile(file)).toMatchObject({ code: 0, stdout: "duplicate  3\n" });

        await page.getByRole("button", { name: "Unpair" }).click();
        await page.getByText("Whose kiosk is this?").waitFor();
        expect((await stateOf(page)).depth).toBe(3);
        // Paired anew it sends what it still has; the proxy knows all of it.
        kiosk.line.on(INGEST_PATH);
        await kiosk.pairAgain();
        await depth(page, 0);
        for (const card of cards) expect(system.emulator.callsFor(card)).toHaveLength(1);
      },
      { name: "debtor" },
    );
  });

  it("[PR3] stays where the proxy cannot be asked", async () => {
    await withKiosk(system, async (kiosk) => {
      await openLeaving(kiosk);
      kiosk.line.on(LEAVING_PATH, (exchange) => exchange.cut());
      await kiosk.page().getByRole("button", { name: "Unpair" }).click();
      await kiosk.page().getByText("nobody knows what would be lost").waitFor();
      kiosk.line.on(LEAVING_PATH);
      await kiosk.page().getByRole("button", { name: "Keep it paired" }).click();
      await visitState(kiosk.page(), "attract");
    });
  });
});

describe("a kiosk that was shut out with updates on it", () => {
  it("[PR3] gives them as a file, and a file that was cut is brought as far as it goes and said to be cut", async () => {
    const cards = memberCards(2, 9_600);
    system.emulator.know(cards);
    await withKiosk(
      system,
      async (kiosk) => {
        const page = kiosk.page();
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        for (const card of cards) await scanAndBeThanked(page, card);
        const { deviceId } = (await recordsOf("outcast"))[0]!;
        await system.admin(`/v1/devices/${deviceId}/revoke`, { method: "POST", body: "{}" });
        await page.reload();
        await visitState(page, "unpaired");
        const file = await savedFile(page, "Save what waits to a file");
        const text = readFileSync(file, "utf8");
        const cut = `${file}.cut`;
        writeFileSync(cut, text.slice(0, -20));
        const answer = await importFile(cut);
        expect(answer).toMatchObject({ code: 1, stdout: "accepted  1\n" });
        expect(answer.stderr).toContain("holds 1 of 2 updates: it was cut");
        expect(await importFile(file)).toMatchObject({ code: 0 });
        await system.emulator.arrived(cards);
        expect(await importFile("/nowhere")).toMatchObject({ code: 1 });
      },
      { name: "outcast" },
    );
  });
});
