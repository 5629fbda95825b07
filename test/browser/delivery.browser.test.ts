import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Entry } from "../../src/contract/entry.ts";
import { INGEST_PATH, IngestRequest } from "../../src/contract/ingest.ts";
import { SYNC_TAG } from "../../src/contract/worker-message.ts";
import { memberCards } from "../support/cards.ts";
import type { Exchange } from "../support/fault-proxy.ts";
import { mergedTwice, readJournal } from "../support/journal.ts";
import type { KioskBrowser } from "../support/kiosk-browser.ts";
import { depth, openKiosk, scanAndBeThanked, stateOf } from "../support/kiosk-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

let system: System;
let nextCard = 6_000;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

function newCards(count: number): readonly string[] {
  const cards = memberCards(count, nextCard);
  nextCard += count;
  system.emulator.know(cards);
  return cards;
}

/** Ids of entries that went over the line, once per time they did. */
function sentIds(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges
    .flatMap(({ body }) => IngestRequest.parse(JSON.parse(String(body))).entries)
    .map((entry) => Entry.parse(entry).header.id);
}

async function workerSession(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("ServiceWorker.enable");
  return session;
}

describe("a worker that is killed", () => {
  it("[FL4] while sending loses nothing", async () => {
    const cards = newCards(3);
    await withKiosk(system, async ({ page, line }) => {
      const session = await workerSession(page());
      let held = 0;
      line.on(INGEST_PATH, async (exchange) => {
        await exchange.forward();
        held += 1;
      });
      for (const card of cards) await scan(page(), card);
      await waitFor("a batch on its way", () => held > 0);
      line.on(INGEST_PATH);
      await session.send("ServiceWorker.stopAllWorkers");
      await system.emulator.arrived(cards);
      await depth(page(), 0);
    });
    expect(mergedTwice(readJournal(system.dataDir))).toEqual([]);
  });

  it.each([
    ["peeking", ["get", "getAll", "openCursor", "getAllKeys"]],
    ["removing", ["delete"]],
  ])("[FL4] while %s loses nothing", async (_name, methods) => {
    const cards = newCards(3);
    await withKiosk(system, async ({ page, line, browser }) => {
      const session = await workerSession(page());
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of cards) await scanAndBeThanked(page(), card);
      const [worker] = browser().context.serviceWorkers();
      await worker!.evaluate(keepTransactionsOpen, methods);
      line.on(INGEST_PATH);
      await waitFor("the worker to be in the middle of it", () =>
        worker!.evaluate(() => (globalThis as { isInTransaction?: boolean }).isInTransaction),
      );
      await session.send("ServiceWorker.stopAllWorkers");
      await system.emulator.arrived(cards, 120_000);
      await depth(page(), 0, 120_000);
    });
    expect(mergedTwice(readJournal(system.dataDir))).toEqual([]);
  });
});

