import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEVICES_PATH } from "../../src/contract/admin.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { PAIRING_PATH } from "../../src/contract/pairing.ts";
import { memberCards } from "../support/cards.ts";
import { startDemoSystem } from "../support/demo-system.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import {
  configured,
  depth,
  openKiosk,
  scanAndBeThanked,
  stateOf,
  visitState,
} from "../support/kiosk-page.ts";
import { readJournal, scannedCards } from "../support/journal.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

let system: System;
let browser: KioskBrowser;
let page: Page;

beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** For tests that need no more of a kiosk than a browser that nobody paired. */
function withFreshBrowser(): void {
  beforeEach(async () => {
    browser = await openKioskBrowser({ isStill: true });
    ({ page } = browser);
  });
  afterEach(async () => {
    await browser.discard();
    expect(browser.complaints).toEqual([]);
  });
}

async function typeCode(code: string): Promise<void> {
  for (const character of code) {
    await page.getByRole("button", { name: character, exact: true }).click();
  }
  await page.getByRole("button", { name: "Pair this kiosk" }).click();
}

async function openUnpaired(url: string): Promise<void> {
  await page.goto(url);
  await visitState(page, "unpaired");
}

/**
 * Takes away the key, and nothing else, from a page that is not the kiosk's: that one knows its key as
 * long as it lives, and puts it back with whatever it signs next.
 */
async function loseKey(kiosk: Kiosk): Promise<void> {
  await kiosk.page().goto(`${kiosk.line.url}/readyz`);
  await kiosk.page().evaluate(async () => {
    const opened = indexedDB.open("tarjeta");
    await new Promise((done) => opened.addEventListener("success", done));
    const tx = opened.result.transaction("kept", "readwrite", { durability: "strict" });
    tx.objectStore("kept").delete("identity");
    await new Promise((done) => tx.addEventListener("complete", done));
    opened.result.close();
  });
}

async function recordOf(kioskId: string) {
  const devices = await system.devices();
  return devices.filter((device) => device.kioskId === kioskId);
}

describe("a kiosk that nobody paired", () => {
  withFreshBrowser();

  it("[PR1] takes no card, and is one of ours once its code is typed", async () => {
    const [card] = memberCards(1, 9_000);
    system.emulator.know([card!]);
    await openUnpaired(system.kioskUrl);
    await typeCode(await system.pairingCode({ storeId: "madrid-1", kioskId: "typed" }));
    await visitState(page, "attract");
    await configured(page);
    await scanAndBeThanked(page, card!);
    await system.emulator.arrived([card!]);
    expect(system.emulator.attributesOf(card!)).toMatchObject({
      lastStore: "madrid-1",
      lastKiosk: "typed",
    });
    expect(await recordOf("typed")).toMatchObject([{ state: "active", storeId: "madrid-1" }]);
    // It is remembered, and a later link is ignored.
    await openKiosk(page, await system.pairingLink({ kioskId: "another" }));
    expect(await recordOf("another")).toEqual([]);
  });

  it("[PR1] is paired by a link, whose code leaves the address at once", async () => {
    const link = await system.pairingLink({ kioskId: "linked" });
    await openKiosk(page, link);
    expect(page.url()).toBe(`${system.kioskUrl}/`);
    expect(await recordOf("linked")).toHaveLength(1);
    expect(await page.evaluate(() => JSON.stringify(history.state))).not.toContain("pair");
  });

  it("[PR1] says what is wrong with a wrong code, and with the fifth that nobody listens any more", async () => {
    const own = await startSystem();
    try {
      await openUnpaired(own.kioskUrl);
      for (let count = 0; count < 5; count += 1) {
        await typeCode("ABCDEFGH");
        await page.getByText("That code doesn’t pair a kiosk").waitFor();
      }
      await typeCode(await own.pairingCode());
      await page.getByText("Too many wrong codes").waitFor();
      expect((await stateOf(page)).visitState).toBe("unpaired");
    } finally {
      await own.stop();
    }
  });
});

describe("the demo's link", () => {
  withFreshBrowser();

  it("[PR1] pairs each browser that opens it as a kiosk of its own", async () => {
    const demo = await startDemoSystem();
    const second = await openKioskBrowser({ isStill: true });
    try {
      await openKiosk(page, `${demo.kioskUrl}/?${demo.pair}&store=s-1&kiosk=left`);
      await openKiosk(second.page, `${demo.kioskUrl}/?${demo.pair}&store=s-1&kiosk=right`);
      const ids = await Promise.all(
        [page, second.page].map((each) =>
          each.evaluate(() => localStorage.getItem("tarjeta-device")),
        ),
      );
      expect(ids[0]).toContain("left");
      expect(ids[1]).toContain("right");
      const idOf = (record: string | null) => JSON.parse(record ?? "{}").deviceId;
      expect(idOf(ids[0]!)).not.toBe(idOf(ids[1]!));
    } finally {
      await second.discard();
      await demo.stop();
    }
  });
});

describe("a kiosk whose key was lost", () => {
  let tries = 0;

  it("[AU1] says so, and once paired again delivers every entry it owed", async () => {
    tries += 1;
    // Of its own in each try: what an earlier one sent and paired is counted here.
    const cards = memberCards(4, 9_100 + 10 * tries);
    const name = `keyless-${tries}`;
    system.emulator.know(cards);
    await withKiosk(
      system,
      async (kiosk) => {
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        for (const card of cards) await scanAndBeThanked(kiosk.page(), card);
        await loseKey(kiosk);
        await kiosk.browser().kill();
        kiosk.line.on(INGEST_PATH);
        await kiosk.startUnpaired();
        await kiosk.page().getByText("4 updates wait on it").waitFor();
        expect((await stateOf(kiosk.page())).depth).toBe(4);
        await kiosk.pairAgain();
        await depth(kiosk.page(), 0);
        await system.emulator.arrived(cards);
        for (const card of cards) expect(system.emulator.callsFor(card)).toHaveLength(1);
        expect(await recordOf(name)).toHaveLength(2);
      },
      { name },
    );
  });
});

describe("a kiosk whose clock is a year off", () => {
  it.each([
    ["behind", 365],
    ["ahead", -365],
  ])("[AU1] is served, being %s", async (_where, days) => {
    const [card, later] = memberCards(2, 9_200);
    // The proxy's clock is moved against everybody else's, page and worker included.
    const moved = await startSystem({ env: { MOVED_CLOCK_MS: String(days * 86_400_000) } });
    moved.emulator.know([card!, later!]);
    try {
      await withKiosk(moved, async (kiosk) => {
        await scanAndBeThanked(kiosk.page(), card!);
        await depth(kiosk.page(), 0);
        await kiosk.pullPlug();
        await scanAndBeThanked(kiosk.page(), later!);
        await depth(kiosk.page(), 0);
      });
      expect(scannedCards(readJournal(moved.dataDir)).toSorted()).toEqual(
        [card!, later!].toSorted(),
      );
    } finally {
      await moved.stop();
    }
  });
});

describe("a kiosk that was revoked", () => {
  it("[AU1] pauses, keeps what it owes and takes no more; with a new code all of it arrives", async () => {
    const cards = memberCards(2, 9_300);
    system.emulator.know(cards);
    await withKiosk(
      system,
      async (kiosk) => {
        const own = kiosk.page();
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        for (const card of cards) await scanAndBeThanked(own, card);
        const { deviceId } = (await recordOf("revoked"))[0]!;
        await system.admin(`${DEVICES_PATH}/${deviceId}/revoke`, { method: "POST", body: "{}" });
        kiosk.line.on(INGEST_PATH);
        // The next heartbeat is told; a page that begins anew sends one at once.
        await own.reload();
        await visitState(own, "unpaired");
        await own.getByText("This kiosk was shut out").waitFor();
        expect((await stateOf(own)).depth).toBe(2);
        expect(cards.flatMap((card) => system.emulator.callsFor(card))).toEqual([]);

        await kiosk.pairAgain();
        await depth(own, 0);
        await system.emulator.arrived(cards);
      },
      { name: "revoked" },
    );
  });
});

describe("everything a kiosk sends", () => {
  it("[AU1] is signed, by page and worker alike", async () => {
    const [card] = memberCards(1, 9_400);
    system.emulator.know([card!]);
    await withKiosk(system, async (kiosk) => {
      await scanAndBeThanked(kiosk.page(), card!);
      await depth(kiosk.page(), 0);
      await waitFor("a heartbeat", () => kiosk.line.seen(HEARTBEAT_PATH).length > 0);
      for (const path of [PAIRING_PATH, INGEST_PATH, HEARTBEAT_PATH]) {
        const seen = kiosk.line.seen(path);
        expect(seen.length, path).toBeGreaterThan(0);
        for (const { headers } of seen) expect(headers["signature"], path).toMatch(/^kiosk=:/);
      }
    });
  });
});