describe("two tabs", () => {
  it("[FL2] send nothing twice", async () => {
    const cards = newCards(8);
    await withKiosk(system, async ({ page, line, browser }) => {
      const second = await browser().context.newPage();
      await openKiosk(second, line.url);
      // Slow enough that two flushes would overlap.
      line.on(INGEST_PATH, async (exchange) => {
        const answer = await exchange.forward();
        await new Promise((wake) => setTimeout(wake, 150));
        exchange.answer(answer);
      });
      for (const [index, card] of cards.entries()) {
        const tab = index % 2 === 0 ? page() : second;
        await tab.bringToFront();
        await scanAndBeThanked(tab, card);
      }
      await system.emulator.arrived(cards);
      await depth(page(), 0);
      await depth(second, 0);
      const ids = sentIds(line.seen(INGEST_PATH));
      expect(ids.length).toBeGreaterThanOrEqual(cards.length);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });
});

describe("two tabs without a worker", () => {
  it("[FL2] send nothing twice, although each empties the outbox by itself", async () => {
    const cards = newCards(4);
    await withKiosk(system, async ({ page, line, browser }) => {
      await browser().context.addInitScript(() => {
        Reflect.deleteProperty(Navigator.prototype, "serviceWorker");
      });
      const second = await browser().context.newPage();
      const tabs = [page(), second];
      for (const tab of tabs) await openKiosk(tab, line.url);
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of cards) await scanAndBeThanked(second, card);
      const before = line.seen(INGEST_PATH).length;
      line.on(INGEST_PATH, async (exchange) => {
        const answer = await exchange.forward();
        await new Promise((wake) => setTimeout(wake, 500));
        exchange.answer(answer);
      });
      // The network comes back for both at the same moment.
      await Promise.all(tabs.map((tab) => tab.evaluate(() => dispatchEvent(new Event("online")))));
      await system.emulator.arrived(cards);
      for (const tab of tabs) await depth(tab, 0);
      const ids = sentIds(line.seen(INGEST_PATH).slice(before));
      expect(new Set(ids).size).toBe(cards.length);
      expect(ids).toHaveLength(cards.length);
    });
  });
});

describe("Background Sync", () => {
  it("[FL5] is not needed: a Chromium that denies it delivers", async () => {
    const cards = newCards(3);
    await withKiosk(
      system,
      async ({ page, line }) => {
        expect(await page().evaluate(registerSync)).toBe("NotAllowedError");
        line.on(INGEST_PATH, (exchange) => exchange.cut());
        for (const card of cards) await scanAndBeThanked(page(), card);
        line.on(INGEST_PATH);
        await system.emulator.arrived(cards);
        await depth(page(), 0);
      },
      { prepare: denyBackgroundSync },
    );
  });

  it("[FL5] may give up after its third try: the page still delivers", async () => {
    const cards = newCards(2);
    await withKiosk(
      system,
      async ({ page, line }) => {
        const lastChances = await observeSync(page());
        line.on(INGEST_PATH, (exchange) => exchange.cut());
        for (const card of cards) await scanAndBeThanked(page(), card);
        await waitFor("the browser's last try", () => lastChances().includes(true), {
          timeoutMs: 60_000,
        });
        expect((await stateOf(page())).depth).toBe(cards.length);
        line.on(INGEST_PATH);
        await system.emulator.arrived(cards, 90_000);
        await depth(page(), 0);
      },
      { args: IMPATIENT_SYNC },
    );
  });
});

describe("an installed kiosk", () => {
  it("[FL5] can be installed: Chromium finds nothing missing", async () => {
    await withKiosk(system, async ({ page }) => {
      const session = await page().context().newCDPSession(page());
      const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
      expect(installabilityErrors).toEqual([]);
    });
  });
});

/** Chromium's real schedule, with seconds in place of minutes. */
const IMPATIENT_SYNC = [
  "--force-fieldtrials=BackgroundSync/Test",
  "--force-fieldtrial-params=BackgroundSync.Test:initial_retry_delay_sec/3/retry_delay_factor/1/max_sync_attempts/3/min_recovery_time_sec/2",
];

async function denyBackgroundSync(browser: KioskBrowser): Promise<void> {
  const session = await browser.devtools();
  await session.send("Browser.setPermission", {
    permission: { name: "background-sync" },
    setting: "denied",
  });
}

/** Runs in the page: asks for a sync and gives the name of the refusal. */
async function registerSync(): Promise<string> {
  const registration = await navigator.serviceWorker.ready;
  if (!("sync" in registration)) return "no Background Sync";
  const { sync } = registration as typeof registration & {
    readonly sync: { readonly register: (tag: string) => Promise<void> };
  };
  return sync.register("probe").then(
    () => "registered",
    (error: unknown) => (error instanceof DOMException ? error.name : String(error)),
  );
}

/** For every time the browser dispatched our sync from now on: whether it called it the last. */
async function observeSync(page: Page): Promise<() => readonly boolean[]> {
  const session = await page.context().newCDPSession(page);
  const service = "backgroundSync";
  const dispatched: boolean[] = [];
  session.on("BackgroundService.backgroundServiceEventReceived", ({ backgroundServiceEvent }) => {
    const { eventName, eventMetadata, instanceId } = backgroundServiceEvent;
    if (instanceId !== SYNC_TAG || !/^Dispatched/i.test(eventName)) return;
    dispatched.push(
      eventMetadata.some(({ key, value }) => /last/i.test(key) && /^(?:yes|true)$/i.test(value)),
    );
  });
  await session.send("BackgroundService.startObserving", { service });
  await session.send("BackgroundService.setRecording", { service, shouldRecord: true });
  return () => dispatched;
}

/**
 * Runs in the worker: whichever of `methods` is called next, its transaction never ends by itself,
 * so that whoever kills the worker kills it in the middle.
 */
function keepTransactionsOpen(methods: readonly string[]): void {
  const store = IDBObjectStore.prototype as unknown as Record<
    string,
    (this: IDBObjectStore, ...input: unknown[]) => IDBRequest
  >;
  for (const name of methods) {
    const original = store[name]!;
    store[name] = function (...input) {
      const request = original.apply(this, input);
      const again = () => {
        this.count().addEventListener("success", again);
      };
      again();
      Object.assign(globalThis, { isInTransaction: true });
      return request;
    };
  }
}
